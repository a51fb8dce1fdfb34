using ModelPack.Tensors.Decoding;
using ModelPack.Tensors.Decoding.Vectorized;

namespace ModelPack;

/// <content>The decoder of each type. Whole numbers, F64 and C64 have no float32 reading (ggml-types.md §7).</content>
public static partial class TensorDecoder
{
    private static BlockDecoder? FindVectorized(TensorType type) => type switch
    {
        TensorType.F16 => PlainVectors.F16,
        TensorType.BF16 => PlainVectors.BF16,
        TensorType.Q4_0 => LegacyVectors.Q4_0,
        TensorType.Q4_1 => LegacyVectors.Q4_1,
        TensorType.Q5_0 => LegacyVectors.Q5_0,
        TensorType.Q5_1 => LegacyVectors.Q5_1,
        TensorType.Q8_0 => LegacyVectors.Q8_0,
        TensorType.Q1_0 => LegacyVectors.Q1_0,
        TensorType.Q2_K => KVectors.Q2_K,
        TensorType.Q3_K => KVectors.Q3_K,
        TensorType.Q4_K => KVectors.Q4_K,
        TensorType.Q5_K => KVectors.Q5_K,
        TensorType.Q6_K => KVectors.Q6_K,
        TensorType.Q8_K => KVectors.Q8_K,
        TensorType.IQ4_NL => LegacyVectors.IQ4_NL,
        TensorType.IQ4_XS => LegacyVectors.IQ4_XS,
        TensorType.IQ1_S => Iq1Vectors.IQ1_S,
        TensorType.IQ1_M => Iq1Vectors.IQ1_M,
        TensorType.TQ1_0 => TernaryVectors.TQ1_0,
        TensorType.TQ2_0 => KVectors.TQ2_0,
        TensorType.MXFP4 => LegacyVectors.MXFP4,
        _ => null,
    };

    private static BlockDecoder? FindScalar(TensorType type) => type switch
    {
        TensorType.F32 => PlainDecoders.F32,
        TensorType.F16 => PlainDecoders.F16,
        TensorType.BF16 => PlainDecoders.BF16,
        TensorType.F8E5M2 => SmallFloats.E5M2,
        TensorType.F8E4M3 => SmallFloats.E4M3,
        TensorType.F8E8M0 => SmallFloats.E8M0,
        TensorType.F8E4M3Fnuz => SmallFloats.E4M3Fnuz,
        TensorType.F8E5M2Fnuz => SmallFloats.E5M2Fnuz,
        TensorType.F6E2M3 => SmallFloats.E2M3,
        TensorType.F6E3M2 => SmallFloats.E3M2,
        TensorType.F4 => SmallFloats.E2M1,
        TensorType.Q4_0 => LegacyBlocks.Q4_0,
        TensorType.Q4_1 => LegacyBlocks.Q4_1,
        TensorType.Q5_0 => LegacyBlocks.Q5_0,
        TensorType.Q5_1 => LegacyBlocks.Q5_1,
        TensorType.Q8_0 => LegacyBlocks.Q8_0,
        TensorType.Q8_1 => LegacyBlocks.Q8_1,
        TensorType.Q1_0 => LegacyBlocks.Q1_0,
        TensorType.Q2_0 => LegacyBlocks.Q2_0,
        TensorType.Q2_K => KBlocks.Q2_K,
        TensorType.Q3_K => KBlocks.Q3_K,
        TensorType.Q4_K => KBlocks.Q4_K,
        TensorType.Q5_K => KBlocks.Q5_K,
        TensorType.Q6_K => KBlocks.Q6_K,
        TensorType.Q8_K => KBlocks.Q8_K,
        TensorType.IQ2_XXS => Iq2Blocks.IQ2_XXS,
        TensorType.IQ2_XS => Iq2Blocks.IQ2_XS,
        TensorType.IQ2_S => Iq2Blocks.IQ2_S,
        TensorType.IQ3_XXS => Iq3Blocks.IQ3_XXS,
        TensorType.IQ3_S => Iq3Blocks.IQ3_S,
        TensorType.IQ1_S => Iq1Blocks.IQ1_S,
        TensorType.IQ1_M => Iq1Blocks.IQ1_M,
        TensorType.IQ4_NL => Iq4Blocks.IQ4_NL,
        TensorType.IQ4_XS => Iq4Blocks.IQ4_XS,
        TensorType.TQ1_0 => TernaryBlocks.TQ1_0,
        TensorType.TQ2_0 => TernaryBlocks.TQ2_0,
        TensorType.MXFP4 => FloatBlocks.MXFP4,
        TensorType.NVFP4 => FloatBlocks.NVFP4,
        TensorType.AprQ4 => AprBlocks.Q4,
        TensorType.AprQ8 => AprBlocks.Q8,
        TensorType.AprQ4KRows or TensorType.AprQ4KFlat => AprBlocks.PaddedQ4_K,
        TensorType.F64 or TensorType.C64 or TensorType.Bool => null,
        TensorType.I8 or TensorType.I16 or TensorType.I32 or TensorType.I64 => null,
        TensorType.U8 or TensorType.U16 or TensorType.U32 or TensorType.U64 => null,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not in the type table"),
    };
}
