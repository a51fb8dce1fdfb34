using System.Collections.Frozen;
using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Json;

namespace ModelPack.Architectures;

/// <summary>Reads GGUF keys with their types checked, and remembers which were read. The keys need not come from a GGUF file.</summary>
internal sealed class MetadataKeys(IReadOnlyList<MetadataEntry> metadata)
{
    private const int LongestShownText = 80;

    private readonly FrozenDictionary<string, GgufValue> values = metadata.ToFrozenDictionary(
        entry => entry.Key, entry => (GgufValue)entry.Value, StringComparer.Ordinal);
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    public GgufValue? Find(string key)
    {
        read.Add(key);
        return values.GetValueOrDefault(key);
    }

    /// <summary>The keys below a prefix, in their order.</summary>
    public IEnumerable<string> Below(string prefix) =>
        metadata.Select(entry => entry.Key).Where(key => key.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The keys below a prefix that nobody asked for.</summary>
    public IEnumerable<string> Unread(string prefix) => Below(prefix).Where(key => !read.Contains(key));

    /// <summary>A count or an id: files disagree about its width (gguf.md §6).</summary>
    public Reading<long> Count(string key)
    {
        if (Find(key) is not { } value)
        {
            return Reading<long>.Absent;
        }

        return value.TryGetInteger(out Int128 number) && number >= 0 && number <= uint.MaxValue
            ? new Reading<long>((long)number)
            : Reading<long>.Wrong($"{key} is {Show(value)}, not a count");
    }

    /// <summary>A count that may also be an array with one for each layer, if they agree: a folder's config has one field.</summary>
    public Reading<long> UniformCount(string key)
    {
        if (Find(key) is not { ElementType: { } element } value)
        {
            return Count(key);
        }

        int size = GgufValueTypes.FixedBytes(element);
        if (size == 0 || value.Count == 0 || element is GgufValueType.Bool or GgufValueType.Float32 or GgufValueType.Float64)
        {
            return Reading<long>.Wrong($"{key} is {Show(value)}, not a count");
        }

        ReadOnlySpan<byte> items = value.ItemBytes.Span;
        Int128 first = GgufValue.ReadInteger(element, items[..size], value.Encoding);
        for (int offset = size; offset < items.Length; offset += size)
        {
            Int128 other = GgufValue.ReadInteger(element, items.Slice(offset, size), value.Encoding);
            if (other != first)
            {
                return Reading<long>.Wrong($"{key} differs between layers ({first} and {other}), which config.json cannot say");
            }
        }

        return first >= 0 && first <= uint.MaxValue
            ? new Reading<long>((long)first)
            : Reading<long>.Wrong($"{key} holds {first}, not a count");
    }

    /// <summary>A list of counts.</summary>
    public Reading<long[]> Counts(string key)
    {
        if (Find(key) is not { } value)
        {
            return Reading<long[]>.Absent;
        }

        if (value.ElementType is not { } element || GgufValueTypes.FixedBytes(element) is var size && size == 0
            || element is GgufValueType.Bool or GgufValueType.Float32 or GgufValueType.Float64)
        {
            return Reading<long[]>.Wrong($"{key} is {Show(value)}, not a list of counts");
        }

        long[] counts = new long[value.ItemBytes.Length / size];
        for (int item = 0; item < counts.Length; item++)
        {
            Int128 number = GgufValue.ReadInteger(element, value.ItemBytes.Span.Slice(item * size, size), value.Encoding);
            if (number < 0 || number > uint.MaxValue)
            {
                return Reading<long[]>.Wrong($"{key} holds {number}, not a count");
            }

            counts[item] = (long)number;
        }

        return new(counts);
    }

    /// <summary>A list of bools.</summary>
    public Reading<bool[]> Bools(string key) => Find(key) is not { } value ? Reading<bool[]>.Absent
        : value.ElementType == GgufValueType.Bool ? new([.. value.ItemBytes.ToArray().Select(item => item != 0)])
        : Reading<bool[]>.Wrong($"{key} is {Show(value)}, not a list of bools");

    public Reading<FiniteNumber> Float(string key)
    {
        if (Find(key) is not { } value)
        {
            return Reading<FiniteNumber>.Absent;
        }

        return value.TryGetFloat(out double number) && double.IsFinite(number)
            ? new Reading<FiniteNumber>(value.Type == GgufValueType.Float32 ? new FiniteNumber((float)number) : new FiniteNumber(number))
            : Reading<FiniteNumber>.Wrong($"{key} is {Show(value)}, not a finite float");
    }

    public Reading<bool> Bool(string key)
    {
        if (Find(key) is not { } value)
        {
            return Reading<bool>.Absent;
        }

        return value.TryGetBool(out bool flag) ? new Reading<bool>(flag) : Reading<bool>.Wrong($"{key} is {Show(value)}, not a bool");
    }

    public Reading<string> Text(string key)
    {
        if (Find(key) is not { } value)
        {
            return Reading<string>.Absent;
        }

        return value.TryGetString(out string? text)
            ? new Reading<string>(text)
            : Reading<string>.Wrong(value.Type == GgufValueType.String ? $"{key} is not UTF-8" : $"{key} is {Show(value)}, not a string");
    }

    /// <summary>A value for a message: long ones only by their size.</summary>
    public static string Show(GgufValue value) => value.Type switch
    {
        GgufValueType.Array => string.Create(CultureInfo.InvariantCulture, $"{value.TypeName} of {Plural.Of(value.Count, "item")}"),
        GgufValueType.String when value.StringBytes.Length > LongestShownText =>
            string.Create(CultureInfo.InvariantCulture, $"a string of {value.StringBytes.Length} bytes"),
        _ => $"{value.TypeName} {value.Display()}",
    };
}
