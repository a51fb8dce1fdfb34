using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>One key with its value, in the order of the file.</summary>
public sealed class MetadataEntry
{
    internal MetadataEntry(string key, MetadataValue value)
    {
        Key = key;
        Value = value;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value with its type and raw bytes.</summary>
    public MetadataValue Value { get; }

    /// <summary>Takes the entry apart.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value with its type and raw bytes.</param>
    public void Deconstruct(out string key, out MetadataValue value) => (key, value) = (Key, Value);

    /// <summary>For people: key and value.</summary>
    public override string ToString() => SafeText.Escape($"{Key}: {Value}");
}
