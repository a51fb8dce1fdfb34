using System.Collections;
using System.Diagnostics.CodeAnalysis;
using ModelPack.Diagnostics;
using ModelPack.Formats;

namespace ModelPack;

/// <summary>
/// The metadata of a model in the order of the file, also by key and as what they are. The calls are the same for every format: a key that
/// is not there gives null, and a value of another type an exception that names the type and the call that reads it.
/// </summary>
/// <remarks>GGUF types every value. APR holds JSON, whose numbers are whole if they are written without a point. SafeTensors hold strings
/// only. Of a key that stands twice, the last one counts.</remarks>
/// <example>
/// <code>
/// using Model model = Model.Open("qwen.gguf");
/// string? name = model.Metadata.GetString("general.name");
/// long layers = model.Metadata.GetInt64("qwen2.block_count") ?? 0;
/// double? epsilon = model.Metadata.GetDouble("qwen2.attention.layer_norm_rms_epsilon");
/// string[] tokens = model.Metadata.GetStrings("tokenizer.ggml.tokens") ?? [];
/// </code>
/// </example>
public sealed class MetadataList : IReadOnlyList<KeyValuePair<string, MetadataValue>>
{
    private readonly KeyValuePair<string, MetadataValue>[] entries;
    private readonly Dictionary<string, MetadataValue> values;

    internal MetadataList(IReadOnlyList<MetadataEntry> entries)
    {
        this.entries = [.. entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value))];
        values = new(entries.Count, StringComparer.Ordinal);
        foreach (MetadataEntry entry in entries)
        {
            values[entry.Key] = entry.Value;
        }
    }

    /// <inheritdoc/>
    public int Count => entries.Length;

    /// <summary>The entry at a place in the order of the file.</summary>
    /// <param name="index">The place, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many entries.</exception>
    public KeyValuePair<string, MetadataValue> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, entries.Length);
            return entries[index];
        }
    }

    /// <summary>The value of a key with its type and raw bytes.</summary>
    /// <param name="key">The key, spelled as in the file.</param>
    /// <exception cref="KeyNotFoundException">There is no such key. The message names those that come near.</exception>
    public MetadataValue this[string key] =>
        TryGet(key, out MetadataValue? value) ? value : throw NearNames.NotFound("there is no metadata key", key, values.Keys);

    /// <summary>Whether there is a key.</summary>
    /// <param name="key">The key, spelled as in the file.</param>
    public bool Contains(string key) => TryGet(key, out _);

    /// <summary>Finds the value of a key with its type and raw bytes.</summary>
    /// <param name="key">The key, spelled as in the file.</param>
    /// <param name="value">The value; null if there is no such key.</param>
    public bool TryGet(string key, [NotNullWhen(true)] out MetadataValue? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return values.TryGetValue(key, out value);
    }

    /// <summary>A text; null if there is no such key.</summary>
    /// <param name="key">The key, spelled as in the file.</param>
    /// <exception cref="InvalidOperationException">The value is no text, or its bytes are not UTF-8.</exception>
    public string? GetString(string key) => Read(key, nameof(GetString), value => value.Text);

    /// <summary>An array of texts; null if there is no such key.</summary>
    /// <param name="key">The key, spelled as in the file.</param>
    /// <exception cref="InvalidOperationException">The value is no array of texts, or the bytes of one are not UTF-8.</exception>
    public string[]? GetStrings(string key) => Read(key, nameof(GetStrings), value => value.Strings);

    /// <summary>A whole number, whatever its width; null if there is no such key.</summary>
    /// <param name="key">The key, spelled as in the file.</param>
    /// <exception cref="InvalidOperationException">The value is no whole number, or does not fit in 64 bits with a sign.</exception>
    public long? GetInt64(string key) => Read(key, nameof(GetInt64), value => value.Int64);

    /// <summary>An array of whole numbers, whatever their width; null if there is no such key.</summary>
    /// <param name="key">The key, spelled as in the file.</param>
    /// <exception cref="InvalidOperationException">The value is no array of whole numbers, or one does not fit in 64 bits with a
    /// sign.</exception>
    public long[]? GetInt64s(string key) => Read(key, nameof(GetInt64s), value => value.Int64s);

    /// <summary>A number; null if there is no such key. 32 bits and whole numbers are widened, if that is exact.</summary>
    /// <param name="key">The key, spelled as in the file.</param>
    /// <exception cref="InvalidOperationException">The value is no number, or a whole one that 53 bits do not hold.</exception>
    public double? GetDouble(string key) => Read(key, nameof(GetDouble), value => value.Double);

    /// <summary>An array of numbers; null if there is no such key. 32 bits and whole numbers are widened, if that is exact.</summary>
    /// <param name="key">The key, spelled as in the file.</param>
    /// <exception cref="InvalidOperationException">The value is no array of numbers, or 53 bits do not hold one of them.</exception>
    public double[]? GetDoubles(string key) => Read(key, nameof(GetDoubles), value => value.Doubles);

    /// <summary>True or false; null if there is no such key.</summary>
    /// <param name="key">The key, spelled as in the file.</param>
    /// <exception cref="InvalidOperationException">The value is no truth value.</exception>
    public bool? GetBoolean(string key) => Read(key, nameof(GetBoolean), value => value.Boolean);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, MetadataValue>> GetEnumerator() => entries.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private T? Read<T>(string key, string call, Func<MetadataValue, T?> read)
        where T : class => TryGet(key, out MetadataValue? value) ? read(value) ?? throw Other(key, value, call) : null;

    private T? Read<T>(string key, string call, Func<MetadataValue, T?> read)
        where T : struct => TryGet(key, out MetadataValue? value) ? read(value) ?? throw Other(key, value, call) : null;

    private static InvalidOperationException Other(string key, MetadataValue value, string call)
    {
        string? right = value switch
        {
            CompanionValue => "Model.DeriveFile",
            { Text: not null } => nameof(GetString),
            { Boolean: not null } => nameof(GetBoolean),
            { Int64: not null } => nameof(GetInt64),
            { Double: not null } => nameof(GetDouble),
            { Strings: not null } => nameof(GetStrings),
            { Int64s: not null } => nameof(GetInt64s),
            { Doubles: not null } => nameof(GetDoubles),
            _ => null,
        };
        string instead = right is null ? "take the value itself, Metadata[key], which has its RawBytes" : $"call {right}";
        return new(
            SafeText.Escape(
                $"the value of '{SafeText.Shorten(key)}' is {value.TypeName}{value.WhyUnread}, which {call} does not read: {instead}"));
    }
}
