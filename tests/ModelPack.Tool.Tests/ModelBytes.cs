using System.Buffers.Binary;
using System.Text;

namespace ModelPack.Tool.Tests;

/// <summary>Small SafeTensors files for cases that the corpus does not have.</summary>
internal static class ModelBytes
{
    /// <summary>One F32 tensor <c>w</c>.</summary>
    public static byte[] SafeTensors(params float[] values)
    {
        byte[] file = new byte[HeaderLength(values.Length) + (values.Length * 4)];
        int position = Header(values.Length).CopyTo(file);
        foreach (float value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(position), value);
            position += 4;
        }

        return file;
    }

    /// <summary>One F32 tensor of zeros that takes no room on disk, for runs that must last a while.</summary>
    public static void WriteSparse(string path, long elements)
    {
        using FileStream file = new(path, FileMode.CreateNew);
        file.Write(Header(elements));
        file.SetLength(file.Position + (elements * 4));
    }

    /// <summary>So many F32 tensors of one element.</summary>
    public static byte[] ManyTensors(int count) => SafeTensorsWithHeader(
        "{" + string.Join(',', Enumerable.Range(0, count).Select(i => $$"""
            "tensor.{{i}}":{"dtype":"F32","shape":[1],"data_offsets":[{{i * 4}},{{(i + 1) * 4}}]}
            """)) + "}",
        count * 4);

    /// <summary>A header as it is given, and zeros behind it.</summary>
    public static byte[] SafeTensorsWithHeader(string json, int dataLength)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        byte[] file = new byte[8 + text.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length);
        text.CopyTo(file, 8);
        return file;
    }

    private static int HeaderLength(long elements) => Header(elements).Length;

    private static byte[] Header(long elements)
    {
        string json = $$$"""{"w":{"dtype":"F32","shape":[{{{elements}}}],"data_offsets":[0,{{{elements * 4}}}]}}""";
        json = json.PadRight((json.Length + 7) / 8 * 8);
        byte[] header = new byte[8 + json.Length];
        BinaryPrimitives.WriteInt64LittleEndian(header, json.Length);
        Encoding.ASCII.GetBytes(json, header.AsSpan(8));
        return header;
    }

    private static int CopyTo(this byte[] header, byte[] file)
    {
        header.CopyTo(file, 0);
        return header.Length;
    }
}
