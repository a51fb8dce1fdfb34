using System.Text.Json;

namespace ModelPack.Formats.Apr;

/// <summary>Reads a value, or the items of an array, as what is asked for.</summary>
internal static class AprJsonItems
{
    /// <summary>Reads the token that a reader stands on; false if it is something else.</summary>
    public delegate bool Read<T>(ref Utf8JsonReader json, out T value);

    /// <summary>A single value; null if it is something else.</summary>
    public static T? Single<T>(AprJsonValue value, Read<T> read)
        where T : struct
    {
        Utf8JsonReader json = value.CreateReader();
        return json.Read() && read(ref json, out T item) ? item : null;
    }

    /// <summary>The items of an array; null if it is none, or holds something else.</summary>
    public static T[]? All<T>(AprJsonValue value, Read<T> read)
    {
        Utf8JsonReader json = value.CreateReader();
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
        {
            return null;
        }

        List<T> items = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (!read(ref json, out T item))
            {
                return null;
            }

            items.Add(item);
        }

        return [.. items];
    }

    /// <summary>A text.</summary>
    public static bool Text(ref Utf8JsonReader json, out string text)
    {
        text = json.TokenType == JsonTokenType.String ? json.GetString()! : "";
        return json.TokenType == JsonTokenType.String;
    }

    /// <summary>A number without a point or an exponent that 64 bits hold.</summary>
    public static bool Whole(ref Utf8JsonReader json, out long number)
    {
        number = 0;
        return json.TokenType == JsonTokenType.Number && !json.ValueSpan.ContainsAny("eE."u8) && json.TryGetInt64(out number);
    }

    /// <summary>A number, as the nearest float64, which is what JSON's readers make of it; none beyond the largest.</summary>
    public static bool Number(ref Utf8JsonReader json, out double number)
    {
        number = 0;
        return json.TokenType == JsonTokenType.Number && json.TryGetDouble(out number) && double.IsFinite(number);
    }

    /// <summary>A truth value.</summary>
    public static bool Truth(ref Utf8JsonReader json, out bool flag)
    {
        flag = json.TokenType == JsonTokenType.True;
        return json.TokenType is JsonTokenType.True or JsonTokenType.False;
    }
}
