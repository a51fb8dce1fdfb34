using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Apr;

/// <summary>
/// GGUF keys for which APR has no words, kept with their types in one custom object: <c>{"qwen2.rope.dimension_count":{"u32":16}}</c>. One
/// level down no key can be an alias of a field (apr-v2.md §7.4).
/// </summary>
internal static class UnmappedKeys
{
    public const string Key = "modelpack.gguf";

    private const string ArrayOpen = "array[";

    private static readonly Dictionary<string, GgufValueType> TypesByName =
        Enum.GetValues<GgufValueType>().ToDictionary(GgufValueTypes.Name, type => type, StringComparer.Ordinal);

    /// <summary>Writes the object; null if nothing is left over. What JSON cannot hold is noted.</summary>
    public static AprJson? Write(IEnumerable<MetadataEntry> entries, List<Note> notes)
    {
        AprJsonWriter writer = new();
        bool any = false;
        writer.StartObject();
        foreach ((string key, MetadataValue value) in entries)
        {
            GgufValue standard = ((GgufValue)value).ToStandardEncoding();
            if (!IsJson(standard))
            {
                notes.Lose($"'{key}' ({standard.TypeName}) cannot be written as JSON");
                continue;
            }

            any = true;
            writer.Name(key);
            writer.StartObject();
            writer.Name(standard.TypeName);
            WriteValue(writer, standard);
            writer.EndObject();
        }

        writer.EndObject();
        return any ? new AprJson(writer.Written) : null;
    }

    /// <summary>Reads the object back; what was edited into something that is no value is noted.</summary>
    public static IReadOnlyList<MetadataEntry> Read(AprJsonValue? value, List<Note> notes)
    {
        List<MetadataEntry> entries = [];
        if (value is null)
        {
            return entries;
        }

        using JsonDocument document = JsonDocument.Parse(value.RawBytes, new JsonDocumentOptions { MaxDepth = AprFormat.MaximumLevels });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            notes.Lose($"'{Key}' is not an object");
            return entries;
        }

        HashSet<string> keys = new(StringComparer.Ordinal);
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            if (keys.Add(property.Name) && TryRead(property.Value, out GgufValue? read))
            {
                entries.Add(new(property.Name, read));
            }
            else
            {
                notes.Lose($"'{property.Name}' in '{Key}' is not a value of its type, or stands there twice");
            }
        }

        return entries;
    }

    private static bool IsJson(GgufValue value) => (value.ElementType ?? value.Type) switch
    {
        GgufValueType.Array => false,
        GgufValueType.String => value.ElementType is null ? value.Text is not null : AllUnicode(value),
        GgufValueType.Float32 or GgufValueType.Float64 =>
            Items(value).All(item => double.IsFinite(GgufValue.ReadFloat(value.ElementType ?? value.Type, item.Span, value.Encoding))),
        _ => true,
    };

    private static bool AllUnicode(GgufValue value)
    {
        foreach (ReadOnlyMemory<byte> text in value.EnumerateStrings())
        {
            if (!Utf8.IsValid(text.Span))
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Items(GgufValue value)
    {
        int size = GgufValueTypes.FixedBytes(value.ElementType ?? value.Type);
        for (int offset = 0; offset < value.ItemBytes.Length; offset += size)
        {
            yield return value.ItemBytes.Slice(offset, size);
        }
    }

    private static void WriteValue(AprJsonWriter writer, GgufValue value)
    {
        GgufValueType type = value.ElementType ?? value.Type;
        if (value.ElementType is null)
        {
            if (type == GgufValueType.String)
            {
                writer.String(value.StringBytes.Span);
            }
            else
            {
                WriteItem(writer, type, value.RawBytes.Span, value.Encoding);
            }

            return;
        }

        writer.StartArray();
        if (type == GgufValueType.String)
        {
            foreach (ReadOnlyMemory<byte> text in value.EnumerateStrings())
            {
                writer.String(text.Span);
            }
        }
        else
        {
            foreach (ReadOnlyMemory<byte> item in Items(value))
            {
                WriteItem(writer, type, item.Span, value.Encoding);
            }
        }

        writer.EndArray();
    }

    private static void WriteItem(AprJsonWriter writer, GgufValueType type, ReadOnlySpan<byte> bytes, GgufEncoding encoding)
    {
        switch (type)
        {
            case GgufValueType.Bool:
                writer.Bool(bytes[0] != 0);
                break;
            case GgufValueType.Float32:
                writer.Number((float)GgufValue.ReadFloat(type, bytes, encoding));
                break;
            case GgufValueType.Float64:
                writer.Number(GgufValue.ReadFloat(type, bytes, encoding));
                break;
            case GgufValueType.UInt64:
                writer.Number((ulong)GgufValue.ReadInteger(type, bytes, encoding));
                break;
            default:
                writer.Number((long)GgufValue.ReadInteger(type, bytes, encoding));
                break;
        }
    }

    private static bool TryRead(JsonElement typed, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out GgufValue? value)
    {
        value = null;
        if (typed.ValueKind != JsonValueKind.Object || typed.EnumerateObject().Count() != 1)
        {
            return false;
        }

        JsonProperty only = typed.EnumerateObject().First();
        bool isArray = only.Name.StartsWith(ArrayOpen, StringComparison.Ordinal) && only.Name.EndsWith(']');
        string name = isArray ? only.Name[ArrayOpen.Length..^1] : only.Name;
        if (!TypesByName.TryGetValue(name, out GgufValueType type) || type == GgufValueType.Array
            || (isArray && only.Value.ValueKind != JsonValueKind.Array))
        {
            return false;
        }

        ArrayBufferWriter<byte> raw = new();
        if (isArray)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(raw.GetSpan(sizeof(uint)), (uint)type);
            raw.Advance(sizeof(uint));
            BinaryPrimitives.WriteInt64LittleEndian(raw.GetSpan(sizeof(long)), only.Value.GetArrayLength());
            raw.Advance(sizeof(long));
        }

        foreach (JsonElement item in isArray ? only.Value.EnumerateArray().AsEnumerable() : [only.Value])
        {
            if (!TryAppend(raw, type, item))
            {
                return false;
            }
        }

        value = GgufValue.FromRawBytes(isArray ? GgufValueType.Array : type, raw.WrittenMemory);
        return true;
    }

    private static bool TryAppend(ArrayBufferWriter<byte> raw, GgufValueType type, JsonElement item)
    {
        if (Scalar(type, item) is not { } scalar)
        {
            return false;
        }

        raw.Write(scalar.RawBytes.Span[..(type == GgufValueType.String ? scalar.RawBytes.Length : GgufValueTypes.FixedBytes(type))]);
        return true;
    }

    private static GgufValue? Scalar(GgufValueType type, JsonElement item)
    {
        bool isNumber = item.ValueKind == JsonValueKind.Number;
        return type switch
        {
            GgufValueType.String => item.ValueKind == JsonValueKind.String ? GgufValue.FromString(item.GetString()!) : null,
            GgufValueType.Bool =>
                item.ValueKind is JsonValueKind.True or JsonValueKind.False ? GgufValue.FromBool(item.GetBoolean()) : null,
            GgufValueType.Float32 =>
                isNumber && item.TryGetSingle(out float single) && float.IsFinite(single) ? GgufValue.FromFloat32(single) : null,
            GgufValueType.Float64 =>
                isNumber && item.TryGetDouble(out double number) && double.IsFinite(number) ? GgufValue.FromFloat64(number) : null,
            GgufValueType.UInt64 => isNumber && item.TryGetUInt64(out ulong large) ? GgufValue.FromUInt64(large) : null,
            _ => isNumber && item.TryGetInt64(out long whole) && Fits(type, whole) ? GgufValue.FromInt64(whole) : null,
        };
    }

    // Little-endian two's complement: the first bytes of a 64-bit number are the narrower one.
    private static bool Fits(GgufValueType type, long number) => type switch
    {
        GgufValueType.UInt8 => number is >= byte.MinValue and <= byte.MaxValue,
        GgufValueType.Int8 => number is >= sbyte.MinValue and <= sbyte.MaxValue,
        GgufValueType.UInt16 => number is >= ushort.MinValue and <= ushort.MaxValue,
        GgufValueType.Int16 => number is >= short.MinValue and <= short.MaxValue,
        GgufValueType.UInt32 => number is >= uint.MinValue and <= uint.MaxValue,
        GgufValueType.Int32 => number is >= int.MinValue and <= int.MaxValue,
        _ => true,
    };
}
