using System.Buffers;
using System.Globalization;
using System.Text;

namespace ModelPack.IO.Json;

/// <summary>Which characters of a text are written as themselves.</summary>
internal enum JsonCharacters
{
    /// <summary>Printable ASCII; the rest as <c>\uXXXX</c> (Python's <c>ensure_ascii</c>).</summary>
    Ascii,

    /// <summary>Everything but quote, backslash and control characters.</summary>
    Unicode,
}

/// <summary>Writes JSON with the bytes of Python's <c>json.dumps(indent=2)</c>, which for raw UTF-8 are those of tokenizers' own writer
/// too.</summary>
internal sealed class JsonText(JsonCharacters characters)
{
    private readonly ArrayBufferWriter<byte> buffer = new();
    private int depth;
    private bool empty = true;
    private bool named;

    public void StartObject() => Start((byte)'{');

    public void EndObject() => End((byte)'}');

    public void StartArray() => Start((byte)'[');

    public void EndArray() => End((byte)']');

    public void Name(string name)
    {
        Separate();
        Quote(name);
        buffer.Write(": "u8);
        named = true;
    }

    public void String(string text)
    {
        Separate();
        Quote(text);
    }

    public void Number(long number) => Literal(number.ToString(CultureInfo.InvariantCulture));

    public void Number(FiniteNumber number) => Literal(number.Text);

    public void Bool(bool flag) => Literal(flag ? "true" : "false");

    public void Null() => Literal("null");

    public void NewLineAtEnd() => WriteByte((byte)'\n');

    public byte[] ToArray() => buffer.WrittenSpan.ToArray();

    private void Literal(string text)
    {
        Separate();
        Encoding.UTF8.GetBytes(text, buffer);
    }

    private void Start(byte bracket)
    {
        Separate();
        WriteByte(bracket);
        depth++;
        empty = true;
    }

    private void End(byte bracket)
    {
        depth--;
        if (!empty)
        {
            NewLine();
        }

        WriteByte(bracket);
        empty = false;
    }

    private void Separate()
    {
        if (!named && depth > 0)
        {
            if (!empty)
            {
                WriteByte((byte)',');
            }

            NewLine();
        }

        empty = false;
        named = false;
    }

    private void NewLine()
    {
        Span<byte> line = buffer.GetSpan(1 + (2 * depth))[..(1 + (2 * depth))];
        line[0] = (byte)'\n';
        line[1..].Fill((byte)' ');
        buffer.Advance(line.Length);
    }

    private void Quote(string text)
    {
        WriteByte((byte)'"');
        ReadOnlySpan<char> rest = text;
        while (rest.Length > 0)
        {
            int plain = rest.IndexOfAny(characters == JsonCharacters.Ascii ? EscapedInAscii : EscapedInUnicode);
            Encoding.UTF8.GetBytes(plain < 0 ? rest : rest[..plain], buffer);
            if (plain < 0)
            {
                break;
            }

            JsonString.WriteEscape(buffer, rest[plain]);
            rest = rest[(plain + 1)..];
        }

        WriteByte((byte)'"');
    }

    private void WriteByte(byte value)
    {
        buffer.GetSpan(1)[0] = value;
        buffer.Advance(1);
    }

    private static readonly SearchValues<char> EscapedInUnicode = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\']);

    private static readonly SearchValues<char> EscapedInAscii = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, char.MaxValue - 0x7E)).Select(code => (char)code), '"', '\\']);
}
