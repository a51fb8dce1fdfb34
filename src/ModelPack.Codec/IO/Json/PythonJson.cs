using System.Buffers;
using System.Text.Json;
using ModelPack.Diagnostics;

namespace ModelPack.IO.Json;

/// <summary>
/// JSON as Python's json module writes and reads it: with NaN, Infinity and -Infinity, and with a field twice in one object, of which the
/// last counts. transformers reads the companion files with it, and every config.json of a Mamba 2 holds an Infinity.
/// </summary>
internal static class PythonJson
{
    // No float holds it, so that a field in which it stands is refused where its value is needed.
    private static ReadOnlySpan<byte> Beyond => "1e9999"u8;

    private static ReadOnlySpan<byte> Before => " \t\r\n,:["u8;

    private static ReadOnlySpan<byte> After => " \t\r\n,]}"u8;

    /// <summary>The text with each non-finite number as one that JSON can spell and no float can hold; the same text if there is
    /// none.</summary>
    public static ReadOnlyMemory<byte> ToJson(ReadOnlyMemory<byte> text) => Replace(text.Span) ?? text;

    /// <summary>The text with each non-finite number as one that JSON can spell and no float can hold; the same text if there is
    /// none.</summary>
    public static ReadOnlySpan<byte> ToJson(ReadOnlySpan<byte> text) => Replace(text) is { } replaced ? replaced : text;

    /// <summary>How a number of a text that <see cref="ToJson(ReadOnlyMemory{byte})"/> gave is called in a message.</summary>
    public static string Show(string number) => number is "1e9999" ? "Infinity or NaN" : number is "-1e9999" ? "-Infinity" : number;

    /// <summary>What a strict reader of JSON would refuse, in words; nothing for a text that is no JSON to Python either.</summary>
    public static IEnumerable<string> Oddities(ReadOnlyMemory<byte> text)
    {
        (List<string> infinite, List<string> twice) = Fields(text.Span);
        if (infinite.Count > 0)
        {
            yield return $"{Join(infinite)} {(infinite.Count == 1 ? "holds" : "hold")} Infinity or NaN, which is no JSON; it is read as "
                + $"Python reads it";
        }

        if (twice.Count > 0)
        {
            yield return $"{Join(twice)} {(twice.Count == 1 ? "stands" : "stand")} more than once in one object; the last value counts, as "
                + $"in Python";
        }
    }

    private static byte[]? Replace(ReadOnlySpan<byte> text)
    {
        if (text.IndexOf("NaN"u8) < 0 && text.IndexOf("Infinity"u8) < 0)
        {
            return null;
        }

        ArrayBufferWriter<byte> replaced = new(text.Length);
        bool isText = false;
        int written = 0;
        for (int place = 0; place < text.Length; place++)
        {
            byte one = text[place];
            if (isText)
            {
                place += one == '\\' ? 1 : 0;
                isText = one != '"';
            }
            else if (one == '"')
            {
                isText = true;
            }
            else if (Word(text, place) is > 0 and int length)
            {
                replaced.Write(text[written..place]);
                replaced.Write(Beyond);
                place += length - 1;
                written = place + 1;
            }
        }

        replaced.Write(text[written..]);
        return replaced.WrittenSpan.ToArray();
    }

    // A value of its own: nothing may become a number that was none.
    private static int Word(ReadOnlySpan<byte> text, int place)
    {
        ReadOnlySpan<byte> rest = text[place..];
        int length = rest.StartsWith("Infinity"u8) ? 8 : rest.StartsWith("NaN"u8) ? 3 : 0;
        int start = length == 8 && place > 0 && text[place - 1] == '-' ? place - 1 : place;
        bool isValue = (start == 0 || Before.Contains(text[start - 1])) && (rest.Length == length || After.Contains(rest[length]));
        return isValue ? length : 0;
    }

    private static (List<string> Infinite, List<string> Twice) Fields(ReadOnlySpan<byte> text)
    {
        List<string> infinite = [];
        List<string> twice = [];
        Stack<HashSet<string>> objects = new();
        string field = "";
        Utf8JsonReader reader = new(ToJson(text), new JsonReaderOptions { MaxDepth = 128 });
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        objects.Push(new(StringComparer.Ordinal));
                        break;
                    case JsonTokenType.EndObject:
                        objects.Pop();
                        break;
                    case JsonTokenType.PropertyName:
                        field = reader.GetString()!;
                        Add(objects.Peek().Add(field) ? null : twice, field);
                        break;
                    case JsonTokenType.Number when reader.ValueSpan.EndsWith(Beyond):
                        Add(infinite, field);
                        break;
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return ([], []);
        }

        return (infinite, twice);
    }

    private static void Add(List<string>? names, string name)
    {
        // A message names a few.
        const int Most = 4;
        if (names is not null && names.Count < Most && !names.Contains(name))
        {
            names.Add(name);
        }
    }

    private static string Join(List<string> names) => string.Join(", ", names.Select(SafeText.Shorten));
}
