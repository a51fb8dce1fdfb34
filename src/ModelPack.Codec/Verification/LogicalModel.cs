using System.Collections.Immutable;
using ModelPack.Conversion;
using ModelPack.Conversion.Ancestry;
using ModelPack.Conversion.Pipeline;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Verification;

/// <summary>A tensor of a file under the name that the model's oldest known file has for it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Tensor">The tensor with the type and shape that the model means; its offset counts in
/// <see cref="LogicalModel.Source"/>.</param>
internal sealed record LogicalTensor(string Name, TensorInfo Tensor);

/// <summary>
/// A model in the words of one of its files: the file at hand, or the oldest file that its origin records lead to. Payloads are always
/// those of the file at hand: a record can give names and metadata, and only if converting what it describes gives this very file.
/// </summary>
/// <param name="Format">Format of the file whose words these are.</param>
/// <param name="Architecture">What that file says.</param>
/// <param name="Tensors">The tensors in that file's order.</param>
/// <param name="Metadata">That file's metadata.</param>
/// <param name="Source">The bytes of the file at hand, and behind them payloads that are made of several of its tensors.</param>
/// <param name="Doubt">Why an origin record was not followed, in one sentence; null if nothing is wrong with any.</param>
internal sealed record LogicalModel(
    ModelFormat Format,
    string? Architecture,
    ImmutableArray<LogicalTensor> Tensors,
    IReadOnlyList<MetadataEntry> Metadata,
    ByteSource Source,
    string? Doubt)
{
    private const int MaximumSteps = 16;

    // The tensors of the side file stand behind the model's own.
    private ImmutableArray<TensorInfo> Beside { get; init; } = [];

    /// <summary>The model in the file's own words.</summary>
    public static LogicalModel Own(ModelFile file) => new(
        file.Format,
        file.Architecture,
        [.. TensorDescriptions.Logical(file).Select(tensor => new LogicalTensor(tensor.Name, tensor))],
        file.Metadata,
        file.Source,
        null) { Beside = [.. file.AllTensors.Skip(file.Tensors.Count)] };

    /// <summary>The model in the words of the oldest file that it demonstrably comes from.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static LogicalModel Original(ModelFile file, CancellationToken cancellation = default)
    {
        LogicalModel model = Own(file);
        ModelFile current = file;
        for (int steps = 0; steps < MaximumSteps; steps++)
        {
            if (Ancestor.Find(current, out string? doubt) is not { } ancestor)
            {
                return model with { Doubt = doubt };
            }

            if (Ancestor.FindUnlike(current, [.. ancestor.Shown], _ => null, cancellation) is { } unlike)
            {
                return model with { Doubt = unlike };
            }

            model = model.Before(ancestor.Record, ancestor.File, ancestor.Again.Tensors);
            current = ancestor.File;
        }

        return model;
    }

    /// <summary>
    /// The tensors of a model as GGUF says them: names, order of rows, stacks; payloads in another form are made as they are read, the
    /// others lie where they are. With a file that was converted by another program this is what can be compared.
    /// </summary>
    /// <param name="file">A file of another format.</param>
    /// <param name="note">That it was said so, or why it cannot be, in one sentence.</param>
    /// <returns>The model; null if it cannot be converted.</returns>
    public static LogicalModel? AsGguf(ModelFile file, out string note)
    {
        TranscodePlan conversion;
        try
        {
            ConversionOptions options = new() { Quantized = QuantizedMode.Blocks, Origin = OriginMode.None, Loss = LossPolicy.Allow };
            conversion = new(
                file, [.. file.AllMembers.Select(member => member.Name)], ModelFormat.Gguf, new(null, null), options, [],
                SourceModel.Of(file, RecordTrust.Record));
        }
        catch (ModelPackException exception)
        {
            note = $"'{file.ShortName}' cannot be said in GGUF's words, so names are all that was translated: {exception.Detail}";
            return null;
        }

        if (conversion.Words.Architecture is null)
        {
            note = $"'{file.ShortName}' does not say what architecture it has, so names are all that was translated";
            return null;
        }

        note = $"'{file.ShortName}' was compared as a conversion puts it into GGUF: names, order of rows, stacks";
        ExtendedBytes bytes = new(file.Source);
        ImmutableArray<LogicalTensor>.Builder tensors = ImmutableArray.CreateBuilder<LogicalTensor>(conversion.Plan.Outputs.Length);
        foreach (OutputTensor step in conversion.Plan.Outputs)
        {
            long offset = step.Payload is StoredPayload stored
                ? file.AllTensors[stored.Tensor].Offset
                : bytes.Append(MadePayloads.Open(file, step.Payload));
            tensors.Add(new(step.Name, step.Logical with { Name = step.Name, Offset = offset, ByteLength = step.Payload.Length }));
        }

        return new(ModelFormat.Gguf, conversion.Words.Architecture, tensors.MoveToImmutable(), [], bytes.Whole(), null);
    }

    private LogicalModel Before(OriginRecord record, ModelFile source, IReadOnlyList<TensorInfo> logical)
    {
        ImmutableArray<TensorInfo> own = [.. Tensors.Select(tensor => tensor.Tensor), .. Beside];
        ExtendedBytes bytes = new(Source);
        TensorInfo[] all = new TensorInfo[logical.Count];
        for (int i = 0; i < all.Length; i++)
        {
            PayloadRecipe recipe = record.Tensors[i].Payload;
            if (recipe is StoredPayload stored)
            {
                // What lies in the container under a type of its own may have another order of bytes there.
                TensorInfo there = own[stored.Tensor];
                all[i] = logical[i] with { Offset = there.Offset, ByteOrder = logical[i].ByteOrder };
                continue;
            }

            if (recipe is ReversedPayload { Of: StoredPayload reversed })
            {
                all[i] = logical[i] with { Offset = own[reversed.Tensor].Offset, ByteOrder = own[reversed.Tensor].ByteOrder };
                continue;
            }

            ByteSource made = RecipeSource.Open(recipe, payload => new RangeByteSource(Source, own[payload.Tensor].Offset, payload.Bytes));
            all[i] = logical[i] with { Offset = bytes.Append(made) };
        }

        return new(
            source.Format,
            source.Architecture,
            [.. all.Take(source.Tensors.Count).Select(tensor => new LogicalTensor(tensor.Name, tensor))],
            source.Metadata,
            bytes.Whole(),
            null) { Beside = [.. all.Skip(source.Tensors.Count)] };
    }

    /// <summary>The bytes of a file, and behind them payloads that are made of several of its tensors.</summary>
    private sealed class ExtendedBytes(ByteSource file)
    {
        private readonly List<ByteSource> made = [];
        private long end = file.Length;

        /// <returns>Where the payload begins.</returns>
        public long Append(ByteSource payload)
        {
            made.Add(payload);
            end += payload.Length;
            return end - payload.Length;
        }

        public ByteSource Whole() => made.Count == 0 ? file : new ConcatenatedByteSource(file.Name, [file, .. made]);
    }
}
