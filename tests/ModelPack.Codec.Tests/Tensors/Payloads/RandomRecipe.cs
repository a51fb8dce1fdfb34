using System.Runtime.InteropServices;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Tensors.Payloads;

/// <summary>Recipes of all kinds, one in another, that keep to the rules.</summary>
internal sealed class RandomRecipe
{
    private const int MostBytes = 20_000;

    private readonly Random random;

    public RandomRecipe(int seed)
    {
        random = new(seed);
        Payloads = [.. new[] { 0, 34, 96, 340, 4096, 7344 }.Select(Bytes)];
    }

    /// <summary>The payloads that the recipes take from.</summary>
    public byte[][] Payloads { get; }

    /// <summary>The lengths of the payloads.</summary>
    public long[] Lengths => [.. Payloads.Select(payload => (long)payload.Length)];

    /// <summary>Makes a recipe.</summary>
    public PayloadRecipe Next(int depth)
    {
        if (depth == 0)
        {
            int tensor = random.Next(Payloads.Length);
            return random.Next(6) == 0 ? new LiteralPayload(Bytes(random.Next(40))) : new StoredPayload(tensor, Payloads[tensor].Length);
        }

        PayloadRecipe inner = Next(depth - 1);
        PayloadRecipe made = random.Next(9) switch
        {
            0 or 1 when inner.Length > 0 => Taken(inner),
            2 or 3 => Joined(inner, depth),
            4 or 5 when inner.Length > 0 => Exchanged(inner),
            6 when inner.Length % 4 == 0 && random.Next(3) == 0 =>
                random.Next(2) == 0
                ? new ShiftedPayload(Finite(inner), 1.5f)
                : new ComputedPayload(Finite(inner), (NumberFunction)random.Next(4)),
            6 when inner.Length % 2 == 0 => new ReversedPayload(inner, inner.Length % 8 == 0 ? TensorType.F64 : TensorType.F16),
            7 when inner.Length % 34 == 0 && inner.Length < MostBytes / 4 => new WidenedPayload(inner, TensorType.Q8_0),
            7 when inner.Length % 2 == 0 && inner.Length < MostBytes =>
                Widened(inner, random.Next(2) == 0 ? TensorType.F16 : TensorType.BF16),
            8 when inner.Length < 4096 && random.Next(3) == 0 => new UnsignedPayload(new LiteralPayload(Small((int)inner.Length))),
            8 when inner.Length % 4 == 0 => new NibblesPayload(inner, inner.Length % 16 == 0 ? 16 : 4, random.Next(2) == 0),
            _ => inner,
        };
        return made.Length <= MostBytes ? made : inner;
    }

    private byte[] Small(int length) => [.. Bytes(length).Select(value => (byte)(value & 127))];

    private PayloadRecipe Widened(PayloadRecipe inner, TensorType type) =>
        random.Next(2) == 0 ? new WidenedPayload(inner, type) : new NarrowedPayload(new WidenedPayload(inner, type), type);

    // NaN plus a number is any NaN; here every code is to be compared. These are numbers that each function has a result for.
    private LiteralPayload Finite(PayloadRecipe inner) =>
        new(MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, (int)inner.Length / 4).Select(_ => random.NextSingle() - 2)]).ToArray());

    private TakenPayload Taken(PayloadRecipe inner)
    {
        long count = Divisor(inner.Length);
        long stride = inner.Length / count;
        long start = random.NextInt64(stride);
        return new(inner, start, random.NextInt64(1, stride - start + 1), stride, count);
    }

    private JoinedPayload Joined(PayloadRecipe inner, int depth)
    {
        long count = inner.Length == 0 ? random.Next(1, 5) : Divisor(inner.Length);
        List<PayloadRecipe> parts = [inner];
        for (int i = random.Next(4); i > 0; i--)
        {
            PayloadRecipe other = random.Next(3) == 0 ? new LiteralPayload(default) : Next(depth - 1);
            if (other.Length % count == 0 && other.Length < 4096)
            {
                parts.Insert(random.Next(parts.Count + 1), other);
            }
        }

        return new([.. parts], count);
    }

    private PayloadRecipe Exchanged(PayloadRecipe inner)
    {
        long outer = Divisor(inner.Length);
        long rows = Divisor(inner.Length / outer);
        long columns = Divisor(inner.Length / outer / rows);
        return new ExchangedPayload(inner, outer, rows, columns, inner.Length / outer / rows / columns);
    }

    private long Divisor(long of)
    {
        long[] divisors = [.. Enumerable.Range(1, (int)Math.Min(of, 300)).Select(value => (long)value).Where(value => of % value == 0)];
        return divisors[random.Next(divisors.Length)];
    }

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
