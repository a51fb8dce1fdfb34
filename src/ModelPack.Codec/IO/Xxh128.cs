using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.IO;

/// <summary>
/// XXH128 of a stream: the same hash as <see cref="XxHash128"/>, at full speed from the first byte. That class has to be recompiled before
/// it is fast, which takes the first 200 MB of a process. Without AVX2 it does the work here too.
/// </summary>
internal sealed class Xxh128
{
    private const int StripeBytes = 64;
    private const int BufferBytes = 4 * StripeBytes;
    private const int StripesPerBlock = (SecretBytes - StripeBytes) / 8;
    private const int SecretBytes = 192;
    private const int LongestShortInput = 240;
    private const uint Prime32x1 = 0x9E3779B1;
    private const uint Prime32x2 = 0x85EBCA77;
    private const uint Prime32x3 = 0xC2B2AE3D;
    private const ulong Prime64x1 = 0x9E3779B185EBCA87;
    private const ulong Prime64x2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime64x3 = 0x165667B19E3779F9;
    private const ulong Prime64x4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime64x5 = 0x27D4EB2F165667C5;

    private readonly XxHash128? portable;

    // The end of the stream is held back: it is hashed differently. Behind what is held stand the bytes before it, of which the last stripe
    // may need some.
    private readonly byte[] buffer;
    private int buffered;
    private ulong length;
    private State state;

    public Xxh128()
    {
        portable = Avx2.IsSupported ? null : new();
        buffer = new byte[BufferBytes];
        state = State.Initial;
    }

    private Xxh128(Xxh128 other)
    {
        portable = other.portable?.Clone();
        buffer = [.. other.buffer];
        buffered = other.buffered;
        length = other.length;
        state = other.state;
    }

    /// <summary>The same stream up to here, to be continued otherwise.</summary>
    public Xxh128 Clone() => new(this);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (portable is not null)
        {
            portable.Append(bytes);
            return;
        }

        length += (ulong)bytes.Length;
        if (bytes.Length > BufferBytes - buffered)
        {
            if (buffered > 0)
            {
                int missing = BufferBytes - buffered;
                bytes[..missing].CopyTo(buffer.AsSpan(buffered));
                bytes = bytes[missing..];
                buffered = 0;
                Accumulate(ref state, buffer);
            }

            if (bytes.Length > BufferBytes)
            {
                int whole = (bytes.Length - 1) / BufferBytes * BufferBytes;
                Accumulate(ref state, bytes[..whole]);
                bytes.Slice(whole - StripeBytes, StripeBytes).CopyTo(buffer.AsSpan(BufferBytes - StripeBytes));
                bytes = bytes[whole..];
            }
        }

        bytes.CopyTo(buffer.AsSpan(buffered));
        buffered += bytes.Length;
    }

    /// <summary>Ends the stream and begins a new one.</summary>
    public Hash128 Finish()
    {
        Hash128 hash = portable is not null ? FinishPortable(portable)
            : length <= LongestShortInput ? Hash128.Of(buffer.AsSpan(0, (int)length))
            : FinishLong();
        portable?.Reset();
        buffered = 0;
        length = 0;
        state = State.Initial;
        return hash;
    }

    private static Hash128 FinishPortable(XxHash128 portable)
    {
        Span<byte> hash = stackalloc byte[Hash128.Length];
        portable.GetCurrentHash(hash);
        return Hash128.Read(hash);
    }

    private Hash128 FinishLong()
    {
        int whole = (buffered - 1) / StripeBytes * StripeBytes;
        Accumulate(ref state, buffer.AsSpan(0, whole));
        Span<byte> last = stackalloc byte[StripeBytes];
        int old = Math.Max(0, StripeBytes - buffered);
        buffer.AsSpan(BufferBytes - old).CopyTo(last);
        buffer.AsSpan(buffered - (StripeBytes - old), StripeBytes - old).CopyTo(last[old..]);
        ReadOnlySpan<ulong> lastStripe = MemoryMarshal.Cast<byte, ulong>(last);
        Mix(ref state.Low, Vector256.Create(lastStripe), Key(SecretBytes - StripeBytes - 7));
        Mix(ref state.High, Vector256.Create(lastStripe[4..]), Key(SecretBytes - StripeBytes - 7 + 32));
        return new Hash128(
            Merge(state, SecretBytes - StripeBytes - 11, ~(length * Prime64x2)),
            Merge(state, 11, length * Prime64x1));
    }

    // Whole stripes. Of the secret, each stripe of a block uses the part 8 bytes further on; a full block ends with a scramble.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(ref State state, ReadOnlySpan<byte> stripes)
    {
        if (Avx512F.IsSupported)
        {
            AccumulateWide(ref state, stripes);
            return;
        }

        ReadOnlySpan<Vector256<ulong>> input = MemoryMarshal.Cast<byte, Vector256<ulong>>(stripes);
        Vector256<ulong> low = state.Low;
        Vector256<ulong> high = state.High;
        int stripe = state.Stripe;
        for (int i = 0; i <= input.Length - 2; i += 2)
        {
            Mix(ref low, input[i], Key(stripe * 8));
            Mix(ref high, input[i + 1], Key((stripe * 8) + 32));
            if (++stripe == StripesPerBlock)
            {
                low = Scramble(low, Key(SecretBytes - StripeBytes));
                high = Scramble(high, Key(SecretBytes - StripeBytes + 32));
                stripe = 0;
            }
        }

        state.Low = low;
        state.High = high;
        state.Stripe = stripe;
    }

    // The same with both halves in one register.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AccumulateWide(ref State state, ReadOnlySpan<byte> stripes)
    {
        ReadOnlySpan<Vector512<ulong>> input = MemoryMarshal.Cast<byte, Vector512<ulong>>(stripes);
        Vector512<ulong> lanes = Vector512.Create(state.Low, state.High);
        Vector512<uint> prime = Vector512.Create((ulong)Prime32x1).AsUInt32();
        int stripe = state.Stripe;
        for (int i = 0; i < input.Length; i++)
        {
            Vector512<uint> keyed = (input[i] ^ WideKey(stripe * 8)).AsUInt32();
            Vector512<ulong> product = Avx512F.Multiply(keyed, Avx512F.Shuffle(keyed, 0b11_11_01_01));
            lanes += Avx512F.Shuffle(input[i].AsUInt32(), 0b01_00_11_10).AsUInt64() + product;
            if (++stripe == StripesPerBlock)
            {
                Vector512<ulong> scrambled = lanes ^ (lanes >>> 47) ^ WideKey(SecretBytes - StripeBytes);
                lanes = Avx512F.Multiply(scrambled.AsUInt32(), prime) + (Avx512F.Multiply((scrambled >>> 32).AsUInt32(), prime) << 32);
                stripe = 0;
            }
        }

        state.Low = lanes.GetLower();
        state.High = lanes.GetUpper();
        state.Stripe = stripe;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> WideKey(int offset) => Vector512.Create(Secret.Slice(offset, StripeBytes)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Key(int offset) => Vector256.Create(Secret.Slice(offset, 32)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Vector256<ulong> lanes, Vector256<ulong> input, Vector256<ulong> key)
    {
        Vector256<uint> keyed = (input ^ key).AsUInt32();
        Vector256<ulong> product = Avx2.Multiply(keyed, Avx2.Shuffle(keyed, 0b11_11_01_01));
        lanes += Avx2.Shuffle(input.AsUInt32(), 0b01_00_11_10).AsUInt64() + product;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Scramble(Vector256<ulong> lanes, Vector256<ulong> key)
    {
        Vector256<ulong> keyed = lanes ^ (lanes >>> 47) ^ key;
        Vector256<uint> prime = Vector256.Create((ulong)Prime32x1).AsUInt32();
        return Avx2.Multiply(keyed.AsUInt32(), prime) + (Avx2.Multiply((keyed >>> 32).AsUInt32(), prime) << 32);
    }

    private static ulong Merge(in State state, int secretOffset, ulong start)
    {
        ReadOnlySpan<byte> secret = Secret[secretOffset..];
        ulong hash = start;
        for (int lane = 0; lane < 8; lane += 2)
        {
            Vector256<ulong> half = lane < 4 ? state.Low : state.High;
            ulong left = half[lane % 4] ^ BinaryPrimitives.ReadUInt64LittleEndian(secret[(lane * 8)..]);
            ulong right = half[(lane % 4) + 1] ^ BinaryPrimitives.ReadUInt64LittleEndian(secret[((lane + 1) * 8)..]);
            ulong folded = Math.BigMul(left, right, out ulong lower);
            hash += folded ^ lower;
        }

        hash ^= hash >> 37;
        hash *= 0x165667919E3779F9;
        return hash ^ (hash >> 32);
    }

    /// <summary>The secret of XXH3 for an unseeded hash.</summary>
    private static ReadOnlySpan<byte> Secret =>
    [
        0xB8, 0xFE, 0x6C, 0x39, 0x23, 0xA4, 0x4B, 0xBE, 0x7C, 0x01, 0x81, 0x2C, 0xF7, 0x21, 0xAD, 0x1C,
        0xDE, 0xD4, 0x6D, 0xE9, 0x83, 0x90, 0x97, 0xDB, 0x72, 0x40, 0xA4, 0xA4, 0xB7, 0xB3, 0x67, 0x1F,
        0xCB, 0x79, 0xE6, 0x4E, 0xCC, 0xC0, 0xE5, 0x78, 0x82, 0x5A, 0xD0, 0x7D, 0xCC, 0xFF, 0x72, 0x21,
        0xB8, 0x08, 0x46, 0x74, 0xF7, 0x43, 0x24, 0x8E, 0xE0, 0x35, 0x90, 0xE6, 0x81, 0x3A, 0x26, 0x4C,
        0x3C, 0x28, 0x52, 0xBB, 0x91, 0xC3, 0x00, 0xCB, 0x88, 0xD0, 0x65, 0x8B, 0x1B, 0x53, 0x2E, 0xA3,
        0x71, 0x64, 0x48, 0x97, 0xA2, 0x0D, 0xF9, 0x4E, 0x38, 0x19, 0xEF, 0x46, 0xA9, 0xDE, 0xAC, 0xD8,
        0xA8, 0xFA, 0x76, 0x3F, 0xE3, 0x9C, 0x34, 0x3F, 0xF9, 0xDC, 0xBB, 0xC7, 0xC7, 0x0B, 0x4F, 0x1D,
        0x8A, 0x51, 0xE0, 0x4B, 0xCD, 0xB4, 0x59, 0x31, 0xC8, 0x9F, 0x7E, 0xC9, 0xD9, 0x78, 0x73, 0x64,
        0xEA, 0xC5, 0xAC, 0x83, 0x34, 0xD3, 0xEB, 0xC3, 0xC5, 0x81, 0xA0, 0xFF, 0xFA, 0x13, 0x63, 0xEB,
        0x17, 0x0D, 0xDD, 0x51, 0xB7, 0xF0, 0xDA, 0x49, 0xD3, 0x16, 0x55, 0x26, 0x29, 0xD4, 0x68, 0x9E,
        0x2B, 0x16, 0xBE, 0x58, 0x7D, 0x47, 0xA1, 0xFC, 0x8F, 0xF8, 0xB8, 0xD1, 0x7A, 0xD0, 0x31, 0xCE,
        0x45, 0xCB, 0x3A, 0x8F, 0x95, 0x16, 0x04, 0x28, 0xAF, 0xD7, 0xFB, 0xCA, 0xBB, 0x4B, 0x40, 0x7E,
    ];

    private record struct State
    {
        public static readonly State Initial = new()
        {
            Low = Vector256.Create(Prime32x3, Prime64x1, Prime64x2, Prime64x3),
            High = Vector256.Create(Prime64x4, Prime32x2, Prime64x5, Prime32x1),
        };

        public Vector256<ulong> Low;
        public Vector256<ulong> High;
        public int Stripe;
    }
}
