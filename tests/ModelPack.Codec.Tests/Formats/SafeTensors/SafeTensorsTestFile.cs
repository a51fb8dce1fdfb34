using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ModelPack.Formats;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

/// <summary>Builds small files, opens them and puts them together again.</summary>
internal static class SafeTensorsTestFile
{
    public static byte[] Build(string header, int dataLength) => Build(Encoding.UTF8.GetBytes(header), dataLength);

    public static byte[] Build(ReadOnlySpan<byte> header, int dataLength)
    {
        byte[] file = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file.AsSpan(8));
        for (int i = 8 + header.Length; i < file.Length; i++)
        {
            file[i] = (byte)(i * 37);
        }

        return file;
    }

    public static SafeTensorsFile Open(ReadOnlyMemory<byte> file) => SafeTensorsFile.Open(new MemoryByteSource(file, "test.safetensors"));

    public static SafeTensorsFile Open(string header, int dataLength) => Open(Build(header, dataLength));

    public static ModelFormatException Refusal(ReadOnlyMemory<byte> file) => Assert.ThrowsExactly<ModelFormatException>(() => Open(file));

    /// <summary>Length, header and payloads in the order of their offsets: nothing else is in a file (safetensors.md §8).</summary>
    public static byte[] Rebuild(SafeTensorsFile file)
    {
        using MemoryStream output = new();
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, file.HeaderLength);
        output.Write(length);
        output.Write(file.HeaderBytes.Span);
        foreach (var tensor in file.Tensors.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.ByteLength))
        {
            Assert.AreEqual(output.Length, tensor.Offset);
            output.Write(file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength));
        }

        return output.ToArray();
    }

    public static byte[] Write(FilePlan plan, SafeTensorsFile payloads)
    {
        using MemoryStream output = new();
        foreach (Segment segment in plan.Segments)
        {
            output.Write(segment switch
            {
                LiteralSegment literal => literal.Bytes.ToArray(),
                PayloadSegment payload => payloads.Source.ReadBytes(payloads.Tensors[payload.Tensor].Offset, (int)payload.Length),
                _ => throw new AssertFailedException($"unexpected segment {segment}"),
            });
        }

        Assert.AreEqual(plan.Length, output.Length);
        return output.ToArray();
    }

    public static SafeTensorsModel ModelOf(SafeTensorsFile file) => new(
        [.. file.Metadata.Select(entry => new SafeTensorsModelEntry(entry.Key, entry.Value.RawBytes))],
        [.. file.Tensors.Select(tensor => new StoredTensor(tensor.Name, tensor.Type, tensor.Shape, tensor.ByteLength))]);

    public static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static string CorpusPath(params string[] parts) => RepositoryData.Path(["corpus", "safetensors", .. parts]);

    public static IReadOnlyList<JsonElement> Expected(string group)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(CorpusPath(group, "expected.json")));
        return [.. document.RootElement.GetProperty("entries").EnumerateArray().Select(entry => entry.Clone())];
    }

    public static bool IsFolder(JsonElement entry) => entry.GetProperty("file").GetString()!.EndsWith('/');
}
