using System.Text.Unicode;

namespace ModelPack.Formats.Gguf;

/// <content>Values as the front door reads them, whatever their width.</content>
public sealed partial class GgufValue
{
    private const long LargestExact = 1L << 53;

    /// <inheritdoc/>
    internal override string WhyUnread => Type switch
    {
        GgufValueType.String when !Utf8.IsValid(StringBytes.Span) => " whose bytes are not UTF-8",
        GgufValueType.Array when ElementType == GgufValueType.String && Strings is null => " of which one is not UTF-8",
        _ => "",
    };

    /// <inheritdoc/>
    internal override string[]? Strings
    {
        get
        {
            if (ElementType != GgufValueType.String)
            {
                return null;
            }

            string[] texts = new string[Count];
            int at = 0;
            foreach (ReadOnlyMemory<byte> text in EnumerateStrings())
            {
                if (!Utf8.IsValid(text.Span))
                {
                    return null;
                }

                texts[at++] = System.Text.Encoding.UTF8.GetString(text.Span);
            }

            return texts;
        }
    }

    /// <inheritdoc/>
    internal override bool? Boolean => TryGetBool(out bool flag) ? flag : null;

    /// <inheritdoc/>
    internal override long? Int64 => IsInteger(Type) ? ToInt64(ReadInteger(Type, raw.Span, encoding)) : null;

    /// <inheritdoc/>
    internal override long[]? Int64s =>
        ElementType is { } type && IsInteger(type) ? Items(type, bytes => ToInt64(ReadInteger(type, bytes, encoding))) : null;

    /// <inheritdoc/>
    internal override double? Double => IsInteger(Type) || IsFloat(Type) ? ToDouble(Type, raw.Span) : null;

    /// <inheritdoc/>
    internal override double[]? Doubles =>
        ElementType is { } type && (IsInteger(type) || IsFloat(type)) ? Items(type, bytes => ToDouble(type, bytes)) : null;

    private static bool IsFloat(GgufValueType type) => type is GgufValueType.Float32 or GgufValueType.Float64;

    internal static bool IsInteger(GgufValueType type) =>
        !IsFloat(type) && type is not (GgufValueType.Bool or GgufValueType.String or GgufValueType.Array);

    private static long? ToInt64(Int128 number) => number <= long.MaxValue ? (long)number : null;

    private double? ToDouble(GgufValueType type, ReadOnlySpan<byte> bytes)
    {
        if (IsFloat(type))
        {
            return ReadFloat(type, bytes, encoding);
        }

        Int128 number = ReadInteger(type, bytes, encoding);
        return Int128.Abs(number) <= LargestExact ? (double)number : null;
    }

    private T[]? Items<T>(GgufValueType type, Func<ReadOnlySpan<byte>, T?> read)
        where T : struct
    {
        int size = GgufValueTypes.FixedBytes(type);
        T[] items = new T[Count];
        ReadOnlySpan<byte> bytes = ItemBytes.Span;
        for (int item = 0; item < items.Length; item++)
        {
            if (read(bytes.Slice(item * size, size)) is not { } value)
            {
                return null;
            }

            items[item] = value;
        }

        return items;
    }
}
