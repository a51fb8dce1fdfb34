using System.Runtime.InteropServices;
using CsCheck;
using ModelPack.Tensors;
using ModelPack.Tensors.Decoding;

namespace ModelPack.Codec.Tests.Tensors;

/// <summary>Vectorised decoders against their scalar twins. Any NaN equals any NaN.</summary>
[TestClass]
public sealed class TensorDecoderProperties
{
    private static readonly Gen<byte> Adversarial = Gen.OneOf<byte>(
        0, 1, 0x03, 0x40, 0x7B, 0x7C, 0x7E, 0x7F, 0x80, 0x83, 0xC0, 0xFC, 0xFD, 0xFF);

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Vectorised_decoders_agree_with_their_scalar_twins()
    {
        TensorTypeInfo[] types = [.. TensorTypes.All.Where(info => TensorDecoder.CanDecode(info.Type) && info.Rule == PayloadRule.Blocks)];
        Gen.Select(Gen.OneOf(types), Gen.Int[0, 40], Gen.OneOf(Gen.Byte, Adversarial).Array[40 * 292]).Sample(
            (info, blocks, bytes) =>
            {
                ReadOnlySpan<byte> payload = bytes.AsSpan(0, blocks * info.BlockBytes);
                var vectorised = new float[blocks * info.BlockElements];
                var scalar = new float[blocks * info.BlockElements];
                TensorDecoder.Decode(info.Type, payload, vectorised);
                TensorDecoder.DecodeScalar(info.Type, payload, scalar);
                Floats.AssertSame(MemoryMarshal.Cast<float, uint>(scalar), vectorised, info.Name);
            },
            iter: 2000);
    }

    [TestMethod]
    [DataRow(TensorType.F16)]
    [DataRow(TensorType.BF16)]
    public void Every_code_of_a_two_byte_float_decodes_alike(TensorType type)
    {
        ushort[] codes = [.. Enumerable.Range(0, 65536).Select(code => (ushort)code)];
        byte[] payload = new byte[2 * codes.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(2 * i), codes[i]);
        }

        var vectorised = new float[codes.Length];
        TensorDecoder.Decode(type, payload, vectorised);
        uint[] expected = GoldenVectors.Bits(File.ReadAllBytes(
            RepositoryData.Path("vectors", "scalar", type == TensorType.F16 ? "f16_to_f32.f32" : "bf16_to_f32.f32")));
        Floats.AssertSame(expected, vectorised, $"{type}");
    }

    [TestMethod]
    public void Signs_are_applied_alike() =>
        Gen.Select(Gen.ULong[0, 0x3E3E_3E3E_3E3E_3E3E], Gen.Int[0, 255], Gen.UInt).Sample((row, signs, scale) =>
        {
            row &= 0x3F3F_3F3F_3F3F_3F3F; // magnitudes of the grids stay below 64
            var vectorised = new float[8];
            var scalar = new float[8];
            IqSigns.Write(row, BitConverter.UInt32BitsToSingle(scale), signs, vectorised);
            IqSigns.WriteScalar(row, BitConverter.UInt32BitsToSingle(scale), signs, scalar);
            Floats.AssertSame(MemoryMarshal.Cast<float, uint>(scalar), vectorised, "signs");
        });

    [TestMethod]
    public void Golden_vectors_are_reproduced_by_the_scalar_twins_too()
    {
        foreach (GoldenVector vector in GoldenVectors.All)
        {
            var values = new float[vector.Decoded.Length];
            TensorDecoder.DecodeScalar(vector.Type, vector.Blocks, values);
            Floats.AssertSame(vector.Decoded, values, vector.File);
        }
    }
}
