using ModelPack.Tensors;
using ModelPack.Tensors.Decoding;

namespace ModelPack.Codec.Tests.Tensors;

[TestClass]
public sealed class TensorDecoderTests
{
    [TestMethod]
    public void Every_golden_vector_decodes_to_the_reference_bits()
    {
        Assert.IsGreaterThan(80, GoldenVectors.All.Count);
        foreach (GoldenVector vector in GoldenVectors.All)
        {
            var values = new float[vector.Decoded.Length];
            TensorDecoder.Decode(vector.Type, vector.Blocks, values);
            Floats.AssertSame(vector.Decoded, values, vector.File);
            Assert.AreEqual(vector.CanonicalSha256, Floats.CanonicalSha256(values), vector.File);
        }
    }

    [TestMethod]
    public void Every_ggml_type_with_a_reference_decoder_has_golden_vectors()
    {
        HashSet<TensorType> seen = [.. GoldenVectors.All.Select(vector => vector.Type)];
        TensorType[] without = [
            TensorType.F32, TensorType.F64, TensorType.I8, TensorType.I16, TensorType.I32, TensorType.I64, TensorType.Q8_1];
        TensorType[] expected = [.. TensorTypes.All.Where(info => info.GgmlId is not null).Select(info => info.Type).Except(without)];
        CollectionAssert.AreEquivalent(expected, seen.ToArray());
    }

    [TestMethod]
    public void A_wrong_bit_in_a_golden_vector_is_noticed()
    {
        GoldenVector vector = GoldenVectors.All.First(vector => vector.File.StartsWith("gauss/12", StringComparison.Ordinal));
        byte[] blocks = [.. vector.Blocks];
        blocks[100] ^= 0x10;
        var values = new float[vector.Decoded.Length];
        TensorDecoder.Decode(vector.Type, blocks, values);
        Assert.ThrowsExactly<AssertFailedException>(() => Floats.AssertSame(vector.Decoded, values, vector.File));
        Assert.AreNotEqual(vector.CanonicalSha256, Floats.CanonicalSha256(values));
    }

    [TestMethod]
    [DataRow("f16_to_f32")]
    [DataRow("bf16_to_f32")]
    [DataRow("e8m0_half")]
    [DataRow("ue4m3_half")]
    public void Scalar_tables_are_reproduced(string name)
    {
        uint[] expected = GoldenVectors.Bits(File.ReadAllBytes(RepositoryData.Path("vectors", "scalar", name + ".f32")));
        Func<int, float> convert = name switch
        {
            "f16_to_f32" => code => ScaleFormats.FromHalf((ushort)code),
            "bf16_to_f32" => code => Decoded(TensorType.BF16, (ushort)code),
            "e8m0_half" => code => ScaleFormats.E8M0Half((byte)code),
            _ => code => ScaleFormats.UE4M3Half((byte)code),
        };
        float[] actual = [.. Enumerable.Range(0, expected.Length).Select(convert)];
        Assert.IsTrue(expected.Length is 256 or 65536);
        Floats.AssertSame(expected, actual, name);
    }

    private static float Decoded(TensorType type, ushort code)
    {
        float[] value = new float[1];
        TensorDecoder.Decode(type, BitConverter.GetBytes(code), value);
        return value[0];
    }

    [TestMethod]
    public void Float32_bits_are_copied_with_NaN_payloads()
    {
        byte[] payload = [0x01, 0, 0x80, 0x7F, 0xFF, 0xFF, 0xBF, 0xFF, 0, 0, 0, 0x80, 1, 0, 0, 0];
        var values = new float[4];
        TensorDecoder.Decode(TensorType.F32, payload, values);
        CollectionAssert.AreEqual(payload, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray());
    }

    [TestMethod]
    public void Lengths_that_do_not_belong_together_are_refused()
    {
        foreach (TensorTypeInfo info in TensorTypes.All.Where(info => TensorDecoder.CanDecode(info.Type)))
        {
            int elements = info.Rule == PayloadRule.PackedBits ? 8 : 2 * info.BlockElements;
            Assert.IsTrue(info.TryGetPayloadBytes(info.Rule == PayloadRule.PaddedRows ? [1, elements] : [elements], out long bytes));
            var blocks = new byte[bytes];
            TensorDecoder.Decode(info.Type, blocks, new float[elements]);
            Assert.ThrowsExactly<ArgumentException>(
                () => TensorDecoder.Decode(info.Type, blocks.AsSpan(1), new float[elements]), info.Name);
            Assert.ThrowsExactly<ArgumentException>(() => TensorDecoder.Decode(info.Type, [.. blocks, 0], new float[elements]), info.Name);
            Assert.ThrowsExactly<ArgumentException>(
                () => TensorDecoder.Decode(info.Type, blocks, new float[elements + info.BlockElements]), info.Name);
        }
    }

    [TestMethod]
    public void Types_without_a_float32_reading_are_refused()
    {
        TensorType[] refused = [.. TensorTypes.All.Select(info => info.Type).Where(type => !TensorDecoder.CanDecode(type))];
        TensorType[] expected =
        [
            TensorType.F64, TensorType.C64, TensorType.Bool, TensorType.I8, TensorType.I16, TensorType.I32, TensorType.I64,
            TensorType.U8, TensorType.U16, TensorType.U32, TensorType.U64,
        ];
        CollectionAssert.AreEquivalent(expected, refused);
        foreach (TensorType type in refused)
        {
            Assert.ThrowsExactly<ArgumentException>(() => TensorDecoder.Decode(type, new byte[8], new float[1]), $"{type}");
        }
    }
}
