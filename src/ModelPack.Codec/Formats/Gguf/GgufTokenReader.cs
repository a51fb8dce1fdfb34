using System.Runtime.CompilerServices;

namespace ModelPack.Formats.Gguf;

/// <summary>What a <see cref="GgufTokenReader"/> has met.</summary>
internal enum GgufToken
{
    /// <summary>A number or a bool.</summary>
    Scalar,

    /// <summary>A string.</summary>
    String,

    /// <summary>The start of an array.</summary>
    ArrayStart,

    /// <summary>The end of an array.</summary>
    ArrayEnd,
}

/// <summary>Walks over the bytes of a checked value without recursion and without an object per item.</summary>
internal ref struct GgufTokenReader(GgufValueType root, ReadOnlySpan<byte> bytes, GgufEncoding encoding)
{
    private ReadOnlySpan<byte> rest = bytes;
    private Levels levels;
    private bool started;

    public GgufToken Token { get; private set; }

    /// <summary>Type of the scalar, or of the items of the array that starts.</summary>
    public GgufValueType Type { get; private set; }

    /// <summary>The bytes of the scalar or string, without a length.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Number of items of the array that starts.</summary>
    public long Count { get; private set; }

    /// <summary>Number of arrays that are open.</summary>
    public int Depth { get; private set; }

    /// <summary>Items left in the innermost open array.</summary>
    public readonly long ItemsLeft => Depth == 0 ? 0 : levels[Depth - 1].Left;

    public bool Read()
    {
        if (Depth == 0)
        {
            if (started)
            {
                return false;
            }

            started = true;
            ReadItem(root);
            return true;
        }

        ref Level level = ref levels[Depth - 1];
        if (level.Left == 0)
        {
            Depth--;
            Token = GgufToken.ArrayEnd;
            return true;
        }

        level.Left--;
        ReadItem(level.Element);
        return true;
    }

    /// <summary>Passes over the items left in the innermost open array; its end comes next.</summary>
    public void SkipItems()
    {
        int level = Depth;
        while (Depth > level || levels[level - 1].Left > 0)
        {
            Read();
        }
    }

    private void ReadItem(GgufValueType type)
    {
        Type = type;
        if (type == GgufValueType.Array)
        {
            Type = (GgufValueType)encoding.UInt32(Take(sizeof(uint)));
            Count = (long)encoding.Length(Take(encoding.LengthBytes));
            levels[Depth++] = new Level { Element = Type, Left = Count };
            Token = GgufToken.ArrayStart;
            return;
        }

        bool isString = type == GgufValueType.String;
        Bytes = Take(isString ? (int)encoding.Length(Take(encoding.LengthBytes)) : GgufValueTypes.FixedBytes(type));
        Token = isString ? GgufToken.String : GgufToken.Scalar;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        ReadOnlySpan<byte> taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private struct Level
    {
        public GgufValueType Element;
        public long Left;
    }

    [InlineArray(GgufFormat.MaximumNesting)]
    private struct Levels
    {
        private Level first;
    }
}
