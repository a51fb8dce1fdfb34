using System.Buffers.Binary;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>
/// The table of SentencePiece's normalizer: the size of a trie in bytes, the trie as a double array, and the texts that it leads to, each
/// with a zero behind it.
/// </summary>
internal static class Charsmap
{
    private const uint IsValue = 1u << 31;
    private const uint HasValue = 1 << 8;
    private const uint FarDistance = 1 << 9;
    private const int DistanceShift = 10;

    /// <summary>True if tabs and line breaks become spaces. Otherwise SentencePiece and the runtime see them as characters like any
    /// other.</summary>
    public static bool MakesSpacesOfLineBreaks(ReadOnlySpan<byte> table) =>
        BecomesSpace(table, '\t') && BecomesSpace(table, '\n') && BecomesSpace(table, '\r');

    private static bool BecomesSpace(ReadOnlySpan<byte> table, char sign)
    {
        if (table.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(table) is var size && size > table.Length - sizeof(uint))
        {
            return false;
        }

        ReadOnlySpan<byte> trie = table.Slice(sizeof(uint), (int)size);
        ReadOnlySpan<byte> texts = table[(sizeof(uint) + (int)size)..];
        if (!TryUnit(trie, 0, out uint root) || !TryUnit(trie, Distance(root) ^ sign, out uint child)
            || (child & (IsValue | byte.MaxValue)) != sign || (child & HasValue) == 0
            || !TryUnit(trie, Distance(root) ^ sign ^ Distance(child), out uint value))
        {
            return false;
        }

        return (value & ~IsValue) is var start && start < texts.Length && texts[(int)start..].StartsWith(" \0"u8);
    }

    private static uint Distance(uint unit) => (unit >> DistanceShift) << ((unit & FarDistance) != 0 ? 8 : 0);

    private static bool TryUnit(ReadOnlySpan<byte> trie, uint place, out uint unit)
    {
        bool there = place < (uint)trie.Length / sizeof(uint);
        unit = there ? BinaryPrimitives.ReadUInt32LittleEndian(trie[((int)place * sizeof(uint))..]) : 0;
        return there;
    }
}
