using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using ModelPack.Codec.Tests.Formats.Apr;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Small files of each format with a bit of everything, and edits that keep a container valid.</summary>
internal static class SmallModels
{
    private const uint Q5_K = 13;
    private const uint F16 = 1;

    /// <summary>A plain tensor, one that other formats can only carry, one whose name they cannot store, padding between them, and
    /// metadata.</summary>
    public static byte[] Gguf(float first = 1) => new GgufBytes().Header(4, 3)
        .Key("general.architecture", GgufValueType.String).Text("test")
        .Key("general.name", GgufValueType.String).Text("small")
        .Key("answer", GgufValueType.UInt32).U32(42)
        .Record("plain", GgufBytes.F32, 0, 3)
        .Record("blocks", Q5_K, 32, 256)
        .Record("", F16, 224, 5)
        .Record("last", GgufBytes.F32, 256, 2)
        .Pad()
        .Raw(BitConverter.GetBytes(first)).Data(8).Pad()
        .Data(100).Data(76).Pad()
        .Data(10).Pad()
        .Data(8).Pad()
        .ToArray();

    public static byte[] Apr() => new AprBytes
    {
        Metadata = Encoding.UTF8.GetBytes(
            """{"model_type":"test","license":null,"data_source":null,"data_license":null,"total_size":0,"param_count":0,"name":"small","custom":[1,2]}"""),
        Entries = [new("a", 0, [3], 12), new("b", 1, [5], 10), new("q", 128, [40], 36), new("z", 7, [3], 3)],
    }.Build();

    public static byte[] SafeTensors()
    {
        byte[] header = Encoding.UTF8.GetBytes(
            """{"__metadata__":{"format":"pt","name":"small"},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"BOOL","shape":[5],"data_offsets":[12,17]}}""");
        byte[] file = new byte[8 + header.Length + 17];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        for (int i = 0; i < 17; i++)
        {
            file[8 + header.Length + i] = (byte)(i + 1);
        }

        return file;
    }

    /// <summary>Writes a small file of a format into a folder.</summary>
    public static string Write(TempFolder folder, ModelFormat format) => folder.Write($"source.{format.Extension()}", format switch
    {
        ModelFormat.Gguf => Gguf(),
        ModelFormat.Apr => Apr(),
        _ => SafeTensors(),
    });

    /// <summary>A GGUF file with one F32 tensor of so many zeros that the disk does not hold.</summary>
    public static string WriteLarge(TempFolder folder, string name, long bytes)
    {
        byte[] header = new GgufBytes().Header(2, 0).Record("large", GgufBytes.F32, 0, (ulong)bytes / 4)
            .Record("small", GgufBytes.F32, (ulong)bytes, 1).Pad().ToArray();
        string path = folder.Write(name, header);
        using FileStream file = new(path, FileMode.Open);
        file.SetLength(header.Length + bytes + 32);
        return path;
    }

    /// <summary>A GGUF file with one Q5_K tensor of so many zeros, which other formats show as F32: 17 million values of 12.6 MB.</summary>
    public static string WriteLargeBlocks(TempFolder folder, string name)
    {
        const long Blocks = 71_520;
        byte[] header = new GgufBytes().Header(1, 0).Record("large", Q5_K, 0, (ulong)Blocks * 256).Pad().ToArray();
        string path = folder.Write(name, header);
        using FileStream file = new(path, FileMode.Open);
        file.SetLength(header.Length + (Blocks * 176));
        return path;
    }

    /// <summary>Replaces a text in a file by another of the same length, and makes the footer of an APR file fit again.</summary>
    public static void Replace(string path, string old, string with)
    {
        byte[] bytes = File.ReadAllBytes(path);
        byte[] before = Encoding.UTF8.GetBytes(old);
        byte[] after = Encoding.UTF8.GetBytes(with);
        Assert.HasCount(before.Length, after);
        int at = bytes.AsSpan().IndexOf(before);
        Assert.IsGreaterThanOrEqualTo(0, at, $"'{old}' is not in the file");
        after.CopyTo(bytes, at);
        File.WriteAllBytes(path, Sign(path.EndsWith(".apr", StringComparison.Ordinal) ? ModelFormat.Apr : null, bytes));
    }

    /// <summary>Changes a byte, and makes the footer of an APR file fit again.</summary>
    public static void Flip(string path, long offset)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[offset] ^= 0x10;
        File.WriteAllBytes(path, Sign(path.EndsWith(".apr", StringComparison.Ordinal) ? ModelFormat.Apr : null, bytes));
    }

    /// <summary>Makes the footer of an APR file fit again.</summary>
    public static byte[] Sign(ModelFormat? format, byte[] bytes)
    {
        if (format == ModelFormat.Apr)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32.HashToUInt32(bytes.AsSpan(0, bytes.Length - 4)));
        }

        return bytes;
    }
}
