using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ModelPack.Formats.Gguf;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Commands;

/// <summary>Values of metadata keys as they are typed: <c>KEY=VALUE</c> for a key that is there, <c>KEY:TYPE=VALUE</c> for a new
/// one.</summary>
internal static class EditValue
{
    private const string Text = "string";

    private static readonly string[] Words = [Text, "bool", "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"];

    /// <summary>Sets a key.</summary>
    /// <exception cref="ModelPackException">The type is not given or not known, or the value is none of it.</exception>
    public static void Set(ModelBuilder builder, Model model, string key, string value)
    {
        int colon = key.LastIndexOf(':');
        string? type = colon > 0 && Words.Contains(key[(colon + 1)..].Replace("[]", "")) ? key[(colon + 1)..] : null;
        key = type is null ? key : key[..colon];
        MetadataValue? before = model.File.Metadata.LastOrDefault(entry => entry.Key == key)?.Value;
        type ??= model.Format == ModelFormat.SafeTensors ? Text : TypeOf(before, key);
        if (model.Format == ModelFormat.Gguf)
        {
            builder.Set(key, Gguf(key, type, value));
        }
        else
        {
            SetJson(builder, key, type, value);
        }
    }

    /// <summary>The text in a file.</summary>
    /// <exception cref="ModelPackException">The file is no text in UTF-8.</exception>
    public static string TextOf(string file)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(file));
        }
        catch (DecoderFallbackException exception)
        {
            throw new ModelPackException(ToolErrors.BadEdit, $"'{file}' is no text in UTF-8", exception) { FilePath = file };
        }
    }

    private static string TypeOf(MetadataValue? value, string key) => value?.TypeName switch
    {
        null => throw Bad(
            $"'{key}' is a new key, and its type was not given; write --set {key}:{Text}=… or another of {string.Join(", ", Words)}"),
        "json string" => Text,
        "json bool" => "bool",
        "json number" => "f64",
        string name when name.StartsWith("array[", StringComparison.Ordinal) && Words.Contains(name[6..^1]) => name[6..^1] + "[]",
        string name when Words.Contains(name) => name,
        string name =>
            throw Bad($"'{key}' holds a {name}, and no value of that type can be typed; write a type, as in --set {key}:{Text}[]=[\"a\"]"),
    };

    private static void SetJson(ModelBuilder builder, string key, string type, string value)
    {
        string item = type.Replace("[]", "");
        if (type.EndsWith(']'))
        {
            string[] items = Items(key, type, value);
            _ = item switch
            {
                Text => builder.Set(key, items),
                "f32" or "f64" => builder.Set(key, items.Select(text => (float)Float(key, type, text))),
                _ => builder.Set(key, items.Select(text => (int)Integer(key, type, text, int.MinValue, int.MaxValue))),
            };
            return;
        }

        _ = item switch
        {
            Text => builder.Set(key, value),
            "bool" => builder.Set(key, Flag(key, value)),
            "f32" => builder.Set(key, (float)Float(key, type, value)),
            "f64" when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) =>
                builder.Set(key, whole),
            "f64" => builder.Set(key, Float(key, type, value)),
            _ => builder.Set(key, (long)Integer(key, type, value, long.MinValue, long.MaxValue)),
        };
    }

    private static GgufValue Gguf(string key, string type, string value)
    {
        if (type == Text)
        {
            return GgufValue.FromString(value);
        }

        if (!type.EndsWith(']'))
        {
            return GgufValue.FromRawBytes(Enum.Parse<GgufValueType>(EnumName(type)), Bytes(key, type, value));
        }

        string item = type[..^2];
        string[] items = Items(key, type, value);
        if (item == Text)
        {
            return GgufValue.FromStrings(items);
        }

        byte[] prefix = new byte[sizeof(uint) + sizeof(ulong)];
        BinaryPrimitives.WriteUInt32LittleEndian(prefix, (uint)Enum.Parse<GgufValueType>(EnumName(item)));
        BinaryPrimitives.WriteInt64LittleEndian(prefix.AsSpan(sizeof(uint)), items.Length);
        return GgufValue.FromRawBytes(GgufValueType.Array, (byte[])[.. prefix, .. items.SelectMany(text => Bytes(key, item, text))]);
    }

    private static string EnumName(string type) => type switch
    {
        "bool" => nameof(GgufValueType.Bool),
        _ => (type[0] switch { 'u' => "UInt", 'i' => "Int", _ => "Float" }) + type[1..],
    };

    // Numbers are stored with their lowest byte first.
    private static byte[] Bytes(string key, string type, string value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        if (type is "bool")
        {
            return [Flag(key, value) ? (byte)1 : (byte)0];
        }

        int width = int.Parse(type.AsSpan(1), CultureInfo.InvariantCulture);
        switch (type[0])
        {
            case 'f' when width == 32:
                BinaryPrimitives.WriteSingleLittleEndian(
                    bytes, float.TryParse(value, CultureInfo.InvariantCulture, out float single)
                        ? single
                        : throw NoValue(key, type, value));
                break;
            case 'f':
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, Float(key, type, value));
                break;
            default:
                Int128 highest = (Int128.One << (width - (type[0] == 'i' ? 1 : 0))) - 1;
                BinaryPrimitives.WriteUInt64LittleEndian(
                    bytes, unchecked((ulong)Integer(key, type, value, type[0] == 'i' ? -highest - 1 : 0, highest)));
                break;
        }

        return bytes[..(width / 8)];
    }

    private static bool Flag(string key, string value) => bool.TryParse(value, out bool flag) ? flag : throw NoValue(key, "bool", value);

    private static double Float(string key, string type, string value) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out double number) ? number : throw NoValue(key, type, value);

    private static Int128 Integer(string key, string type, string value, Int128 lowest, Int128 highest) =>
        Int128.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 number) && number >= lowest
        && number <= highest ? number : throw NoValue(key, type, value);

    private static string[] Items(string key, string type, string value)
    {
        try
        {
            using JsonDocument array = JsonDocument.Parse(value);
            JsonValueKind wanted = type == Text + "[]" ? JsonValueKind.String : JsonValueKind.Number;
            return [.. array.RootElement.EnumerateArray()
                .Select(item => (item.ValueKind == JsonValueKind.String) == (wanted == JsonValueKind.String)
                    ? item.ToString()
                    : throw NoValue(key, type, value))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw NoValue(key, type, value);
        }
    }

    private static ModelPackException NoValue(string key, string type, string value) =>
        Bad($"'{value}' is no value of the type {type}, which '{key}' "
            + $"has{(type.EndsWith(']') ? "; lists are written as JSON, such as " + (type.StartsWith(Text, StringComparison.Ordinal) ? "[\"a\",\"b\"]" : "[1,2]") : "")}");

    private static ModelPackException Bad(string why) => new(ToolErrors.BadEdit, why);
}
