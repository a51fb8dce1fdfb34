using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using ModelPack.Formats;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Rules;

/// <summary>A JSON object of a companion file. Null counts as absent, as it does for transformers; a value of another type is an error that
/// names file and field.</summary>
internal sealed class ConfigObject
{
    private const int DeepestNesting = 64;
    private const int LongestShown = 60;
    private const long NoTokenId = -1;

    private readonly string folder;
    private readonly string file;
    private readonly string prefix;
    private readonly JsonElement element;
    private (ConfigObject Object, FrozenSet<string> Fields)? above;
    private JsonElement? defaults;

    private ConfigObject(string folder, string file, string prefix, JsonElement element)
    {
        this.folder = folder;
        this.file = file;
        this.prefix = prefix;
        this.element = element;
    }

    public static ConfigObject Parse(string folder, Companion companion)
    {
        JsonElement root = Root(folder, companion);
        return root.ValueKind == JsonValueKind.Object
            ? new ConfigObject(folder, companion.Name, "", root)
            : throw new ModelPackException(
                HuggingFaceErrors.NotJson, $"{companion.Name} is {Name(root)}, not an object") { FilePath = folder };
    }

    /// <summary>The objects of a file that is a list of them.</summary>
    public static ConfigObject[] ParseList(string folder, Companion companion)
    {
        JsonElement root = Root(folder, companion);
        return root.ValueKind == JsonValueKind.Array && root.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
            ? [.. root.EnumerateArray().Select((item, place) => new ConfigObject(folder, companion.Name, $"[{place}].", item))]
            : throw new ModelPackException(HuggingFaceErrors.NotJson, $"{companion.Name} is not a list of objects") { FilePath = folder };
    }

    private static JsonElement Root(string folder, Companion companion)
    {
        if (CompanionText.WhyUnread(companion.Name, companion.Bytes.Span) is { } reason)
        {
            throw new ModelPackException(HuggingFaceErrors.TooLarge, $"{companion.Name} {reason}") { FilePath = folder };
        }

        try
        {
            CompanionText.EnsureUtf8(companion.Bytes.Span);
            using JsonDocument document = JsonDocument.Parse(
                PythonJson.ToJson(companion.Bytes), new JsonDocumentOptions { MaxDepth = DeepestNesting });
            return document.RootElement.Clone();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new ModelPackException(
                HuggingFaceErrors.NotJson, $"{companion.Name} is not JSON: {fault.Message.TrimEnd('.')}", fault) { FilePath = folder };
        }
    }

    public bool Has(string field) => Find(field) is not null;

    /// <summary>The first field of several names that is there.</summary>
    public string? FirstOf(params ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
        {
            if (Has(field))
            {
                return field;
            }
        }

        return null;
    }

    public long? Count(string field) => Find(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0 && number <= uint.MaxValue
        ? number
        : throw Wrong(field, value, "a count");

    /// <summary>One token id or a list of them, in which -1 stands for none.</summary>
    public (long[] Ids, bool HasNone) TokenIds(string field)
    {
        if (Find(field) is not { } value)
        {
            return ([], false);
        }

        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        long[] ids = [
            .. items.Select(
                item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long id) && id is >= NoTokenId and <= uint.MaxValue
                    ? id
                    : throw Wrong(field, item, "a token id"))];
        return ([.. ids.Where(id => !IsNoToken(id))], ids.Any(IsNoToken));
    }

    /// <summary>True for what stands for no token in a config: -1, and what it becomes in 32 bits without a sign.</summary>
    public static bool IsNoToken(long id) => id is NoTokenId or uint.MaxValue;

    public int? Int32(string field) => Find(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
        ? number
        : throw Wrong(field, value, "an integer of 32 bits");

    /// <summary>The float nearest to the decimal: a double in between would round twice.</summary>
    public float? Float(string field) => Find(field) is { } value ? Float(field, value) : null;

    public double? Double(string field) => Find(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
        ? number
        : throw Wrong(field, value, "a number");

    public bool? Bool(string field) => Find(field) is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(field, value, "a boolean"),
    };

    /// <summary>Whether a field is true; it may be of another type as well.</summary>
    public bool IsTrue(string field) => Find(field) is { ValueKind: JsonValueKind.True };

    /// <summary>Whether a field says yes: true, or a count above zero.</summary>
    public bool IsYes(string field) => IsTrue(field)
        || (Find(field) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long count) && count > 0);

    /// <summary>Whether a field holds a certain text; it may be of another type as well.</summary>
    public bool IsWord(string field, string word) => Find(field) is { ValueKind: JsonValueKind.String } value && value.ValueEquals(word);

    /// <summary>Whether a field is a text; it may be of another type as well.</summary>
    public bool IsText(string field) => Find(field) is { ValueKind: JsonValueKind.String };

    /// <summary>Whether a field is an object; it may be of another type as well.</summary>
    public bool IsObject(string field) => Find(field) is { ValueKind: JsonValueKind.Object };

    public string? Text(string field) => Find(field) is { } value ? Text(field, value) : null;

    public ConfigObject? Object(string field) => Find(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object
        ? new ConfigObject(folder, file, $"{prefix}{field}.", value)
        : throw Wrong(field, value, "an object");

    public float[]? Floats(string field) => Items(field) is { } items ? [.. items.Select(item => Float(field, item))] : null;

    public string[]? Texts(string field) => Items(field) is { } items ? [.. items.Select(item => Text(field, item))] : null;

    /// <summary>Whether a field is a pair of limits that no positive number passes. Newer versions of transformers write an infinite one as
    /// an object.</summary>
    public bool IsUnlimited(string field) => Find(field) is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
        && pair[0].ValueKind == JsonValueKind.Number && pair[0].TryGetDouble(out double least) && least <= 0
        && (pair[1].ValueKind == JsonValueKind.Number
            ? pair[1].TryGetDouble(out double most) && double.IsPositiveInfinity(most)
            : pair[1].ValueKind == JsonValueKind.Object && pair[1].TryGetProperty("__float__", out JsonElement word)
                && word.ValueKind == JsonValueKind.String && word.ValueEquals("Infinity"));

    /// <summary>The first text of a list; null if the field is none.</summary>
    public string? FirstText(string field) =>
        Find(field) is { ValueKind: JsonValueKind.Array } list && list.EnumerateArray()
        .FirstOrDefault() is { ValueKind: JsonValueKind.String } first ? Text(field, first) : null;

    /// <summary>One count or a list of counts.</summary>
    public long[]? Counts(string field)
    {
        if (Find(field) is not { ValueKind: JsonValueKind.Array } value)
        {
            return Count(field) is { } only ? [only] : null;
        }

        return [.. value.EnumerateArray()
            .Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetUInt32(out uint number)
                ? number
                : throw Wrong(field, item, "a count"))];
    }

    /// <summary>The names of the fields, each once. Those that are no text are left out: nobody can ask for them.</summary>
    public IEnumerable<string> Fields() => Names().Distinct(StringComparer.Ordinal);

    private IEnumerable<string> Names()
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string? name = null;
            try
            {
                name = property.Name;
            }
            catch (InvalidOperationException)
            {
                // An escape for half a surrogate pair.
            }

            if (name is not null)
            {
                yield return name;
            }
        }
    }

    public string Path(string field) => $"{file}: {prefix}{field}";

    public ModelPackException Contradiction(string detail) => new(HuggingFaceErrors.Contradiction, detail)
    {
        FilePath = folder,
        Companion = file,
    };

    public ModelPackException WrongValue(string field, string detail) =>
        new(HuggingFaceErrors.WrongField, $"{Path(field)} {detail}") { FilePath = folder, Companion = file };

    /// <summary>The model_type of the object around it; null if there is none.</summary>
    public string? OuterType => above?.Object.Text("model_type");

    /// <summary>The object with some fields of another where it does not have them itself.</summary>
    public ConfigObject With(ConfigObject outer, FrozenSet<string> fields) =>
        new(folder, file, prefix, element) { above = (outer, fields) };

    /// <summary>The object with what its class takes where a field is missing.</summary>
    public ConfigObject WithDefaults(JsonElement fields) => new(folder, file, prefix, element) { above = above, defaults = fields };

    private JsonElement? Find(string field) => Stated(field)
        ?? (defaults is { } fields && fields.TryGetProperty(field, out JsonElement value) ? value : null);

    private JsonElement? Stated(string field) =>
        element.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value
        : above is { } wrapper && wrapper.Fields.Contains(field) ? wrapper.Object.Find(field) : null;

    private IEnumerable<JsonElement>? Items(string field) => Find(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(field, value, "a list");

    private float Float(string field, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number
        && float.TryParse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && float.IsFinite(number)
            ? number
            : throw Wrong(field, value, "a finite 32-bit float");

    private string Text(string field, JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(field, value, "a string");
        }
        catch (InvalidOperationException)
        {
            throw Wrong(field, value, "a string of valid Unicode");
        }
    }

    private ModelPackException Wrong(string field, JsonElement value, string expected) =>
        WrongValue(field, $"is {Name(value)}, not {expected}");

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => value.GetRawText() is { Length: <= LongestShown } text ? PythonJson.Show(text) : value.GetRawText()[..LongestShown] + "…",
    };
}
