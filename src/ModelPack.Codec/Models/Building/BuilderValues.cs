using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;

namespace ModelPack.Models.Building;

/// <summary>Values of .NET as metadata values of a format. A key that is there keeps its type, where the value fits it.</summary>
internal static class BuilderValues
{
    /// <summary>The bytes of a value, whatever the encoding of its file is.</summary>
    public static ReadOnlyMemory<byte> Standard(MetadataValue value) =>
        value is GgufValue gguf ? gguf.ToStandardEncoding().RawBytes : value.RawBytes;

    public static MetadataValue Text(ModelFormat format, string key, string text, MetadataValue? before)
    {
        byte[] utf8 = Utf8(key, text);
        return format switch
        {
            ModelFormat.Gguf => Alike(key, GgufValue.FromStringBytes(utf8), before),
            ModelFormat.Apr => new AprJsonValue(AprJson.String(utf8).Utf8),
            _ => SafeTensorsValue.Of(utf8),
        };
    }

    public static MetadataValue Flag(ModelFormat format, string key, bool flag, MetadataValue? before) => format switch
    {
        ModelFormat.Gguf => Alike(key, GgufValue.FromBool(flag), before),
        ModelFormat.Apr => new AprJsonValue(AprJson.Bool(flag).Utf8),
        _ => throw TextOnly(key, flag ? "true" : "false"),
    };

    /// <param name="format">The format.</param>
    /// <param name="key">The key.</param>
    /// <param name="number">The number.</param>
    /// <param name="stated">The type that a new key of a GGUF gets.</param>
    /// <param name="before">The value that the key has.</param>
    public static MetadataValue Integer(ModelFormat format, string key, long number, GgufValueType stated, MetadataValue? before) =>
        format switch
    {
        ModelFormat.Gguf =>
            Integers(key, [number], before is GgufValue { Type: var type } && GgufValue.IsInteger(type) ? type : stated, false, before),
        ModelFormat.Apr => new AprJsonValue(AprJson.Number(number).Utf8),
        _ => throw TextOnly(key, number.ToString(CultureInfo.InvariantCulture)),
    };

    public static MetadataValue Float(ModelFormat format, string key, double number, GgufValueType stated, MetadataValue? before)
    {
        return format switch
        {
            ModelFormat.Gguf when IsSingle() && double.IsFinite(number) && !float.IsFinite((float)number) =>
                throw Bad(
                    $"'{key}' has the type f32, which cannot hold {number.ToString("R", CultureInfo.InvariantCulture)}; pass a "
                        + $"{nameof(GgufValue)} to choose another type"),
            ModelFormat.Gguf => Alike(key, IsSingle() ? GgufValue.FromFloat32((float)number) : GgufValue.FromFloat64(number), before),
            ModelFormat.Apr when !double.IsFinite(number) =>
                throw Bad($"'{key}' would be {number.ToString(CultureInfo.InvariantCulture)}, which JSON cannot say"),
            ModelFormat.Apr =>
                new AprJsonValue((stated == GgufValueType.Float32 ? AprJson.Number((float)number) : AprJson.Number(number)).Utf8),
            _ => throw TextOnly(key, number.ToString("R", CultureInfo.InvariantCulture)),
        };

        bool IsSingle() =>
            (before is GgufValue { Type: GgufValueType.Float32 or GgufValueType.Float64 } was ? was.Type : stated) == GgufValueType.Float32;
    }

    public static MetadataValue Texts(ModelFormat format, string key, IReadOnlyCollection<string> texts, MetadataValue? before)
    {
        foreach (string text in texts)
        {
            _ = Utf8(key, text);
        }

        return format switch
        {
            ModelFormat.Gguf => Alike(key, GgufValue.FromStrings(texts), before),
            ModelFormat.Apr => Array(writer => texts.ToList().ForEach(writer.String)),
            _ => throw TextOnly(key, "the items in one text"),
        };
    }

    public static MetadataValue Integers(ModelFormat format, string key, int[] numbers, MetadataValue? before) => format switch
    {
        ModelFormat.Gguf =>
            Integers(
                key, [.. numbers], before is GgufValue { ElementType: { } type } && GgufValue.IsInteger(type)
                    ? type
                    : GgufValueType.Int32, true, before),
        ModelFormat.Apr => Array(writer => System.Array.ForEach(numbers, number => writer.Number((long)number))),
        _ => throw TextOnly(key, "the numbers in one text"),
    };

    public static MetadataValue Floats(ModelFormat format, string key, float[] numbers, MetadataValue? before) => format switch
    {
        ModelFormat.Gguf => Alike(key, GgufValue.FromArray<float>(numbers), before),
        ModelFormat.Apr when System.Array.Exists(numbers, number => !float.IsFinite(number)) =>
            throw Bad($"'{key}' would hold NaN or infinity, which JSON cannot say"),
        ModelFormat.Apr => Array(writer => System.Array.ForEach(numbers, writer.Number)),
        _ => throw TextOnly(key, "the numbers in one text"),
    };

    /// <summary>A value that was made for a format, or read from a file of it.</summary>
    public static MetadataValue Exact(ModelFormat format, string key, MetadataValue value) => (format, value) switch
    {
        (ModelFormat.Gguf, GgufValue gguf) => gguf.ToStandardEncoding(),
        (ModelFormat.Apr, AprJsonValue) => value,
        (ModelFormat.SafeTensors, SafeTensorsValue) => value,
        _ => throw Bad($"'{key}' would hold a {value.TypeName}, which is no value of {format.Name()}"),
    };

    private static GgufValue Integers(string key, long[] numbers, GgufValueType type, bool isArray, MetadataValue? before)
    {
        int width = GgufValueTypes.FixedBytes(type);
        (Int128 lowest, Int128 highest) = (GgufValue.Lowest(type), GgufValue.Highest(type));
        byte[] raw = isArray ? GgufValue.NewArray(type, numbers.Length, (long)width * numbers.Length) : new byte[width];
        Span<byte> items = raw.AsSpan(raw.Length - (width * numbers.Length));
        Span<byte> bits = stackalloc byte[sizeof(long)];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] < lowest || numbers[i] > highest)
            {
                throw Bad(
                    $"'{key}' has the type {GgufValueTypes.Name(type)}, which cannot hold {numbers[i]}; pass a {nameof(GgufValue)} to "
                        + $"choose another type");
            }

            BinaryPrimitives.WriteInt64LittleEndian(bits, numbers[i]);
            bits[..width].CopyTo(items[(i * width)..]);
        }

        return Alike(key, GgufValue.FromRawBytes(isArray ? GgufValueType.Array : type, raw), before);
    }

    // A program that asks for a key of one type does not find it under another.
    private static GgufValue Alike(string key, GgufValue value, MetadataValue? before) =>
        before is null || before.TypeName == value.TypeName || IsEmptyArray(before, value)
        ? value
        : throw Bad(
            $"'{key}' has the type {before.TypeName} and would get {value.TypeName}; pass a {nameof(GgufValue)} to change the type");

    private static bool IsEmptyArray(MetadataValue before, GgufValue value) =>
        before is GgufValue { Type: GgufValueType.Array, Count: 0 } && value.Type == GgufValueType.Array;

    private static AprJsonValue Array(Action<AprJsonWriter> write) => new(AprJson.Build(writer =>
    {
        writer.StartArray();
        write(writer);
        writer.EndArray();
    }).Utf8);

    private static byte[] Utf8(string key, string text)
    {
        try
        {
            return StrictUtf8.Encoding.GetBytes(text);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ModelPackException(BuildingErrors.BadValue, $"a text for '{key}' holds half a surrogate pair", exception);
        }
    }

    private static ModelPackException TextOnly(string key, string text) =>
        Bad($"'{key}' would be no text, and SafeTensors metadata holds texts only; pass a text, such as \"{text}\"");

    private static ModelPackException Bad(string why) => new(BuildingErrors.BadValue, why);
}
