using System.Buffers;
using System.Buffers.Binary;

namespace ModelPack.Formats.Gguf;

/// <summary>Rewrites values of version 1 and of big-endian files the way new files store them; floats are moved as bits.</summary>
internal static class GgufRecoder
{
    public static GgufValue ToStandard(GgufValue value)
    {
        ArrayBufferWriter<byte> output = new(value.RawBytes.Length + sizeof(ulong));
        GgufTokenReader reader = value.ReadTokens();
        while (reader.Read())
        {
            switch (reader.Token)
            {
                case GgufToken.ArrayStart:
                    BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(sizeof(uint)), (uint)reader.Type);
                    output.Advance(sizeof(uint));
                    WriteLength(output, reader.Count);
                    break;
                case GgufToken.String:
                    WriteLength(output, reader.Bytes.Length);
                    output.Write(reader.Bytes);
                    break;
                case GgufToken.Scalar:
                    Span<byte> scalar = output.GetSpan(reader.Bytes.Length)[..reader.Bytes.Length];
                    reader.Bytes.CopyTo(scalar);
                    if (value.Encoding.ByteOrder == ByteOrder.BigEndian)
                    {
                        scalar.Reverse();
                    }

                    output.Advance(scalar.Length);
                    break;
            }
        }

        return new GgufValue(value.Type, output.WrittenMemory, GgufEncoding.Standard);
    }

    private static void WriteLength(ArrayBufferWriter<byte> output, long length)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), length);
        output.Advance(sizeof(long));
    }
}
