using System.Buffers.Binary;
using System.Text.Json;

namespace ModelPack.Codec.Tests.Tensors;

/// <summary>A case of tests/data/vectors: raw blocks and what the reference library decodes from them.</summary>
internal sealed record GoldenVector(string File, TensorType Type, byte[] Blocks, uint[] Decoded, string CanonicalSha256, string RowValid)
{
    public override string ToString() => File;
}

/// <summary>Reads tests/data/vectors.</summary>
internal static class GoldenVectors
{
    private static readonly Lazy<IReadOnlyList<GoldenVector>> Loaded = new(() => [.. Read()]);

    public static IReadOnlyList<GoldenVector> All => Loaded.Value;

    public static JsonElement Index { get; } = JsonDocument.Parse(
        File.ReadAllBytes(RepositoryData.Path("vectors", "index.json"))).RootElement;

    public static uint[] Bits(ReadOnlySpan<byte> littleEndian)
    {
        var bits = new uint[littleEndian.Length / 4];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = BinaryPrimitives.ReadUInt32LittleEndian(littleEndian[(4 * i)..]);
        }

        return bits;
    }

    public static TensorType Type(JsonElement ggmlId)
    {
        Assert.IsTrue(TensorTypes.TryGetByGgmlId(ggmlId.GetInt32(), out TensorTypeInfo? info));
        return info!.Type;
    }

    private static IEnumerable<GoldenVector> Read()
    {
        foreach (JsonElement entry in Index.GetProperty("cases").EnumerateArray())
        {
            string file = entry.GetProperty("file").GetString()!;
            byte[] bytes = File.ReadAllBytes(RepositoryData.Path(["vectors", .. file.Split('/')]));
            yield return new GoldenVector(
                file,
                Type(entry.GetProperty("type_id")),
                Part(bytes, entry.GetProperty("blocks")),
                Bits(Part(bytes, entry.GetProperty("f32"))),
                entry.GetProperty("f32").GetProperty("sha256_nan_canonical").GetString()!,
                entry.GetProperty("row_valid").GetString()!);
        }
    }

    private static byte[] Part(byte[] bytes, JsonElement part) =>
        bytes.AsSpan(part.GetProperty("offset").GetInt32(), part.GetProperty("length").GetInt32()).ToArray();
}
