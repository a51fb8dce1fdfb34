using System.Collections.Immutable;
using System.Text;
using ModelPack.Codec.Conversion;
using ModelPack.Codec.IO;

namespace ModelPack.Codec.Insight;

/// <summary>
/// Hashes of a model that do not depend on its container: a model and everything that was converted from it, origin record included, have the same. docs/hash.md
/// says what exactly is hashed. Metadata are no part of it.
/// </summary>
public sealed record ModelHash
{
    private ModelHash(ImmutableArray<TensorHash> tensors, ImmutableArray<string> notes)
    {
        Tensors = tensors;
        Notes = notes;
        Model = FileHash.Format(Fold(tensors.Select(tensor => tensor.Identity)));
        Values = FileHash.Format(Fold(tensors.Select(tensor => tensor.Meaning)));
    }

    /// <summary>The tensors, sorted by the bytes of their names.</summary>
    public ImmutableArray<TensorHash> Tensors { get; }

    /// <summary>XXH128 over names, types, shapes and bytes of all tensors.</summary>
    public string Model { get; }

    /// <summary>XXH128 over names, shapes and decoded values of all tensors: also equal if a type was widened exactly.</summary>
    public string Values { get; }

    /// <summary>Why an origin record was not believed.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>Reads every payload once, on all processors.</summary>
    /// <exception cref="Diagnostics.ModelPackException">The description of a carried tensor does not fit it.</exception>
    public static ModelHash Compute(ModelFile file, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        LogicalModel model = LogicalModel.Original(file);
        int[] first = SharedPayloads.First([.. model.Tensors.Select(tensor => tensor.Tensor)]);
        int[] largestFirst = [.. Enumerable.Range(0, first.Length).Where(i => first[i] == i).OrderByDescending(i => model.Tensors[i].Tensor.ByteLength)];
        long total = largestFirst.Sum(i => model.Tensors[i].Tensor.ByteLength);
        Workers.Counter counter = new(progress is null ? null : done => progress.Report(new(ConversionPhase.Proving, done, total)), total);
        TensorHash[] read = new TensorHash[first.Length];
        Workers.ForEach(
            largestFirst, (i, stop) => read[i] = TensorHasher.Compute(model.Source, model.Tensors[i], counter, stop), cancellation);
        IEnumerable<TensorHash> hashes = model.Tensors.Select((tensor, i) => read[first[i]] with { Name = tensor.Name, Shape = tensor.Tensor.Shape });
        return Of(hashes, model.Doubt is null ? [] : [$"{model.Doubt}; the tensors are hashed under the names that they have here"]);
    }

    internal static ModelHash Of(IEnumerable<TensorHash> tensors, ImmutableArray<string> notes) => new(
        [.. tensors.OrderBy(tensor => Encoding.UTF8.GetBytes(tensor.Name), ByBytes)], notes);

    private static Comparer<byte[]> ByBytes { get; } = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    private static UInt128 Fold(IEnumerable<UInt128> hashes)
    {
        UInt128[] all = [.. hashes];
        FieldHash whole = new();
        whole.Number(all.Length);
        foreach (UInt128 hash in all)
        {
            whole.Hash(hash);
        }

        return whole.Result;
    }
}
