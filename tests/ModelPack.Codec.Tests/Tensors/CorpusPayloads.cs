using System.Buffers.Binary;
using System.Text;

namespace ModelPack.Codec.Tests.Tensors;

/// <summary>One tensor of a corpus file, found without the readers that are tested elsewhere.</summary>
internal sealed record CorpusPayload(string Name, long[] Shape, uint TypeId, byte[] Bytes);

/// <summary>Just enough of the two containers to reach payloads of files that are known to be well-formed (gguf.md §1, apr-v2.md §4,
/// §8).</summary>
internal static class CorpusPayloads
{
    public static CorpusPayload Gguf(string path, string tensor, int length)
    {
        byte[] file = File.ReadAllBytes(path);
        bool swapped = file[4] == 0;
        var reader = new Cursor(file, swapped) { Position = 8 };
        long tensors = reader.Int64();
        long pairs = reader.Int64();
        for (long i = 0; i < pairs; i++)
        {
            reader.Text();
            SkipValue(reader, reader.Int32());
        }

        CorpusPayload? found = null;
        long offset = 0;
        for (long i = 0; i < tensors; i++)
        {
            string name = reader.Text();
            var shape = new long[reader.Int32()];
            for (int d = shape.Length - 1; d >= 0; d--)
            {
                shape[d] = reader.Int64();
            }

            int type = reader.Int32();
            long at = reader.Int64();
            if (name == tensor)
            {
                found = new CorpusPayload(name, shape, (uint)type, []);
                offset = at;
            }
        }

        long start = ((reader.Position + 31L) / 32 * 32) + offset;
        return found! with { Bytes = file[(int)start..(int)(start + length)] };
    }

    public static CorpusPayload Apr(string path, string tensor)
    {
        byte[] file = File.ReadAllBytes(path);
        var reader = new Cursor(file, false) { Position = 8 };
        int count = reader.Int32();
        reader.Position = 24;
        long index = reader.Int64();
        long data = reader.Int64();
        reader.Position = (int)index;
        for (int i = 0; i < count; i++)
        {
            string name = Encoding.UTF8.GetString(reader.Bytes(reader.Int16()));
            byte type = reader.Bytes(1)[0];
            var shape = new long[reader.Bytes(1)[0]];
            for (int d = 0; d < shape.Length; d++)
            {
                shape[d] = reader.Int64();
            }

            long start = data + reader.Int64();
            long length = reader.Int64();
            if (name == tensor)
            {
                return new CorpusPayload(name, shape, type, file[(int)start..(int)(start + length)]);
            }
        }

        throw new InvalidOperationException($"{path} has no tensor {tensor}");
    }

    private static void SkipValue(Cursor reader, int type)
    {
        switch (type)
        {
            case 0 or 1 or 7:
                reader.Position += 1;
                break;
            case 2 or 3:
                reader.Position += 2;
                break;
            case 4 or 5 or 6:
                reader.Position += 4;
                break;
            case 8:
                reader.Text();
                break;
            case 9:
                int elementType = reader.Int32();
                for (long left = reader.Int64(); left > 0; left--)
                {
                    SkipValue(reader, elementType);
                }

                break;
            default:
                reader.Position += 8;
                break;
        }
    }

    private sealed class Cursor(byte[] file, bool bigEndian)
    {
        public int Position { get; set; }

        public byte[] Bytes(int count) => file[Position..(Position += count)];

        public int Int16() =>
            bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(Bytes(2)) : BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

        public int Int32() => bigEndian ? BinaryPrimitives.ReadInt32BigEndian(Bytes(4)) : BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

        public long Int64() => bigEndian ? BinaryPrimitives.ReadInt64BigEndian(Bytes(8)) : BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

        public string Text() => Encoding.UTF8.GetString(Bytes((int)Int64()));
    }
}
