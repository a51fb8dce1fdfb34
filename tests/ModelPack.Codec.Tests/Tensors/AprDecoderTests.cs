using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Tensors;

[TestClass]
public sealed class AprDecoderTests
{
    [TestMethod]
    public void Corpus_tensors_of_the_APR_quantizations_decode_to_the_recorded_values()
    {
        HashSet<string> types = [];
        int tensors = 0;
        foreach (string json in RepositoryData.Files("corpus/apr/valid", "*.json"))
        {
            JsonElement root = JsonDocument.Parse(File.ReadAllBytes(json)).RootElement;
            foreach (JsonElement tensor in root.TryGetProperty("tensors", out JsonElement list) ? list.EnumerateArray().ToArray() : [])
            {
                if (!tensor.TryGetProperty("decoded_f32_sha256", out JsonElement sha256))
                {
                    continue;
                }

                string dtype = tensor.GetProperty("dtype").GetString()!;
                Assert.IsTrue(TensorTypes.TryGetByName(dtype, out TensorTypeInfo? info));
                CorpusPayload payload = CorpusPayloads.Apr(Path.ChangeExtension(json, ".apr"), tensor.GetProperty("name").GetString()!);
                Assert.IsTrue(TensorShape.TryCountElements(payload.Shape, out long elements));
                var values = new float[elements];
                TensorDecoder.Decode(info!.Type, payload.Bytes, values);
                Assert.AreEqual(sha256.GetString(), Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(values))), json);
                types.Add(dtype);
                tensors++;
            }
        }

        Assert.IsGreaterThan(20, tensors);
        Assert.HasCount(2, types);
    }

    [TestMethod]
    public void An_infinite_scale_is_not_repaired()
    {
        byte[] block = new byte[18];
        block[1] = 0x7C;
        block.AsSpan(2).Fill(0x89);
        var values = new float[3];
        TensorDecoder.Decode(TensorType.AprQ4, block, values);
        CollectionAssert.AreEqual(new[] { float.PositiveInfinity, float.NaN, float.PositiveInfinity }, values);
    }

    [TestMethod]
    public void Padded_rows_decode_like_Q4_K_with_the_padding_dropped()
    {
        GoldenVector vector = GoldenVectors.All.First(vector => vector.File.StartsWith("gauss/12", StringComparison.Ordinal));
        foreach (int elements in new[] { 1, 200, 256, 257, 1024 })
        {
            byte[] blocks = vector.Blocks[..((elements + 255) / 256 * 144)];
            foreach (TensorType type in new[] { TensorType.AprQ4KRows, TensorType.AprQ4KFlat })
            {
                var values = new float[elements];
                TensorDecoder.Decode(type, blocks, values);
                Floats.AssertSame(vector.Decoded.AsSpan(0, elements), values, $"{type} {elements}");
            }
        }
    }
}
