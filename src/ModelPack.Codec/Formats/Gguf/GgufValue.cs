using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace ModelPack.Formats.Gguf;

/// <summary>A metadata value of a GGUF file: its type and its bytes as stored. Items of arrays are read when they are asked for.</summary>
public sealed partial class GgufValue : MetadataValue
{
    private readonly ReadOnlyMemory<byte> raw;
    private readonly GgufEncoding encoding;

    internal GgufValue(GgufValueType type, ReadOnlyMemory<byte> raw, GgufEncoding encoding)
    {
        Type = type;
        this.raw = raw;
        this.encoding = encoding;
    }

    private protected override string? TextCore => TryGetString(out string? text) ? text : null;

    /// <summary>The type.</summary>
    internal GgufValueType Type { get; }

    /// <summary>The type of the items, for arrays.</summary>
    internal GgufValueType? ElementType => Type == GgufValueType.Array ? (GgufValueType)encoding.UInt32(raw.Span) : null;

    /// <summary>The number of items of an array; 1 for everything else.</summary>
    internal long Count => Type == GgufValueType.Array ? (long)encoding.Length(raw.Span[sizeof(uint)..]) : 1;

    private protected override string TypeNameCore =>
        ElementType is { } element ? $"array[{GgufValueTypes.Name(element)}]" : GgufValueTypes.Name(Type);

    // Of a string its length and its bytes, of an array its element type, count and items: what stands behind the type id.
    private protected override ReadOnlyMemory<byte> RawBytesCore => raw;

    /// <summary>The bytes of the items of an array, without element type and count; for everything else
    /// <see cref="MetadataValue.RawBytes"/>.</summary>
    internal ReadOnlyMemory<byte> ItemBytes => Type == GgufValueType.Array ? raw[(sizeof(uint) + encoding.LengthBytes)..] : raw;

    /// <summary>The bytes of a string without its length; empty for everything else.</summary>
    internal ReadOnlyMemory<byte> StringBytes => Type == GgufValueType.String ? raw[encoding.LengthBytes..] : default;

    internal GgufEncoding Encoding => encoding;

    /// <summary>Reads a string; false for another type and for bytes that are not UTF-8.</summary>
    internal bool TryGetString([NotNullWhen(true)] out string? text)
    {
        bool valid = Type == GgufValueType.String && Utf8.IsValid(StringBytes.Span);
        text = valid ? System.Text.Encoding.UTF8.GetString(StringBytes.Span) : null;
        return valid;
    }

    /// <summary>Reads an integer of any width: files disagree about the width of the same key (gguf.md §6).</summary>
    internal bool TryGetInteger(out Int128 integer)
    {
        bool valid =
            Type is not (GgufValueType.Float32 or GgufValueType.Float64 or GgufValueType.Bool or GgufValueType.String
                or GgufValueType.Array);
        integer = valid ? ReadInteger(Type, raw.Span, encoding) : 0;
        return valid;
    }

    /// <summary>Reads a value of type u32.</summary>
    internal bool TryGetUInt32(out uint number)
    {
        number = Type == GgufValueType.UInt32 ? encoding.UInt32(raw.Span) : 0;
        return Type == GgufValueType.UInt32;
    }

    /// <summary>Reads a float of either width.</summary>
    internal bool TryGetFloat(out double number)
    {
        bool valid = Type is GgufValueType.Float32 or GgufValueType.Float64;
        number = valid ? ReadFloat(Type, raw.Span, encoding) : 0;
        return valid;
    }

    /// <summary>Reads a bool; any byte but zero is true (K-BOOL).</summary>
    internal bool TryGetBool(out bool flag)
    {
        flag = Type == GgufValueType.Bool && raw.Span[0] != 0;
        return Type == GgufValueType.Bool;
    }

    /// <summary>Reads an array of integers of any width.</summary>
    internal bool TryGetIntegers([NotNullWhen(true)] out Int128[]? integers)
    {
        integers = null;
        if (ElementType is not { } type || GgufValueTypes.FixedBytes(type) == 0
            || type is GgufValueType.Float32 or GgufValueType.Float64 or GgufValueType.Bool)
        {
            return false;
        }

        integers = new Int128[Count];
        int size = GgufValueTypes.FixedBytes(type);
        for (int item = 0; item < integers.Length; item++)
        {
            integers[item] = ReadInteger(type, ItemBytes.Span.Slice(item * size, size), encoding);
        }

        return true;
    }

    /// <summary>Goes through the strings of an array of strings; through nothing for every other value.</summary>
    internal GgufStrings EnumerateStrings() =>
        ElementType == GgufValueType.String ? new GgufStrings(ItemBytes, Count, encoding) : default;

    /// <summary>The same value as version 2 and 3 little-endian files store it.</summary>
    internal GgufValue ToStandardEncoding() => encoding == GgufEncoding.Standard ? this : GgufRecoder.ToStandard(this);

    /// <inheritdoc/>
    internal override string Display(int maxItems = 8) => GgufValueText.Display(this, maxItems);

    /// <inheritdoc/>
    internal override void WriteJson(Utf8JsonWriter writer, int maxItems = int.MaxValue) => GgufValueText.WriteJson(this, writer, maxItems);

    internal GgufTokenReader ReadTokens() => new(Type, raw.Span, encoding);

    internal static Int128 ReadInteger(GgufValueType type, ReadOnlySpan<byte> bytes, GgufEncoding encoding) => type switch
    {
        GgufValueType.UInt8 => bytes[0],
        GgufValueType.Int8 => (sbyte)bytes[0],
        GgufValueType.UInt16 => encoding.UInt16(bytes),
        GgufValueType.Int16 => (short)encoding.UInt16(bytes),
        GgufValueType.UInt32 => encoding.UInt32(bytes),
        GgufValueType.Int32 => (int)encoding.UInt32(bytes),
        GgufValueType.UInt64 => encoding.UInt64(bytes),
        GgufValueType.Int64 => (long)encoding.UInt64(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    internal static double ReadFloat(GgufValueType type, ReadOnlySpan<byte> bytes, GgufEncoding encoding) => type == GgufValueType.Float32
        ? BitConverter.UInt32BitsToSingle(encoding.UInt32(bytes))
        : BitConverter.UInt64BitsToDouble(encoding.UInt64(bytes));
}
