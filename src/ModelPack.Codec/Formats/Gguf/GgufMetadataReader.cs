using System.Buffers;
using System.Text;

namespace ModelPack.Formats.Gguf;

/// <summary>Reads the key-value pairs (gguf.md §1.4). Values stay slices of the header.</summary>
internal sealed class GgufMetadataReader(GgufHeaderBuffer buffer, GgufNotes notes)
{
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.");
    private static readonly SearchValues<char> ArchitectureCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.-");

    private readonly List<Slot> slots = [];
    private readonly List<(string Key, int Start)> odd = [];
    private readonly Dictionary<string, int> index = new(StringComparer.Ordinal);
    private readonly GgufValueScanner scanner = new(buffer, notes);

    /// <summary>The place of each key in the list.</summary>
    public IReadOnlyDictionary<string, int> Index => index;

    /// <summary>Reads the key-value pairs. How many there are is checked before the first is read.</summary>
    public void Read(ulong count)
    {
        if (count > GgufFormat.MaximumKeys)
        {
            throw buffer.Refuse(
                GgufErrors.KeyLimit, $"the file announces {count} keys, {GgufFormat.MaximumKeys} at most are read",
                buffer.Position - buffer.Encoding.LengthBytes);
        }

        slots.Capacity = (int)count;
        index.EnsureCapacity((int)count);
        long text = 0;
        for (ulong pair = 0; pair < count; pair++)
        {
            int keyStart = buffer.Position;
            string key = ReadKey();
            text += key.Length;
            if (text > GgufFormat.MaximumKeyText)
            {
                throw buffer.Refuse(
                    GgufErrors.KeyLimit,
                    $"the first {pair + 1} keys have {text} bytes together, {GgufFormat.MaximumKeyText} at most are read", keyStart);
            }

            if (!index.TryAdd(key, slots.Count))
            {
                throw buffer.Refuse(GgufErrors.DuplicateKey, $"the key '{key}' occurs twice", keyStart);
            }

            GgufValueType type = scanner.Scan(key, out int start);
            slots.Add(new Slot(key, type, start, buffer.Position - start));
        }

        NoteOddKeys();
    }

    /// <summary>The alignment that the metadata states (gguf.md §1.6, R-ALIGN).</summary>
    public long ReadAlignment()
    {
        if (!index.TryGetValue(GgufFormat.AlignmentKey, out int place))
        {
            return GgufFormat.DefaultAlignment;
        }

        Slot slot = slots[place];
        if (slot.Type != GgufValueType.UInt32)
        {
            throw buffer.Refuse(GgufErrors.Alignment, $"general.alignment has type {GgufValueTypes.Name(slot.Type)}", slot.Start);
        }

        uint alignment = buffer.Encoding.UInt32(buffer.Slice(slot.Start, slot.Length).Span);
        return uint.IsPow2(alignment)
            ? alignment
            : throw buffer.Refuse(GgufErrors.Alignment, $"general.alignment is {alignment}", slot.Start);
    }

    /// <summary>The values, over the bytes as they stand now: called when the header is read to its end and the buffer no longer
    /// moves.</summary>
    public MetadataEntry[] ToEntries() =>
        [.. slots.Select(slot => new MetadataEntry(slot.Key, Value(slot)))];

    private GgufValue Value(Slot slot) => new(slot.Type, buffer.Slice(slot.Start, slot.Length), buffer.Encoding);

    private string ReadKey()
    {
        int start = buffer.Position;
        ReadOnlySpan<byte> bytes = buffer.ReadString("key");
        if (!IsKey(bytes))
        {
            string shown = System.Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, 32)]);
            throw buffer.Refuse(GgufErrors.Key, $"a key has {bytes.Length} bytes and begins with the bytes '{shown}'", start);
        }

        string key = Encoding.ASCII.GetString(bytes);

        if (key.AsSpan().ContainsAnyExcept(KeyCharacters))
        {
            odd.Add((key, start));
        }

        return key;
    }

    // gguf.md K-KEY: digits stand in the names of most architectures, and the keys of command-r or nomic-bert begin with a name that has a
    // hyphen; only the rest is worth a note.
    private void NoteOddKeys()
    {
        string prefix = index.TryGetValue(GgufFormat.ArchitectureKey, out int place) && slots[place].Type == GgufValueType.String
            ? Encoding.Latin1.GetString(Value(slots[place]).StringBytes.Span) + "."
            : ".";
        foreach ((string key, int start) in odd)
        {
            bool isOwn = key.StartsWith(prefix, StringComparison.Ordinal) && !prefix.AsSpan().ContainsAnyExcept(ArchitectureCharacters)
                && !key.AsSpan(prefix.Length).ContainsAnyExcept(KeyCharacters);
            if (!isOwn)
            {
                notes.Keep("K-KEY", "keys that are not lower snake case are kept", key, start);
            }
        }
    }

    /// <summary>R-KEY.</summary>
    internal static bool IsKey(ReadOnlySpan<byte> bytes) =>
        bytes.Length is > 0 and <= GgufFormat.MaximumKeyBytes && !bytes.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E);

    private readonly record struct Slot(string Key, GgufValueType Type, int Start, int Length);
}
