using System.Collections.Immutable;
using ModelPack.Codec.Conversion;
using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Insight;

/// <summary>A tensor of a file under the name that the model's oldest known file has for it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Tensor">The tensor as it lies in the file at hand, with the type and shape that the model means.</param>
internal sealed record LogicalTensor(string Name, TensorInfo Tensor);

/// <summary>
/// A model in the words of one of its files: the file at hand, or the oldest file that its origin records lead to. Payloads are always those of the file at hand: a
/// record can give names and metadata, and only if converting what it describes gives this very file.
/// </summary>
/// <param name="Format">Format of the file whose words these are.</param>
/// <param name="Architecture">What that file says.</param>
/// <param name="Tensors">The tensors in that file's order.</param>
/// <param name="Metadata">That file's metadata.</param>
/// <param name="Doubt">Why an origin record was not followed, in one sentence; null if nothing is wrong with any.</param>
internal sealed record LogicalModel(
    ModelFormat Format, string? Architecture, ImmutableArray<LogicalTensor> Tensors, IReadOnlyList<MetadataEntry> Metadata, string? Doubt)
{
    private const int MaximumSteps = 16;

    /// <summary>The model in the file's own words.</summary>
    public static LogicalModel Own(ModelFile file) => new(
        file.Format, file.Architecture, [.. CarriedTensors.Logical(file).Select(tensor => new LogicalTensor(tensor.Name, tensor))], file.Metadata, null);

    /// <summary>The model in the words of the oldest file that it demonstrably comes from.</summary>
    public static LogicalModel Original(ModelFile file)
    {
        List<ModelFile> opened = [];
        try
        {
            LogicalModel model = Own(file);
            ModelFile current = file;
            while (opened.Count < MaximumSteps && current.OriginRecord is { } bytes)
            {
                if (Follow(model, current, bytes.Span, opened, out string doubt) is not { } original)
                {
                    return model with { Doubt = doubt };
                }

                (model, current) = (original, opened[^1]);
            }

            return model;
        }
        finally
        {
            opened.ForEach(source => source.Dispose());
        }
    }

    private static LogicalModel? Follow(LogicalModel container, ModelFile made, ReadOnlySpan<byte> record, List<ModelFile> opened, out string doubt)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(made.Source.Name));
        try
        {
            OriginRecord origin = OriginCodec.Read(record);
            doubt = $"the metadata or the tensor list of '{name}' was edited after it was converted";
            if (origin.ContainerDigest != ContainerDigest.Compute(made))
            {
                return null;
            }

            doubt = $"converting the file that the origin record of '{name}' describes does not give that file";
            opened.Add(RestoredFile.Open(origin, made));
            return Follow(container, made.Format, origin, opened[^1]);
        }
        catch (ModelPackException exception)
        {
            doubt = $"the origin record of '{name}' cannot be followed: {exception.Message}";
            return null;
        }
    }

    // The record says which payload belongs to which tensor; whether that is so, only the conversion itself can tell.
    private static LogicalModel? Follow(LogicalModel container, ModelFormat made, OriginRecord record, ModelFile source)
    {
        ConversionOptions options = new() { Quantized = record.Quantized, Naming = record.Naming, Origin = OriginMode.None };
        FreshConversion again = new(source, [], made, record.Form, options, []);
        int[] places = again.Places();
        bool isGenuine = again.Digest == record.ContainerDigest && record.Tensors.Select(tensor => tensor.ContainerIndex).SequenceEqual(places);
        return isGenuine
            ? new(
                source.Format,
                source.Architecture,
                [.. again.Tensors.Select((tensor, i) => new LogicalTensor(tensor.Name, container.Tensors[places[i]].Tensor))],
                source.Metadata,
                null)
            : null;
    }
}
