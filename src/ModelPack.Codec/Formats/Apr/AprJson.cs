using System.Text;

namespace ModelPack.Formats.Apr;

/// <summary>A JSON value as compact UTF-8 text, ready to be written.</summary>
/// <param name="Utf8">The text.</param>
internal readonly record struct AprJson(ReadOnlyMemory<byte> Utf8)
{
    public static AprJson Null { get; } = new("null"u8.ToArray());

    public static AprJson String(string value) => Build(writer => writer.String(value));

    /// <summary>A text in UTF-8 as a string.</summary>
    public static AprJson String(ReadOnlySpan<byte> utf8)
    {
        AprJsonWriter writer = new(utf8.Length + utf8.Count((byte)'"') + utf8.Count((byte)'\\') + 2);
        writer.String(utf8);
        return new AprJson(writer.Written);
    }

    /// <summary>Bytes as a string in base64, which has no character to escape.</summary>
    public static AprJson Base64(ReadOnlySpan<byte> bytes)
    {
        byte[] utf8 = new byte[System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length) + 2];
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, utf8.AsSpan(1), out _, out int written);
        (utf8[0], utf8[written + 1]) = ((byte)'"', (byte)'"');
        return new(utf8.AsMemory(0, written + 2));
    }

    public static AprJson Number(ulong value) => Build(writer => writer.Number(value));

    public static AprJson Number(long value) => Build(writer => writer.Number(value));

    /// <summary>A number in the shortest form that reads back to the same double.</summary>
    public static AprJson Number(double value) => Build(writer => writer.Number(value));

    /// <summary>A number in the shortest form that reads back to the same single.</summary>
    public static AprJson Number(float value) => Build(writer => writer.Number(value));

    public static AprJson Bool(bool value) => Build(writer => writer.Bool(value));

    /// <summary>JSON text that is taken as it is; the caller vouches for it.</summary>
    public static AprJson Raw(ReadOnlyMemory<byte> utf8) => new(utf8);

    /// <summary>A value composed with a writer: arrays, objects.</summary>
    public static AprJson Build(Action<AprJsonWriter> write)
    {
        AprJsonWriter writer = new();
        write(writer);
        return new AprJson(writer.Written);
    }

    public bool Equals(AprJson other) => Utf8.Span.SequenceEqual(other.Utf8.Span);

    public override int GetHashCode() => Utf8.Length;

    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);
}
