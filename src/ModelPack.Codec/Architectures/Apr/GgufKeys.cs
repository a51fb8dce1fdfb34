using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Apr;

/// <summary>GGUF keys by name, with those that were said in other words marked.</summary>
internal sealed class GgufKeys
{
    private readonly Dictionary<string, GgufValue> values = new(StringComparer.Ordinal);
    private readonly HashSet<string> said = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<MetadataEntry> entries;

    public GgufKeys(IReadOnlyList<MetadataEntry> entries)
    {
        this.entries = entries;
        foreach ((string key, MetadataValue value) in entries)
        {
            values.Add(key, (GgufValue)value);
        }
    }

    /// <summary>What is neither said nor about the file itself.</summary>
    public IEnumerable<MetadataEntry> Unmapped => entries.Where(entry => !said.Contains(entry.Key) && !IsAboutTheFile(entry.Key));

    public GgufValue? Find(string key) => values.GetValueOrDefault(key);

    /// <summary>Marks a key: what is read back from the other words is the same value, bit for bit.</summary>
    public void Say(string key) => said.Add(key);

    public void SayAll(string prefix) => said.UnionWith(values.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)));

    private static bool IsAboutTheFile(string key) =>
        key is GgufFormat.AlignmentKey or ModelFile.OriginKey or TensorDescriptions.Key or GgufSplit.NumberKey or GgufSplit.CountKey
        or GgufSplit.TensorCountKey;
}
