using System.Buffers.Binary;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>Carries recipes out over arrays, byte by byte: slow, and with nothing of the library's own reader or decoders.</summary>
internal static class NaiveRecipe
{
    private static readonly Dictionary<uint, ushort> HalfOfSingle = Enumerable.Range(0, 65536)
        .ToDictionary(bits => WideHalf((ushort)bits), bits => (ushort)bits);

    /// <summary>The same for a recipe that speaks of tensors which have these payloads.</summary>
    public static byte[] Evaluate(PayloadRecipe recipe, IReadOnlyList<PlannedTensor> tensors, IReadOnlyList<byte[]> payloads) => Evaluate(
        recipe.Resolve(
            of => new StoredPayload(tensors.Index().Single(tensor => ReferenceEquals(tensor.Item, of)).Index, of.Payload.Length)),
        payloads);

    public static byte[] Evaluate(PayloadRecipe recipe, IReadOnlyList<byte[]> payloads)
    {
        byte[] made = recipe switch
        {
            StoredPayload stored => payloads[stored.Tensor],
            LiteralPayload literal => literal.Bytes.ToArray(),
            TakenPayload taken => Take(taken, Evaluate(taken.Of, payloads)),
            JoinedPayload joined => Join(joined, [.. joined.Parts.Select(part => Evaluate(part, payloads))]),
            ExchangedPayload exchanged => Exchange(exchanged, Evaluate(exchanged.Of, payloads)),
            ReversedPayload { Type: TensorType.F16 or TensorType.F64 } reversed =>
                [.. Evaluate(reversed.Of, payloads).Chunk(reversed.Type == TensorType.F16 ? 2 : 8).SelectMany(number => number.Reverse())],
            WidenedPayload widened => Words(Wide(Evaluate(widened.Of, payloads), widened.Type)),
            NarrowedPayload narrowed => Narrow(Evaluate(narrowed.Of, payloads), narrowed.Type),
            ShiftedPayload shifted => Words(
                Wide(Evaluate(shifted.Of, payloads), TensorType.F32)
                    .Select(bits => BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(bits) + shifted.Addend))),
            ComputedPayload computed => Words(
                Wide(Evaluate(computed.Of, payloads), TensorType.F32)
                    .Select(bits => BitConverter.SingleToUInt32Bits(Compute(computed.Function, BitConverter.UInt32BitsToSingle(bits))))),
            UnsignedPayload unsigned => Unsigned(Evaluate(unsigned.Of, payloads)),
            NibblesPayload nibbles => [
                .. Evaluate(nibbles.Of, payloads).Chunk((int)nibbles.BlockBytes).SelectMany(block => Move(block, nibbles.Apart))],
            _ => throw new ArgumentException($"{recipe.GetType().Name} is not expected here", nameof(recipe)),
        };
        Assert.HasCount((int)recipe.Length, made);
        return made;
    }

    /// <summary>Bits of the single that a half stands for, by the format's definition.</summary>
    public static uint WideHalf(ushort half)
    {
        uint sign = (uint)(half >> 15) << 31;
        int exponent = (half >> 10) & 31;
        uint fraction = half & 1023u;
        if (exponent == 31)
        {
            return sign | 0x7F800000 | (fraction << 13);
        }

        double value = exponent == 0 ? fraction * Math.Pow(2, -24) : (1024 + fraction) * Math.Pow(2, exponent - 25);
        return sign | BitConverter.SingleToUInt32Bits((float)value);
    }

    private static float Compute(NumberFunction function, double number) =>
        (float)(function switch
        {
            NumberFunction.NegativeExponential => -Math.Exp(number),
            NumberFunction.LogarithmOfNegative => Math.Log(-number),
            NumberFunction.ExponentOfNegative => Exponent((float)number),
            NumberFunction.Reciprocal => 1 / number,
            _ => throw new InvalidOperationException($"no such function: {function}"),
        });

    // The BF16 nearest to the logarithm, where its exponential is the number or a neighbour of it; else the logarithm.
    private static float Exponent(float number)
    {
        float logarithm = (float)Math.Log(-number);
        if (!float.IsFinite(logarithm))
        {
            return logarithm;
        }

        uint low = BitConverter.SingleToUInt32Bits(logarithm) & 0xFFFF_0000;
        uint high = low + 0x1_0000;
        float below = BitConverter.UInt32BitsToSingle(low);
        float above = BitConverter.UInt32BitsToSingle(high);
        double toBelow = Math.Abs((double)logarithm - below);
        double toAbove = Math.Abs((double)logarithm - above);
        float half = toBelow < toAbove || (toBelow == toAbove && (low & 0x1_0000) == 0) ? below : above;
        float made = -(float)Math.Exp(half);
        return made == number || MathF.BitIncrement(made) == number || MathF.BitDecrement(made) == number ? half : logarithm;
    }

    private static byte[] Unsigned(byte[] bytes)
    {
        Assert.IsTrue(bytes.All(value => value < 128));
        return bytes;
    }

    private static byte[] Take(TakenPayload taken, byte[] of)
    {
        List<byte> made = [];
        for (int group = 0; group < taken.Count; group++)
        {
            for (int item = 0; item < taken.Size; item++)
            {
                made.Add(of[(group * taken.Stride) + taken.Start + item]);
            }
        }

        return [.. made];
    }

    private static byte[] Join(JoinedPayload joined, byte[][] parts)
    {
        List<byte> made = [];
        for (int group = 0; group < joined.Count; group++)
        {
            foreach (byte[] part in parts)
            {
                Assert.AreEqual(0, part.Length % joined.Count);
                int share = part.Length / (int)joined.Count;
                made.AddRange(part[(group * share)..((group + 1) * share)]);
            }
        }

        return [.. made];
    }

    private static byte[] Exchange(ExchangedPayload exchanged, byte[] of)
    {
        Assert.HasCount((int)(exchanged.Outer * exchanged.Rows * exchanged.Columns * exchanged.UnitBytes), of);
        byte[] made = new byte[of.Length];
        for (long outer = 0; outer < exchanged.Outer; outer++)
        {
            for (long row = 0; row < exchanged.Rows; row++)
            {
                for (long column = 0; column < exchanged.Columns; column++)
                {
                    for (long item = 0; item < exchanged.UnitBytes; item++)
                    {
                        long from = (((outer * exchanged.Rows) + row) * exchanged.Columns) + column;
                        long to = (((outer * exchanged.Columns) + column) * exchanged.Rows) + row;
                        made[(to * exchanged.UnitBytes) + item] = of[(from * exchanged.UnitBytes) + item];
                    }
                }
            }
        }

        return made;
    }

    /// <summary>Element e of n lies in byte e / 2 where pairs lie together, and in byte e % (n / 2) where halves do.</summary>
    private static byte[] Move(byte[] block, bool apart)
    {
        int elements = block.Length * 2;
        (int Byte, bool High)[] pairs = [.. Enumerable.Range(0, elements).Select(element => (element / 2, element % 2 == 1))];
        (int Byte, bool High)[] halves = [
            .. Enumerable.Range(0, elements).Select(element => (element % block.Length, element >= block.Length))];
        byte[] made = new byte[block.Length];
        foreach (((int Byte, bool High) from, (int Byte, bool High) to) in apart ? pairs.Zip(halves) : halves.Zip(pairs))
        {
            int code = (block[from.Byte] >> (from.High ? 4 : 0)) & 15;
            made[to.Byte] |= (byte)(code << (to.High ? 4 : 0));
        }

        return made;
    }

    private static IEnumerable<uint> Wide(byte[] bytes, TensorType type) => type switch
    {
        TensorType.F32 => bytes.Chunk(4).Select(word => BinaryPrimitives.ReadUInt32LittleEndian(word)),
        TensorType.BF16 => bytes.Chunk(2).Select(word => (uint)BinaryPrimitives.ReadUInt16LittleEndian(word) << 16),
        TensorType.F16 => bytes.Chunk(2).Select(word => WideHalf(BinaryPrimitives.ReadUInt16LittleEndian(word))),
        TensorType.Q8_0 => bytes.Chunk(34).SelectMany(block => block[2..].Select(quant => BitConverter.SingleToUInt32Bits(
            BitConverter.UInt32BitsToSingle(WideHalf(BinaryPrimitives.ReadUInt16LittleEndian(block))) * (sbyte)quant))),
        _ => throw new ArgumentException($"{type} is not expected here", nameof(type)),
    };

    /// <summary>Takes only what was widened: anything else fails.</summary>
    private static byte[] Narrow(byte[] bytes, TensorType type)
    {
        List<byte> made = [];
        foreach (uint bits in Wide(bytes, TensorType.F32))
        {
            Assert.IsTrue(type != TensorType.BF16 || bits << 16 == 0);
            ushort word = type == TensorType.BF16 ? (ushort)(bits >> 16) : HalfOfSingle[bits];
            made.AddRange([(byte)word, (byte)(word >> 8)]);
        }

        return [.. made];
    }

    private static byte[] Words(IEnumerable<uint> words) =>
        [.. words.SelectMany(word => new[] { (byte)word, (byte)(word >> 8), (byte)(word >> 16), (byte)(word >> 24) })];
}
