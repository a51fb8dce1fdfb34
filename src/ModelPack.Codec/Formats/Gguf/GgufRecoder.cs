using System.Buffers;

namespace ModelPack.Formats.Gguf;

/// <summary>Rewrites values of version 1 and of big-endian files the way new files store them; floats are moved as bits.</summary>
internal static class GgufRecoder
{
    public static GgufValue ToStandard(GgufValue value) => To(value, GgufEncoding.Standard);

    /// <summary>Rewrites a value the way a file of version 1, or a big-endian one, stores it.</summary>
    /// <exception cref="ModelPackException">A length does not fit version 1.</exception>
    public static GgufValue To(GgufValue value, GgufEncoding encoding)
    {
        ArrayBufferWriter<byte> output = new(value.RawBytes.Length + sizeof(ulong));
        GgufFieldWriter fields = new(output, encoding);
        GgufTokenReader reader = value.ReadTokens();
        while (reader.Read())
        {
            switch (reader.Token)
            {
                case GgufToken.ArrayStart:
                    fields.UInt32((uint)reader.Type);
                    fields.Length(reader.Count);
                    break;
                case GgufToken.String:
                    fields.Length(reader.Bytes.Length);
                    fields.Bytes(reader.Bytes);
                    break;
                case GgufToken.Scalar:
                    fields.Number(reader.Bytes, value.Encoding.ByteOrder);
                    break;
            }
        }

        return new GgufValue(value.Type, output.WrittenMemory, encoding);
    }
}
