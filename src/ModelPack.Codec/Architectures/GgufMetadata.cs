using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures;

/// <summary>The keys of a new GGUF. What the source does not hold is not invented.</summary>
internal static class GgufMetadata
{
    private const uint QuantizationVersion = 2;
    private const string QuantizationVersionKey = "general.quantization_version";
    private const string FileTypeKey = "general.file_type";

    private static readonly (string Key, string Field)[] Labels =
    [
        ("general.name", "name"),
        ("general.description", "description"),
        ("general.author", "author"),
        ("general.license", "license"),
        ("general.version", "version"),
    ];

    public static List<MetadataEntry> For(ModelFile root, ModelDescription words, IReadOnlyList<OutputTensor> steps)
    {
        if (root is GgufFile or ModelSet { First: GgufFile })
        {
            return [.. words.Entries];
        }

        List<MetadataEntry> entries = words.Entries.IsEmpty ? Minimal(root, words) : [.. words.Entries];
        HashSet<string> known = [.. entries.Select(entry => entry.Key)];
        if (steps.Any(step => TensorTypes.Get(step.StoredType).IsQuantized) && known.Add(QuantizationVersionKey))
        {
            entries.Add(new(QuantizationVersionKey, GgufValue.FromUInt32(QuantizationVersion)));
        }

        if (!words.Entries.IsEmpty && !known.Contains(FileTypeKey)
            && ConfigToGguf.FileType(steps.Select(step => (step.Name, step.StoredType, step.StoredShape))) is { } fileType)
        {
            entries.Add(fileType);
        }

        return entries;
    }

    /// <summary>True for keys that speak of one container: its layout, its place in a split, what was carried in it.</summary>
    public static bool IsOfTheContainer(string key) => key is GgufFormat.AlignmentKey or ModelFile.OriginKey or TensorDescriptions.Key
        or GgufSplit.NumberKey or GgufSplit.CountKey or GgufSplit.TensorCountKey;

    private static List<MetadataEntry> Minimal(ModelFile root, ModelDescription words)
    {
        List<MetadataEntry> entries = [];
        if (words.Architecture is { Length: > 0 } architecture)
        {
            entries.Add(new(GgufFormat.ArchitectureKey, GgufValue.FromString(architecture)));
        }

        foreach ((string key, string field) in Labels)
        {
            if (root.Metadata.LastOrDefault(entry => entry.Key == field)?.Value.Text is { Length: > 0 } label)
            {
                entries.Add(new(key, GgufValue.FromString(label)));
            }
        }

        return entries;
    }
}
