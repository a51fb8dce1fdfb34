using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>What is known about the big-endian form of a type.</summary>
internal enum ByteSwapSupport
{
    /// <summary>The type consists of single bytes: both forms are the same.</summary>
    NotNeeded,

    /// <summary>A known tool converts exactly this way, or the element is one number.</summary>
    Exact,

    /// <summary>Follows from the field types alone; no known writer (ggml-types.md §9).</summary>
    DerivedOnly,

    /// <summary>The type belongs to formats that are always little-endian.</summary>
    LittleEndianOnly,
}

/// <summary>Turns payloads between little- and big-endian (ggml-types.md §9). Reversing twice gives the same bytes.</summary>
internal static class PayloadByteOrder
{
    private readonly record struct Fields(int Offset, int Width, int Count);

    /// <summary>Says how sure the conversion of a type is.</summary>
    public static ByteSwapSupport Support(TensorType type) => type switch
    {
        _ when TensorTypes.Get(type).GgmlId is null => ByteSwapSupport.LittleEndianOnly,
        TensorType.I8 or TensorType.MXFP4 or TensorType.NVFP4 => ByteSwapSupport.NotNeeded,
        TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.F64 => ByteSwapSupport.Exact,
        TensorType.I16 or TensorType.I32 or TensorType.I64 => ByteSwapSupport.Exact,
        TensorType.Q4_0 or TensorType.Q8_0 or TensorType.Q4_K or TensorType.Q6_K => ByteSwapSupport.Exact,
        _ => ByteSwapSupport.DerivedOnly,
    };

    /// <summary>Reverses the multi-byte fields of whole blocks in place.</summary>
    /// <exception cref="ArgumentException">The bytes end inside a block, or the type has no big-endian form.</exception>
    public static void Reverse(TensorType type, Span<byte> blocks)
    {
        TensorTypeInfo info = TensorTypes.Get(type);
        if (Support(type) == ByteSwapSupport.LittleEndianOnly)
        {
            throw new ArgumentException($"{info.Name} has no big-endian form", nameof(type));
        }

        if (blocks.Length % info.BlockBytes != 0)
        {
            throw new ArgumentException($"{blocks.Length} bytes are not a whole number of {info.Name} blocks", nameof(blocks));
        }

        if (info.BlockElements == 1)
        {
            ReverseNumbers(blocks, info.BlockBytes);
            return;
        }

        (Fields first, Fields second) = Layout(type);
        for (; !blocks.IsEmpty; blocks = blocks[info.BlockBytes..])
        {
            ReverseNumbers(blocks.Slice(first.Offset, first.Width * first.Count), first.Width);
            ReverseNumbers(blocks.Slice(second.Offset, second.Width * second.Count), second.Width);
        }
    }

    /// <summary>Reverses numbers of one width in place.</summary>
    public static void ReverseNumbers(Span<byte> bytes, int width)
    {
        switch (width)
        {
            case 2:
                Span<ushort> words = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 4:
                Span<uint> doubleWords = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(doubleWords, doubleWords);
                break;
            case 8:
                Span<ulong> quadWords = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(quadWords, quadWords);
                break;
            default:
                break; // single bytes
        }
    }

    private static (Fields First, Fields Second) Layout(TensorType type) => type switch
    {
        TensorType.MXFP4 or TensorType.NVFP4 => default,
        TensorType.Q4_0 or TensorType.Q8_0 or TensorType.Q5_0 or TensorType.Q1_0 or TensorType.Q2_0 => (new(0, 2, 1), default),
        TensorType.IQ4_NL or TensorType.IQ2_S or TensorType.IQ3_XXS or TensorType.IQ3_S => (new(0, 2, 1), default),
        TensorType.Q4_1 or TensorType.Q5_1 or TensorType.Q8_1 or TensorType.Q4_K or TensorType.Q5_K => (new(0, 2, 2), default),
        TensorType.Q2_K => (new(80, 2, 2), default),
        TensorType.Q3_K => (new(108, 2, 1), default),
        TensorType.Q6_K => (new(208, 2, 1), default),
        TensorType.Q8_K => (new(0, 4, 1), new(260, 2, 16)),
        TensorType.IQ2_XXS or TensorType.IQ2_XS => (new(0, 2, 33), default),
        TensorType.IQ1_S => (new(0, 2, 1), new(34, 2, 8)),
        TensorType.IQ1_M => (new(48, 2, 4), default),
        TensorType.IQ4_XS => (new(0, 2, 2), default),
        TensorType.TQ1_0 => (new(52, 2, 1), default),
        TensorType.TQ2_0 => (new(64, 2, 1), default),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a ggml block type"),
    };
}
