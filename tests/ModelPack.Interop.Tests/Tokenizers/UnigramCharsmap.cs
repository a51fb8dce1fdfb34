using System.Buffers.Binary;
using System.Text;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>
/// Makes the table of SentencePiece's normalizer: the length of a trie, the trie as a double array, and the texts that it leads to, each
/// with a zero behind it. A unit of the array holds the byte that leads to it, the distance to its children, and whether one of these, by
/// the byte 0, holds a value.
/// </summary>
internal static class UnigramCharsmap
{
    private const int DistanceShift = 10;
    private const uint HasValue = 1 << 8;
    private const uint IsValue = 1u << 31;

    public static byte[] Make(IReadOnlyList<(string From, string To)> replacements)
    {
        Node root = new();
        List<byte> texts = [];
        foreach ((string from, string to) in replacements)
        {
            Node node = root;
            foreach (byte step in Encoding.UTF8.GetBytes(from))
            {
                node = node.Children.TryGetValue(step, out Node? next) ? next : node.Children[step] = new();
            }

            node.Value = texts.Count;
            texts.AddRange([.. Encoding.UTF8.GetBytes(to), 0]);
        }

        List<uint?> units = [0];
        Place(root, 0, units);
        byte[] table = new byte[sizeof(uint) * (1 + units.Count)];
        BinaryPrimitives.WriteInt32LittleEndian(table, sizeof(uint) * units.Count);
        for (int i = 0; i < units.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(sizeof(uint) * (i + 1)), units[i] ?? 0);
        }

        return [.. table, .. texts];
    }

    /// <summary>Finds a distance at which all children fall on free units.</summary>
    private static void Place(Node node, int at, List<uint?> units)
    {
        byte[] steps = [.. node.Children.Keys, .. node.Value is null ? Array.Empty<byte>() : [0]];
        int distance = 1;
        while (steps.Any(step => units.ElementAtOrDefault(at ^ distance ^ step) is not null || (at ^ distance ^ step) == 0))
        {
            distance++;
        }

        units[at] |= ((uint)distance << DistanceShift) | (node.Value is null ? 0 : HasValue);

        // A reader looks for the child of any byte.
        int end = ((at ^ distance) | byte.MaxValue) + 1;
        units.AddRange(Enumerable.Repeat<uint?>(null, Math.Max(0, end - units.Count)));
        foreach (byte step in steps)
        {
            units[at ^ distance ^ step] = step == 0 ? IsValue | (uint)node.Value! : step;
        }

        foreach ((byte step, Node child) in node.Children)
        {
            Place(child, at ^ distance ^ step, units);
        }
    }

    private sealed class Node
    {
        public SortedDictionary<byte, Node> Children { get; } = [];

        public int? Value { get; set; }
    }
}
