using System.Globalization;
using System.Text;
using System.Text.Json;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Commands;

/// <summary>Values of metadata keys as they are typed: <c>KEY=VALUE</c> for a key that is there, <c>KEY:TYPE=VALUE</c> for a new
/// one.</summary>
internal static class EditValue
{
    private const string Text = "string";

    private static readonly Dictionary<string, GgufValueType> Types = new(StringComparer.Ordinal)
    {
        [Text] = GgufValueType.String,
        ["bool"] = GgufValueType.Bool,
        ["u8"] = GgufValueType.UInt8,
        ["i8"] = GgufValueType.Int8,
        ["u16"] = GgufValueType.UInt16,
        ["i16"] = GgufValueType.Int16,
        ["u32"] = GgufValueType.UInt32,
        ["i32"] = GgufValueType.Int32,
        ["u64"] = GgufValueType.UInt64,
        ["i64"] = GgufValueType.Int64,
        ["f32"] = GgufValueType.Float32,
        ["f64"] = GgufValueType.Float64,
    };

    /// <summary>Sets a key.</summary>
    /// <exception cref="ModelPackException">The type is not given or not known, or the value is none of it.</exception>
    public static void Set(ModelBuilder builder, Model model, string key, string value)
    {
        int colon = key.LastIndexOf(':');
        string? type = colon > 0 && Types.ContainsKey(ItemOf(key[(colon + 1)..])) ? key[(colon + 1)..] : null;
        key = type is null ? key : key[..colon];
        MetadataValue? before = model.File.Metadata.LastOrDefault(entry => entry.Key == key)?.Value;
        type ??= model.Format == ModelFormat.SafeTensors ? Text : TypeOf(before, key);
        if (model.Format == ModelFormat.SafeTensors && type != Text)
        {
            throw Bad($"'{key}' is a text, as all metadata of SafeTensors is; write --set {key}={value}");
        }

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
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(RegularFile.ReadAllBytes(file));
        }
        catch (DecoderFallbackException exception)
        {
            throw new ModelPackException(ToolErrors.BadEdit, $"'{file}' is no text in UTF-8", exception) { FilePath = file };
        }
    }

    private static string TypeOf(MetadataValue? value, string key) => value?.TypeName switch
    {
        null => throw Bad(
            $"'{key}' is a new key, and its type was not given; write --set {key}:{Text}=… or another of "
                + string.Join(", ", Types.Keys)),
        "json string" => Text,
        "json bool" => "bool",
        "json number" => "f64",
        string name when name.StartsWith("array[", StringComparison.Ordinal) && Types.ContainsKey(name[6..^1]) => name[6..^1] + "[]",
        string name when Types.ContainsKey(name) => name,
        string name =>
            throw Bad($"'{key}' holds a {name}, and no value of that type can be typed; write a type, as in --set {key}:{Text}[]=[\"a\"]"),
    };

    private static void SetJson(ModelBuilder builder, string key, string type, string value)
    {
        string item = ItemOf(type);
        if (item != type)
        {
            string[] items = Items(key, type, value);
            _ = item switch
            {
                Text => builder.Set(key, items),
                "f32" => builder.Set(key, items.Select(text => Single(key, type, text))),
                _ => builder.Set(key, Json($"[{string.Join(',', items.Select(text => JsonText(key, type, item, text)))}]")),
            };
            return;
        }

        _ = item switch
        {
            Text => builder.Set(key, value),
            "bool" => builder.Set(key, Flag(key, value)),
            "f32" => builder.Set(key, Single(key, type, value)),
            _ => builder.Set(key, Json(JsonText(key, type, item, value))),
        };
    }

    private static AprJsonValue Json(string text) => new(Encoding.UTF8.GetBytes(text));

    // A number stays as it was typed, with all of its digits.
    private static string JsonText(string key, string type, string item, string text) => item switch
    {
        "bool" => Flag(key, text) ? "true" : "false",
        "f64" when double.IsFinite(Float(key, type, text)) && IsJsonNumber(text) => text,
        "f64" => throw NoValue(key, type, text),
        _ => Integer(key, type, text, GgufValue.Lowest(Types[item]), GgufValue.Highest(Types[item]))
            .ToString(CultureInfo.InvariantCulture),
    };

    private static bool IsJsonNumber(string text)
    {
        try
        {
            using JsonDocument number = JsonDocument.Parse(text);
            return number.RootElement.ValueKind == JsonValueKind.Number;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static GgufValue Gguf(string key, string type, string value)
    {
        string item = ItemOf(type);
        return item == type
            ? Scalar(key, item, value)
            : GgufValue.FromItems(Types[item], [.. Items(key, type, value).Select(text => Scalar(key, item, text))]);
    }

    private static GgufValue Scalar(string key, string type, string value) => Types[type] switch
    {
        GgufValueType.String => GgufValue.FromString(value),
        GgufValueType.Bool => GgufValue.FromBool(Flag(key, value)),
        GgufValueType.Float32 => GgufValue.FromFloat32(Single(key, type, value)),
        GgufValueType.Float64 => GgufValue.FromFloat64(Float(key, type, value)),
        var integer => GgufValue.TryFromInteger(integer, Integer(key, type, value, Int128.MinValue, Int128.MaxValue), out GgufValue? number)
            ? number
            : throw NoValue(key, type, value),
    };

    private static string ItemOf(string type) => type.EndsWith("[]", StringComparison.Ordinal) ? type[..^2] : type;

    private static bool Flag(string key, string value) => bool.TryParse(value, out bool flag) ? flag : throw NoValue(key, "bool", value);

    private static double Float(string key, string type, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        && IsSaid(value, double.IsFinite(number))
        ? number : throw NoValue(key, type, value);

    private static float Single(string key, string type, string value) =>
        float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out float number)
        && IsSaid(value, float.IsFinite(number))
        ? number : throw NoValue(key, type, value);

    // Digits that are too large for the type become no infinity.
    private static bool IsSaid(string value, bool isFinite) => isFinite || !value.Any(char.IsAsciiDigit);

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
                    ? item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText()
                    : throw NoValue(key, type, value))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw NoValue(key, type, value);
        }
    }

    private static ModelPackException NoValue(string key, string type, string value)
    {
        string example = type.StartsWith(Text, StringComparison.Ordinal) ? "[\"a\",\"b\"]" : "[1,2]";
        string lists = type.EndsWith(']') ? $"; lists are written as JSON, such as {example}" : "";
        return Bad($"'{value}' is no value of the type {type}, which '{key}' has{lists}");
    }

    private static ModelPackException Bad(string why) => new(ToolErrors.BadEdit, why);
}
