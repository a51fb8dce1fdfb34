using System.Collections.Immutable;
using ModelPack.Conversion;
using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Verification;

/// <summary>
/// A model in the words of one of its files: the file at hand, or the oldest file that its origin records lead to. Payloads are always
/// those of the file at hand: a record can give names and metadata, and only if converting what it describes gives this very file.
/// </summary>
/// <param name="Format">Format of the file whose words these are.</param>
/// <param name="Architecture">What that file says.</param>
/// <param name="Tensors">The tensors in that file's order and under its names, with the type and shape that the model means; offsets count
/// in <paramref name="Source"/>.</param>
/// <param name="Metadata">That file's metadata.</param>
/// <param name="Source">The bytes of the file at hand, and behind them payloads that are made of several of its tensors.</param>
/// <param name="Doubt">Why an origin record was not followed, in one sentence; null if nothing is wrong with any.</param>
internal sealed record WordedModel(
    ModelFormat Format,
    string? Architecture,
    ImmutableArray<TensorInfo> Tensors,
    IReadOnlyList<MetadataEntry> Metadata,
    ByteSource Source,
    string? Doubt)
{
    // The tensors of the side file stand behind the model's own.
    private ImmutableArray<TensorInfo> Beside { get; init; } = [];

    /// <summary>The model in the file's own words.</summary>
    public static WordedModel Own(ModelFile file) => new(
        file.Format,
        file.Architecture,
        [.. TensorDescriptions.Logical(file)],
        file.Metadata,
        file.Source,
        null) { Beside = [.. file.AllTensors.Skip(file.Tensors.Count)] };

    /// <summary>The model in the words of the oldest file that it demonstrably comes from.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static WordedModel Original(ModelFile file, CancellationToken cancellation = default)
    {
        WordedModel model = Own(file);
        foreach (Ancestry line in Ancestry.Of(file).Line())
        {
            if (line.Parent is not { } parent)
            {
                return model with { Doubt = line.Doubt?.Text };
            }

            if (Parent.FindUnlike(line.File, [.. parent.Shown], _ => null, cancellation) is { } unlike)
            {
                return model with { Doubt = unlike };
            }

            model = model.Before(parent);
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
    public static WordedModel? AsGguf(ModelFile file, out string note)
    {
        TranscodePlan conversion;
        try
        {
            ConversionOptions options = new() { Quantized = QuantizedMode.Blocks, Origin = OriginMode.None, Loss = LossPolicy.Allow };
            conversion = new(
                Ancestry.Of(file), [.. file.AllMembers.Select(member => member.Name)], ModelFormat.Gguf, new(null, null), options, []);
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
        ImmutableArray<TensorInfo>.Builder tensors = ImmutableArray.CreateBuilder<TensorInfo>(conversion.Plan.Outputs.Length);
        foreach (OutputTensor step in conversion.Plan.Outputs)
        {
            long offset = step.Payload is StoredPayload stored
                ? file.AllTensors[stored.Tensor].Offset
                : bytes.Append(MadePayloads.Open(file, step.Payload));
            tensors.Add(step.Logical with { Name = step.Name, Offset = offset, ByteLength = step.Payload.Length });
        }

        return new(ModelFormat.Gguf, conversion.Words.Architecture, tensors.MoveToImmutable(), [], bytes.Whole(), null);
    }

    private WordedModel Before(Parent parent)
    {
        (ModelFile source, IReadOnlyList<TensorInfo> logical) = (parent.Ancestry.File, parent.Again.Tensors);
        ImmutableArray<TensorInfo> own = [.. Tensors, .. Beside];
        ExtendedBytes bytes = new(Source);
        TensorInfo[] all = new TensorInfo[logical.Count];
        for (int i = 0; i < all.Length; i++)
        {
            PayloadRecipe recipe = parent.Record.Tensors[i].Payload;
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
            [.. all.Take(source.Tensors.Count)],
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
