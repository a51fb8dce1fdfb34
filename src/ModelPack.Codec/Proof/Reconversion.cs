using ModelPack.Codec.Conversion;
using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Conversion.Pipeline;
using ModelPack.Codec.IO;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Proof;

/// <summary>The container that a file gives when it is converted again as a chain of conversions did it: composed, not written.</summary>
internal sealed class Reconversion : IDisposable
{
    private readonly List<ModelFile> between = [];

    private Reconversion(ByteSource first) => Source = first;

    /// <summary>The bytes of the container. They come from the file converted, which has to outlive this.</summary>
    public ByteSource Source { get; private set; }

    /// <summary>The same bytes as files.</summary>
    public IReadOnlyList<NamedSource> Files { get; private set; } = [];

    /// <summary>Converts a file again.</summary>
    /// <param name="file">The file at the end of the chain.</param>
    /// <param name="chain">The conversions, the last one first.</param>
    /// <param name="known">What a pass over <paramref name="file"/> found out: tensor hashes and payload CRCs.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static Reconversion Compose(ModelFile file, OriginChain chain, PassResult known, CancellationToken cancellation)
    {
        Reconversion reconversion = new(file.Source);
        try
        {
            PassResult pass = known;
            for (int i = chain.Steps.Length - 1; i >= 0; i--)
            {
                ModelFile current = file;
                if (i < chain.Steps.Length - 1)
                {
                    current = ModelFiles.Open(reconversion.Files, "<converted again>", chain.Steps[i + 1].Made);
                    reconversion.between.Add(current);
                    pass = Examine(current, PassWork.None, threads: 0, progress: null, cancellation);
                }

                reconversion.Convert(current, chain.Steps[i], pass, cancellation);
            }

            return reconversion;
        }
        catch
        {
            reconversion.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file once for all that a reconversion needs.</summary>
    public static PassResult Examine(ModelFile file, PassWork more, int threads, Action<long>? progress, CancellationToken cancellation) => SourcePass.Run(
        new()
        {
            Source = file.Source,
            Ranges = FileRange.Cover(file),
            Tensors = file.Tensors,
            Destinations = Enumerable.Repeat<PayloadDestination?>(new(0, TensorAction.Copy), file.Tensors.Count).ToArray(),
            Work = more | PassWork.TensorHashes | PassWork.OutputCrc32 | (file.HasFooter ? PassWork.SourceCrc32 : PassWork.None),
            Threads = threads,
            Progress = progress,
            MemberEnds = file.MemberEnds,
        },
        cancellation);

    public void Dispose() => between.ForEach(file => file.Dispose());

    private void Convert(ModelFile file, OriginStep step, PassResult pass, CancellationToken cancellation)
    {
        ConversionOptions options = new() { Quantized = step.Quantized, Naming = step.Naming };
        FreshConversion again = new(file, step.Files, step.Made, step.Form, options, []);
        PayloadDestination?[] destinations = again.Destinations();
        if (destinations.Any(destination => destination?.Action == TensorAction.Swap))
        {
            pass = SourcePass.Run(
                new()
                {
                    Source = file.Source,
                    Ranges = again.Ranges,
                    Tensors = again.Tensors,
                    Destinations = destinations,
                    Work = PassWork.TensorHashes | PassWork.OutputCrc32,
                    MemberEnds = file.MemberEnds,
                },
                cancellation);
        }

        Files = again.Complete(pass).Compose("a conversion made again", Payloads(file, again.Tensors, destinations));
        Source = new ConcatenatedByteSource("<converted again>", Files.Select(made => made.Source));
    }

    private static ByteSource[] Payloads(ModelFile file, IReadOnlyList<TensorInfo> logical, PayloadDestination?[] destinations) => file.Tensors.Select((tensor, i) =>
    {
        RangeByteSource range = new(file.Source, tensor.Offset, tensor.ByteLength);
        return destinations[i]?.Action == TensorAction.Swap ? (ByteSource)new ReversedByteSource(range, logical[i].Type) : range;
    }).ToArray();
}
