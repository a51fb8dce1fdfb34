using System.Globalization;
using System.Text.Json;
using ModelPack.Formats.Apr;

namespace ModelPack.Architectures.Apr;

/// <summary>Reads fields under all their spellings: the canonical key, the aliases, the copies of the importer (apr-v2.md §7.3, §7.4,
/// §13.1).</summary>
internal sealed class AprFieldReader(AprFile file, List<Note> notes)
{
    private const string CopyPrefix = "model.";

    /// <summary>The same fields, read without notes.</summary>
    public AprFieldReader Quietly() => new(file, []);

    /// <summary>A count; null if no spelling has one.</summary>
    public uint? Count(string field) => Find(field, ReadCount);

    /// <summary>A single-precision number: the importer's copies are the same number widened.</summary>
    public float? Number(string field) => Find(field, ReadNumber);

    public string? Text(string key)
    {
        if (Value(key) is not { } value)
        {
            return null;
        }

        string? text = value.AsText();
        if (text is null)
        {
            notes.Lose($"'{key}' is {value.Display()}, not a text");
        }

        return text;
    }

    public bool? Flag(string key)
    {
        if (Value(key) is not { } value)
        {
            return null;
        }

        if (value.Kind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.Kind == JsonValueKind.True;
        }

        notes.Lose($"'{key}' is {value.Display()}, not true or false");
        return null;
    }

    /// <summary>The value of a key; an explicit null counts as absent.</summary>
    public AprJsonValue? Value(string key) => file.FindMetadata(key) is { Kind: not JsonValueKind.Null } value ? value : null;

    public bool Says(string key) => Spellings(key).Any(spelling => Value(spelling) is not null);

    private static IEnumerable<string> Spellings(string field) =>
        [field, .. AprFields.Find(field)?.Aliases ?? [], .. AprFields.Find(field) is null ? Array.Empty<string>() : [CopyPrefix + field]];

    // The canonical key wins (apr-v2.md §13.1). Between other spellings nothing decides.
    private T? Find<T>(string field, Func<string, AprJsonValue, T?> read)
        where T : struct
    {
        T? found = null;
        string foundKey = "";
        bool isDecided = true;
        foreach (string key in Spellings(field))
        {
            if (Value(key) is not { } value || read(key, value) is not { } number)
            {
                continue;
            }

            if (found is null)
            {
                found = number;
                foundKey = key;
            }
            else if (!found.Value.Equals(number))
            {
                notes.Contradict(string.Create(CultureInfo.InvariantCulture, $"'{foundKey}' is {found}, but '{key}' is {number}"));
                isDecided = foundKey == field;
            }
        }

        return isDecided ? found : null;
    }

    private uint? ReadCount(string key, AprJsonValue value)
    {
        Utf8JsonReader reader = value.CreateReader();
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetUInt32(out uint count))
        {
            return count;
        }

        notes.Lose($"'{key}' is {value.Display()}, not a count of 32 bits");
        return null;
    }

    private float? ReadNumber(string key, AprJsonValue value)
    {
        Utf8JsonReader reader = value.CreateReader();
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetSingle(out float number) && float.IsFinite(number))
        {
            return number;
        }

        notes.Lose($"'{key}' is {value.Display()}, not a number of single precision");
        return null;
    }
}
