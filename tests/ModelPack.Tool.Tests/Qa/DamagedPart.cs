using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Formats.Apr;
using ModelPack.Models;

namespace ModelPack.Tool.Tests.Qa;

/// <summary>Damage to a part of an output: tensors, the header of a SafeTensors file, companions.</summary>
internal static class DamagedPart
{
    /// <summary>Rewrites the bytes of all tensors whose name has that ending.</summary>
    public static void Tensors(string path, string ending, Action<Span<byte>> rewrite)
    {
        (long Offset, long Length)[] places;
        using (ModelFile file = ModelFiles.Open(path))
        {
            places = [
                .. file.Tensors.Where(tensor => tensor.Name.EndsWith(ending, StringComparison.Ordinal))
                    .Select(tensor => (tensor.Offset, tensor.ByteLength))];
        }

        Assert.IsNotEmpty(places, ending);
        using FileStream stream = new(FileOf(path), FileMode.Open, FileAccess.ReadWrite);
        foreach ((long offset, long length) in places)
        {
            byte[] bytes = new byte[length];
            stream.Position = offset;
            stream.ReadExactly(bytes);
            rewrite(bytes);
            stream.Position = offset;
            stream.Write(bytes);
        }
    }

    /// <summary>Adds a number to each float32.</summary>
    public static Action<Span<byte>> Add(float number) => bytes =>
    {
        for (int i = 0; i < bytes.Length; i += sizeof(float))
        {
            Span<byte> one = bytes[i..];
            BinaryPrimitives.WriteSingleLittleEndian(one, BinaryPrimitives.ReadSingleLittleEndian(one) + number);
        }
    };

    public static Action<Span<byte>> Fill(byte value) => bytes => bytes.Fill(value);

    /// <summary>Replaces a text in the header of a SafeTensors file by one of the same length.</summary>
    public static void Header(string path, string old, string other)
    {
        Assert.AreEqual(old.Length, other.Length);
        Replace(FileOf(path), Encoding.UTF8.GetBytes(old), Encoding.UTF8.GetBytes(other));
    }

    /// <summary>Replaces the first such bytes of a file.</summary>
    public static void Replace(string path, byte[] old, byte[] other)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int at = bytes.AsSpan().IndexOf(old);
        Assert.IsGreaterThan(-1, at, path);
        other.CopyTo(bytes, at);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Removes the tensor that lies last in a SafeTensors file.</summary>
    public static void DropLast(string path)
    {
        byte[] bytes = File.ReadAllBytes(FileOf(path));
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        JsonObject header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        (string name, JsonNode? last) = header.Where(entry => entry.Key != "__metadata__")
            .MaxBy(entry => (long)entry.Value!["data_offsets"]![1]!);
        int end = (int)last!["data_offsets"]![0]!;
        header.Remove(name);
        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString().PadRight(length));
        Array.Resize(ref text, length);
        File.WriteAllBytes(FileOf(path), [.. bytes.AsSpan(0, 8), .. text, .. bytes.AsSpan(8 + length, end)]);
    }

    /// <summary>Damages the index of an APR file: the type of the last tensor, its place (32 bytes further, with a right footer), or the
    /// version in the header.</summary>
    public static void AprIndex(string path, string part)
    {
        byte[] bytes = File.ReadAllBytes(path);
        AprIndexEntry last;
        long place;
        using (AprFile file = (AprFile)ModelFiles.Open(path))
        {
            last = file.Entries.MaxBy(entry => entry.Offset)!;
            place = file.DataOffset + last.Offset;
        }

        // apr-v2.md: a record is the length of the name, the name, type, rank, dimensions, offset and size.
        byte[] name = Encoding.UTF8.GetBytes(last.Name);
        byte[] record = [(byte)name.Length, 0, .. name];
        int type = bytes.AsSpan().IndexOf(record) + record.Length;
        switch (part)
        {
            case "type":
                bytes[type] = 99;
                break;
            case "place":
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(type + 2 + (sizeof(long) * last.Dimensions.Length)), last.Offset + 32);
                bytes = [.. bytes.AsSpan(0, (int)place), .. new byte[32], .. bytes.AsSpan((int)place)];
                Crc32.Hash(bytes.AsSpan(0, bytes.Length - 4)).CopyTo(bytes, bytes.Length - 4);
                break;
            default:
                bytes[4] = 3;
                byte[] header = [.. bytes.AsSpan(0, 40), .. bytes.AsSpan(44, 20)];
                Crc32.Hash(header).CopyTo(bytes, 40);
                break;
        }

        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Makes the footer of an APR file that of its bytes.</summary>
    public static void MendFooter(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        Crc32.Hash(bytes.AsSpan(0, bytes.Length - 4)).CopyTo(bytes, bytes.Length - 4);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Changes the text of a companion.</summary>
    public static void Companion(string path, string name, string old, string other)
    {
        string file = Path.Combine(path, name);
        string text = File.ReadAllText(file);
        Assert.Contains(old, text);
        int at = text.IndexOf(old, StringComparison.Ordinal);
        File.WriteAllText(file, text[..at] + other + text[(at + old.Length)..]);
    }

    private static string FileOf(string path) => Directory.Exists(path) ? Path.Combine(path, "model.safetensors") : path;
}
