using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using ModelPack.IO;

namespace ModelPack.Formats.Gguf;

/// <content>Values for new files.</content>
public sealed partial class GgufValue
{
    private const int ArrayPrefix = sizeof(uint) + sizeof(ulong);

    /// <summary>A value of type u16.</summary>
    public static GgufValue FromUInt16(ushort number) => FromNumber(GgufValueType.UInt16, number, sizeof(ushort));

    /// <summary>A value of type u32.</summary>
    public static GgufValue FromUInt32(uint number) => FromNumber(GgufValueType.UInt32, number, sizeof(uint));

    /// <summary>A value of type i32.</summary>
    public static GgufValue FromInt32(int number) => FromNumber(GgufValueType.Int32, unchecked((uint)number), sizeof(int));

    /// <summary>A value of type u64.</summary>
    public static GgufValue FromUInt64(ulong number) => FromNumber(GgufValueType.UInt64, number, sizeof(ulong));

    /// <summary>A value of type i64.</summary>
    public static GgufValue FromInt64(long number) => FromNumber(GgufValueType.Int64, unchecked((ulong)number), sizeof(long));

    /// <summary>A value of type f32 with exactly these bits.</summary>
    internal static GgufValue FromFloat32Bits(uint bits) => FromNumber(GgufValueType.Float32, bits, sizeof(uint));

    /// <summary>A value of type f32.</summary>
    public static GgufValue FromFloat32(float number) => FromFloat32Bits(BitConverter.SingleToUInt32Bits(number));

    /// <summary>A value of type f64.</summary>
    public static GgufValue FromFloat64(double number) =>
        FromNumber(GgufValueType.Float64, BitConverter.DoubleToUInt64Bits(number), sizeof(double));

    /// <summary>A value of type bool.</summary>
    public static GgufValue FromBool(bool flag) => FromNumber(GgufValueType.Bool, flag ? 1u : 0u, 1);

    /// <summary>A string.</summary>
    /// <exception cref="ArgumentException">The text holds half a surrogate pair.</exception>
    public static GgufValue FromString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return FromStringBytes(StrictUtf8.Encoding.GetBytes(text));
    }

    /// <summary>A string of these bytes.</summary>
    internal static GgufValue FromStringBytes(ReadOnlySpan<byte> text)
    {
        byte[] raw = new byte[checked(sizeof(ulong) + text.Length)];
        BinaryPrimitives.WriteInt64LittleEndian(raw, text.Length);
        text.CopyTo(raw.AsSpan(sizeof(ulong)));
        return FromRawBytes(GgufValueType.String, raw);
    }

    /// <summary>An array of strings.</summary>
    /// <exception cref="ArgumentException">A text is null, or holds half a surrogate pair.</exception>
    public static GgufValue FromStrings(IReadOnlyCollection<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Any(text => text is null))
        {
            throw new ArgumentException("a text of the list is null", nameof(texts));
        }

        long length = texts.Sum(text => (long)sizeof(ulong) + StrictUtf8.Encoding.GetByteCount(text));
        byte[] raw = NewArray(GgufValueType.String, texts.Count, length);
        Span<byte> rest = raw.AsSpan(ArrayPrefix);
        foreach (string text in texts)
        {
            int written = StrictUtf8.Encoding.GetBytes(text, rest[sizeof(ulong)..]);
            BinaryPrimitives.WriteInt64LittleEndian(rest, written);
            rest = rest[(sizeof(ulong) + written)..];
        }

        return FromRawBytes(GgufValueType.Array, raw);
    }

    /// <summary>An array of numbers or truth values: each type of C# gives that of its width.</summary>
    /// <typeparam name="T"><c>bool</c>, <c>float</c>, <c>double</c>, or a whole number of 8 to 64 bits.</typeparam>
    /// <exception cref="NotSupportedException">GGUF has no such type.</exception>
    public static GgufValue FromArray<T>(ReadOnlySpan<T> items)
        where T : unmanaged
    {
        GgufValueType type = default(T) switch
        {
            byte => GgufValueType.UInt8,
            sbyte => GgufValueType.Int8,
            ushort => GgufValueType.UInt16,
            short => GgufValueType.Int16,
            uint => GgufValueType.UInt32,
            int => GgufValueType.Int32,
            ulong => GgufValueType.UInt64,
            long => GgufValueType.Int64,
            float => GgufValueType.Float32,
            double => GgufValueType.Float64,
            bool => GgufValueType.Bool,
            _ => throw new NotSupportedException($"GGUF has no array of {typeof(T).Name}"),
        };
        return FromItems(type, MemoryMarshal.AsBytes(items), GgufValueTypes.FixedBytes(type));
    }

    /// <summary>A value of an integer type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="number">The number.</param>
    /// <param name="value">The value; null if the type is none of integers, or cannot hold the number.</param>
    internal static bool TryFromInteger(GgufValueType type, Int128 number, [NotNullWhen(true)] out GgufValue? value)
    {
        bool fits = (uint)type <= GgufValueTypes.Last && IsInteger(type) && number >= Lowest(type) && number <= Highest(type);
        value = fits ? FromNumber(type, unchecked((ulong)number), GgufValueTypes.FixedBytes(type)) : null;
        return fits;
    }

    /// <summary>An array.</summary>
    /// <param name="element">The type of its items.</param>
    /// <param name="items">The items.</param>
    /// <exception cref="ArgumentException">An item has another type.</exception>
    internal static GgufValue FromItems(GgufValueType element, IReadOnlyCollection<GgufValue> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        byte[] raw = NewArray(element, items.Count, items.Sum(item => (long)item.RawBytes.Length));
        Span<byte> rest = raw.AsSpan(ArrayPrefix);
        foreach (GgufValue item in items)
        {
            if (item.Type != element || item.encoding != GgufEncoding.Standard)
            {
                throw new ArgumentException($"an item has the type {item.TypeName}, or another byte order", nameof(items));
            }

            item.RawBytes.Span.CopyTo(rest);
            rest = rest[item.RawBytes.Length..];
        }

        return FromRawBytes(GgufValueType.Array, raw);
    }

    /// <summary>The lowest number of an integer type.</summary>
    internal static Int128 Lowest(GgufValueType type) => IsSigned(type) ? -Highest(type) - 1 : 0;

    /// <summary>The highest number of an integer type.</summary>
    internal static Int128 Highest(GgufValueType type) =>
        (Int128.One << ((8 * GgufValueTypes.FixedBytes(type)) - (IsSigned(type) ? 1 : 0))) - 1;

    private static bool IsSigned(GgufValueType type) =>
        type is GgufValueType.Int8 or GgufValueType.Int16 or GgufValueType.Int32 or GgufValueType.Int64;

    /// <summary>A value from the bytes that <see cref="MetadataValue.RawBytes"/> of a version 2 or 3 little-endian file gives.</summary>
    /// <exception cref="ArgumentException">The bytes are not exactly one value of this type.</exception>
    internal static GgufValue FromRawBytes(GgufValueType type, ReadOnlyMemory<byte> raw)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)type, GgufValueTypes.Last, nameof(type));
        GgufHeaderBuffer buffer = new(new MemoryByteSource(raw), Array.MaxLength);
        try
        {
            new GgufValueScanner(buffer, new GgufNotes()).ScanValue(type);
        }
        catch (ModelFormatException exception)
        {
            throw new ArgumentException($"not a value of type {GgufValueTypes.Name(type)}: {exception.Detail}", nameof(raw), exception);
        }

        return buffer.Left == 0
            ? new GgufValue(type, raw, GgufEncoding.Standard)
            : throw new ArgumentException($"{buffer.Left} bytes follow the value", nameof(raw));
    }

    private static GgufValue FromNumber(GgufValueType type, ulong bits, int bytes)
    {
        byte[] raw = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(raw, bits);
        return new GgufValue(type, raw.AsMemory(0, bytes), GgufEncoding.Standard);
    }

    private static GgufValue FromItems(GgufValueType element, ReadOnlySpan<byte> items, int itemBytes)
    {
        byte[] raw = NewArray(element, items.Length / itemBytes, items.Length);
        Span<byte> stored = raw.AsSpan(ArrayPrefix);
        items.CopyTo(stored);
        if (!BitConverter.IsLittleEndian)
        {
            for (int offset = 0; offset < stored.Length; offset += itemBytes)
            {
                stored.Slice(offset, itemBytes).Reverse();
            }
        }

        return FromRawBytes(GgufValueType.Array, raw);
    }

    /// <summary>The bytes of an array whose items are still to be written behind its type and count.</summary>
    internal static byte[] NewArray(GgufValueType element, int count, long itemBytes)
    {
        byte[] raw = new byte[checked(ArrayPrefix + itemBytes)];
        BinaryPrimitives.WriteUInt32LittleEndian(raw, (uint)element);
        BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(sizeof(uint)), count);
        return raw;
    }
}
