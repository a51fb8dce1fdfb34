using System.Runtime.InteropServices;

namespace ModelPack.Interop.Tests;

/// <summary>Random bytes, the same in every run (SplitMix64).</summary>
internal sealed class RandomBytes(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        ulong mixed = state += 0x9E37_79B9_7F4A_7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return mixed ^ (mixed >> 31);
    }

    public int Below(int limit) => (int)(Next() % (ulong)limit);

    public void Fill(Span<byte> bytes)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Next();
        }

        ulong last = Next();
        for (int i = words.Length * sizeof(ulong); i < bytes.Length; i++, last >>= 8)
        {
            bytes[i] = (byte)last;
        }
    }
}
