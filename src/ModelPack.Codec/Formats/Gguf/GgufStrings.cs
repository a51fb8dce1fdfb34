namespace ModelPack.Formats.Gguf;

/// <summary>The strings of an array, one after the other, as the bytes that are stored.</summary>
internal struct GgufStrings
{
    private readonly GgufEncoding encoding;
    private ReadOnlyMemory<byte> rest;
    private long left;

    internal GgufStrings(ReadOnlyMemory<byte> items, long count, GgufEncoding encoding)
    {
        rest = items;
        left = count;
        this.encoding = encoding;
    }

    /// <summary>The bytes of the string that was reached; meant to be UTF-8, but nothing enforces it.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    /// <summary>Goes on to the next string.</summary>
    public bool MoveNext()
    {
        if (left == 0)
        {
            return false;
        }

        left--;
        int length = (int)encoding.Length(rest.Span);
        Current = rest.Slice(encoding.LengthBytes, length);
        rest = rest[(encoding.LengthBytes + length)..];
        return true;
    }

    /// <summary>Lets <c>foreach</c> run over the strings.</summary>
    public readonly GgufStrings GetEnumerator() => this;
}
