using ModelPack.Codec.Gguf;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion.Metadata;

/// <summary>The GGUF keys that can be said of a model that comes from another format. What the source does not hold is not invented.</summary>
internal static class GgufMetadata
{
    private const uint QuantizationVersion = 2;

    public static List<MetadataEntry> For(ModelFile source, IReadOnlyList<TensorStep> steps)
    {
        if (source is GgufFile or ModelSet { First: GgufFile })
        {
            // A file with all tensors is no part of a split any more; its layout is new, so its alignment is the default.
            GgufFile gguf = source as GgufFile ?? (GgufFile)((ModelSet)source).First;
            return [.. gguf.Metadata.Where(entry => entry.Key is not (GgufFormat.AlignmentKey or Origin.OriginRecord.Key or CarriedTensors.Key) && !IsSplitKey(entry.Key))];
        }

        List<MetadataEntry> entries = [];
        if (source.Architecture is { Length: > 0 } architecture)
        {
            entries.Add(new("general.architecture", GgufValue.FromString(architecture)));
        }

        foreach ((string key, string field) in Labels)
        {
            if (source.Metadata.LastOrDefault(entry => entry.Key == field)?.Value.Text is { Length: > 0 } label)
            {
                entries.Add(new(key, GgufValue.FromString(label)));
            }
        }

        if (steps.Any(step => TensorTypes.Get(step.StoredType).IsQuantized))
        {
            entries.Add(new("general.quantization_version", GgufValue.FromUInt32(QuantizationVersion)));
        }

        return entries;
    }

    private static bool IsSplitKey(string key) => key is GgufSplit.NumberKey or GgufSplit.CountKey or GgufSplit.TensorCountKey;

    private static IEnumerable<(string Key, string Field)> Labels =>
    [
        ("general.name", "name"),
        ("general.description", "description"),
        ("general.author", "author"),
        ("general.license", "license"),
        ("general.version", "version"),
    ];
}
