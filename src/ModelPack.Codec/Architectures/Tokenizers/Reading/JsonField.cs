using System.Text.Json;
using System.Text.Unicode;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.IO.Json;
using ModelPack.IO.Names;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>A value of a JSON file, with its place for messages.</summary>
/// <param name="File">The file.</param>
/// <param name="Root">The place; of an item of a list, the place of the list.</param>
/// <param name="Value">The value.</param>
internal readonly record struct JsonField(string File, string Root, JsonElement Value)
{
    private const int MostLevels = 64;

    /// <summary>The place. That of an item is put together when it is asked for: there may be half a million.</summary>
    public string Path => Ordinal == 0 ? Root : $"{Root}[{Ordinal - 1}]";

    // Of an item of a list, one more than its place in it.
    private int Ordinal { get; init; }

    private string Place => Path.Length == 0 ? "the text" : Path;

    public static JsonField Parse(Companion companion)
    {
        ReadOnlySpan<byte> text = companion.Bytes.Span;
        if (CompanionText.WhyUnread(companion.Name, text) is { } reason)
        {
            throw TooLarge.At(companion.Name, $"the file {reason}");
        }

        if (!Utf8.IsValid(text))
        {
            int offset = StrictUtf8.FirstInvalid(text);
            throw NotJson.At(companion.Name, "the text is not UTF-8", offset);
        }

        try
        {
            // A strict reader reads tokenizer.json, Python's the others. No copy of the text: that of a vocabulary is the largest there is.
            bool isStrict = companion.Name == CompanionNames.Tokenizer;
            ReadOnlyMemory<byte> json = isStrict ? companion.Bytes : PythonJson.ToJson(companion.Bytes);
            JsonDocumentOptions options = new() { MaxDepth = MostLevels, AllowDuplicateProperties = !isStrict };
            return new JsonField(companion.Name, "", JsonDocument.Parse(json, options).RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw NotJson.At(companion.Name, fault.Message.TrimEnd('.'), inner: fault);
        }
    }

    /// <summary>A field, or null if it is absent or null.</summary>
    public JsonField? Find(string name)
    {
        Expect(JsonValueKind.Object);
        return Value.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? Below(name, value) : null;
    }

    public string? FindText(string name) => Find(name)?.Text();

    public JsonField Require(string name) => Find(name) ?? throw WrongType.At(File, $"{Below(name, default).Path} is missing");

    public string Text()
    {
        Expect(JsonValueKind.String);
        try
        {
            return Value.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            throw NotJson.At(File, $"{Place} holds an escape for an unpaired surrogate", inner: fault);
        }
    }

    public bool Flag() => Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? Value.GetBoolean() : throw Wrong("a boolean");

    public bool FlagOr(string name, bool whenAbsent) => Find(name)?.Flag() ?? whenAbsent;

    public int Id() => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out int id) && id >= 0 ? id : throw Wrong("an id");

    public float Single()
    {
        Expect(JsonValueKind.Number);
        float number = Value.TryGetDouble(out double wide) ? (float)wide : float.NaN;
        return float.IsFinite(number) ? number : throw Wrong("a number that f32 holds");
    }

    public string Type() => Require("type").Text();

    public IEnumerable<JsonField> Items()
    {
        Expect(JsonValueKind.Array);
        return Enumerate(this);

        static IEnumerable<JsonField> Enumerate(JsonField array)
        {
            int place = 0;
            string list = array.Path;
            foreach (JsonElement item in array.Value.EnumerateArray())
            {
                yield return new JsonField(array.File, list, item) { Ordinal = ++place };
            }
        }
    }

    public IEnumerable<(string Name, JsonField Field)> Fields()
    {
        Expect(JsonValueKind.Object);
        return Enumerate(this);

        static IEnumerable<(string Name, JsonField Field)> Enumerate(JsonField owner)
        {
            foreach (JsonProperty property in owner.Value.EnumerateObject())
            {
                yield return (property.Name, new JsonField(owner.File, owner.Path, property.Value));
            }
        }
    }

    /// <summary>The steps of a part: none if it is absent, one if it is a step itself, those of a sequence however deep they
    /// stand.</summary>
    public JsonField[] Steps(string part, string list)
    {
        List<JsonField> steps = [];
        Stack<JsonField> open = new(Find(part) is { } root ? [root] : []);
        while (open.TryPop(out JsonField next))
        {
            if (next.Type() != "Sequence")
            {
                steps.Add(next);
                continue;
            }

            foreach (JsonField inner in next.Require(list).Items().Reverse())
            {
                open.Push(inner);
            }
        }

        return [.. steps];
    }

    /// <summary>A structure for which there is no rule.</summary>
    public Exception NoRule(string what) => new NoKeyException(File, $"{Place} {what}");

    /// <summary>The value as text for a message.</summary>
    public string Show()
    {
        // No string of JSON holds a line break, so that each is one between values.
        string text = string.Concat(Value.GetRawText().Split('\n').Select(line => line.Trim()));
        return text.Length <= 80 ? text : text[..80] + "…";
    }

    private JsonField Below(string name, JsonElement value) => new(File, Path.Length == 0 ? name : $"{Path}.{name}", value);

    private void Expect(JsonValueKind kind)
    {
        if (Value.ValueKind != kind)
        {
            throw Wrong(
                kind == JsonValueKind.Number
                    ? "a number"
                    : kind == JsonValueKind.String ? "a string" : kind == JsonValueKind.Array ? "an array" : "an object");
        }
    }

    private Exception Wrong(string expected) => WrongType.At(File, $"{Place} is {Show()}, not {expected}");
}
