namespace ModelPack.Formats.Gguf;

/// <summary>The metadata value types with their ids (gguf.md §1.4).</summary>
internal enum GgufValueType
{
    /// <summary>Unsigned, 8 bits.</summary>
    UInt8 = 0,

    /// <summary>Signed, 8 bits.</summary>
    Int8 = 1,

    /// <summary>Unsigned, 16 bits.</summary>
    UInt16 = 2,

    /// <summary>Signed, 16 bits.</summary>
    Int16 = 3,

    /// <summary>Unsigned, 32 bits.</summary>
    UInt32 = 4,

    /// <summary>Signed, 32 bits.</summary>
    Int32 = 5,

    /// <summary>IEEE binary32.</summary>
    Float32 = 6,

    /// <summary>One byte; anything but zero is true.</summary>
    Bool = 7,

    /// <summary>Bytes with a length, meant to be UTF-8.</summary>
    String = 8,

    /// <summary>Items of one type, possibly arrays again.</summary>
    Array = 9,

    /// <summary>Unsigned, 64 bits.</summary>
    UInt64 = 10,

    /// <summary>Signed, 64 bits.</summary>
    Int64 = 11,

    /// <summary>IEEE binary64.</summary>
    Float64 = 12,
}

/// <summary>Sizes and names of the value types.</summary>
internal static class GgufValueTypes
{
    public const uint Last = (uint)GgufValueType.Float64;

    private static readonly string[] Names = [
        "u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64"];

    private static ReadOnlySpan<byte> Sizes => [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];

    public static string Name(GgufValueType type) => Names[(int)type];

    /// <summary>Bytes of a value of fixed size; 0 for strings and arrays.</summary>
    public static int FixedBytes(GgufValueType type) => Sizes[(int)type];

    /// <summary>The fewest bytes that an array item takes (R-ARRLEN).</summary>
    public static int MinimumBytes(GgufValueType type, GgufEncoding encoding) => type switch
    {
        GgufValueType.String => encoding.LengthBytes,
        GgufValueType.Array => sizeof(uint) + encoding.LengthBytes,
        _ => FixedBytes(type),
    };
}
