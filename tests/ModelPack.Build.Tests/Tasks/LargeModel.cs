using System.Buffers.Binary;
using System.Text;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>A model of one gigabyte: GGUF 3 with one F32 tensor of zeros, whose payload is a hole in the file where the file system has
/// holes.</summary>
internal static class LargeModel
{
    private const long Bytes = 1L << 30;
    private const int Alignment = 32;

    public static void Write(string path)
    {
        using FileStream stream = File.Create(path);
        stream.Write("GGUF"u8);
        WriteInteger(stream, 3, sizeof(uint));
        WriteInteger(stream, 1, sizeof(ulong));
        WriteInteger(stream, 0, sizeof(ulong));
        byte[] name = Encoding.UTF8.GetBytes("zeros");
        WriteInteger(stream, (ulong)name.Length, sizeof(ulong));
        stream.Write(name);
        WriteInteger(stream, 1, sizeof(uint));
        WriteInteger(stream, Bytes / sizeof(float), sizeof(ulong));
        WriteInteger(stream, 0, sizeof(uint));
        WriteInteger(stream, 0, sizeof(ulong));
        stream.SetLength(((stream.Position + Alignment - 1) / Alignment * Alignment) + Bytes);
    }

    private static void WriteInteger(FileStream stream, ulong value, int size)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stream.Write(bytes[..size]);
    }
}
