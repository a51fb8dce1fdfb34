using System.Buffers;
using System.Text.Json;

namespace ModelPack.IO.Json;

/// <summary>A member of an object, in the pieces of its text.</summary>
/// <param name="Name">The key, unescaped.</param>
/// <param name="Before">White space before the key.</param>
/// <param name="Key">The key as spelled, with its quotes.</param>
/// <param name="Between">The colon, with the white space around it.</param>
/// <param name="Value">The value as spelled.</param>
/// <param name="After">White space before the comma.</param>
internal sealed record JsonMember(
    string Name, ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Between, ReadOnlyMemory<byte> Value,
    ReadOnlyMemory<byte> After);

/// <summary>The text of a JSON object, taken apart so that a member can be changed and every other byte stays. The text was checked when
/// its file was opened.</summary>
internal sealed class JsonObjectText
{
    private readonly ReadOnlyMemory<byte> head;
    private readonly ReadOnlyMemory<byte> tail;

    private JsonObjectText(ReadOnlyMemory<byte> head, List<JsonMember> members, ReadOnlyMemory<byte> tail) =>
        (this.head, Members, this.tail) = (head, members, tail);

    /// <summary>The members in the order of the text.</summary>
    public List<JsonMember> Members { get; }

    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="InvalidOperationException">The text is no object.</exception>
    public static JsonObjectText Parse(ReadOnlyMemory<byte> text, int maxDepth)
    {
        Utf8JsonReader json = new(text.Span, new JsonReaderOptions { MaxDepth = maxDepth });
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            throw new InvalidOperationException("the text is no object");
        }

        List<JsonMember> members = [];
        int start = (int)json.BytesConsumed;
        int position = start;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            int key = (int)json.TokenStartIndex;
            int keyEnd = key + json.ValueSpan.Length + 2;
            string name = json.GetString()!;
            json.Read();
            int value = (int)json.TokenStartIndex;
            json.Skip();
            int end = (int)json.BytesConsumed;
            int next = end + text.Span[end..].IndexOfAnyExcept(" \t\r\n"u8);
            bool isLast = text.Span[next] != (byte)',';
            members.Add(
                new(name, text[position..key], text[key..keyEnd], text[keyEnd..value], text[value..end], isLast
                    ? default
                    : text[end..next]));
            position = isLast ? end : next + 1;
        }

        return new(text[..start], members, text[position..]);
    }

    /// <summary>Puts a new member at a place, spaced like its neighbour.</summary>
    public void Insert(int place, string name, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        JsonMember? like = Members.Count == 0 ? null : Members[Math.Max(place - 1, 0)];
        Members.Insert(place, new(name, like?.Before ?? default, key, like?.Between ?? ":"u8.ToArray(), value, default));
    }

    /// <summary>The text as it is now.</summary>
    public ReadOnlyMemory<byte> Write()
    {
        ArrayBufferWriter<byte> text = new(
            head.Length + tail.Length + Members.Sum(
                member => member.Before.Length + member.Key.Length + member.Between.Length + member.Value.Length + member.After.Length + 1)
                    + 1);
        text.Write(head.Span);
        for (int i = 0; i < Members.Count; i++)
        {
            JsonMember member = Members[i];
            text.Write(i == 0 ? default : ","u8);
            text.Write(member.Before.Span);
            text.Write(member.Key.Span);
            text.Write(member.Between.Span);
            text.Write(member.Value.Span);
            text.Write(member.After.Span);
        }

        text.Write(tail.Span);
        return text.WrittenMemory;
    }
}
