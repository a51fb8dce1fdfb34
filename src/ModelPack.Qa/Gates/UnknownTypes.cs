using System.Buffers.Binary;
using System.Text;

namespace ModelPack.Qa.Gates;

/// <summary>I-3: a type that nobody knows is refused by name or number, in every format, and never read as F32.</summary>
internal static class UnknownTypes
{
    private const byte Unknown = 99;

    public static GateAnswer Look(Func<byte[], Model> open)
    {
        List<string> found = [];
        List<string> refused = [];
        foreach ((string format, byte[] bytes, string name) in new[]
        {
            ("GGUF", Gguf(), "99"), ("SafeTensors", SafeTensors(), "Q9_Z"), ("APR", Apr(), "99"),
        })
        {
            try
            {
                using Model model = open(bytes);
                found.Add($"{format}: a tensor of type {name} was read as {model.Tensors[0].Type}");
            }
            catch (ModelFormatException exception) when (exception.Message.Contains(name, StringComparison.Ordinal))
            {
                refused.Add($"{format}: {exception.Code.Id}");
            }
            catch (ModelFormatException exception)
            {
                found.Add($"{format}: refused without naming the type {name}: {exception.Message}");
            }
        }

        return GateAnswer.Of(3, "files with an unknown type are refused by its number or name", found, "an unknown type was let in")
            .With("refused", string.Join(", ", refused));
    }

    // gguf.md §3: magic, version, counts, then one tensor record.
    private static byte[] Gguf()
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        writer.Write("GGUF"u8);
        writer.Write(3);
        writer.Write(1L);
        writer.Write(0L);
        writer.Write(1L);
        writer.Write("x"u8);
        writer.Write(1);
        writer.Write(32L);
        writer.Write((int)Unknown);
        writer.Write(0L);
        writer.Write(new byte[256]);
        return bytes.ToArray();
    }

    private static byte[] SafeTensors()
    {
        byte[] header = Encoding.UTF8.GetBytes("""{"x":{"dtype":"Q9_Z","shape":[1],"data_offsets":[0,4]}}""");
        byte[] bytes = new byte[8 + header.Length + 4];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        header.CopyTo(bytes, 8);
        return bytes;
    }

    // apr-v2.md §5: a record of the index is the length of the name, the name, and the byte of the type.
    private static byte[] Apr()
    {
        using MemoryStream stream = new();
        new ModelBuilder(ModelFormat.Apr).Set("model_type", "llama").Add("unknown.type", [1], new float[] { 1 }).Save(stream);
        byte[] bytes = stream.ToArray();
        byte[] record = [12, 0, .. "unknown.type"u8];
        bytes[bytes.AsSpan().IndexOf(record) + record.Length] = Unknown;
        return bytes;
    }
}
