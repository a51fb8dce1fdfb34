using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>A SafeTensors model whose tensors begin with their number; the rest of each is zeros, a hole where the file system has
/// holes.</summary>
internal static class SparseModel
{
    public static void Write(string path, int tensors, long bytes, string note)
    {
        string entries = string.Concat(Enumerable.Range(0, tensors).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $",\"t{i}\":{{\"dtype\":\"U8\",\"shape\":[{bytes}],\"data_offsets\":[{i * bytes},{(i + 1) * bytes}]}}")));
        string header = $"{{\"__metadata__\":{{\"note\":\"{note}\"}}{entries}}}";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        using FileStream stream = File.Create(path);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(Encoding.UTF8.GetBytes(header));
        long start = stream.Position;
        for (int i = 0; i < tensors; i++)
        {
            stream.Position = start + (i * bytes);
            stream.WriteByte((byte)(i + 1));
        }

        stream.SetLength(start + (tensors * bytes));
    }
}
