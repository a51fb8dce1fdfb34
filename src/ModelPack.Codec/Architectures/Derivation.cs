using System.Collections.Frozen;
using ModelPack.Architectures.Names;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Json;

namespace ModelPack.Architectures;

/// <summary>Something to say about a file that was derived or could not be.</summary>
/// <param name="File">The file.</param>
/// <param name="Text">What the report in the folder says below its name.</param>
/// <param name="Ranked">What the conversion says.</param>
internal readonly record struct DerivationNote(string File, string Text, RankedNote Ranked);

/// <summary>One derivation at work: GGUF keys and tensors, and the files and notes so far.</summary>
internal sealed class Derivation
{
    private readonly List<Companion> files = [];
    private readonly List<DerivationNote> notes = [];
    private readonly FrozenDictionary<string, TensorInfo> names;
    private readonly ByteSource payloads;
    private readonly HashSet<string> recorded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RankedNote> refused = new(StringComparer.Ordinal);

    public Derivation(IReadOnlyList<MetadataEntry> metadata, IReadOnlyList<TensorInfo> tensors, ByteSource payloads)
    {
        Keys = new MetadataKeys(metadata);
        Architecture = Keys.Text(GgufFormat.ArchitectureKey);
        Tensors = tensors;
        this.payloads = payloads;
        names = tensors.ToFrozenDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    public Reading<string> Architecture { get; }

    /// <summary>The tensors under their GGUF names.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    public MetadataKeys Keys { get; }

    public IReadOnlyList<Companion> Files => files;

    public IReadOnlyList<DerivationNote> Notes => notes;

    public TensorInfo? FindTensor(string name) => names.GetValueOrDefault(name);

    public bool HasTensor(string name) => names.ContainsKey(name);

    public byte[] ReadPayload(TensorInfo tensor) => payloads.ReadBytes(tensor.Offset, checked((int)tensor.ByteLength));

    /// <summary>The rows of a table before the zeros at its end.</summary>
    public long OwnRows(TensorInfo table) =>
        ZeroRows.Own(table, (start, length) => payloads.ReadBytes(table.Offset + start, length));

    public bool IsRecorded(string file) => recorded.Contains(file);

    public void Note(string file, string text, NoteRank rank = NoteRank.MayBeMissed) =>
        notes.Add(new DerivationNote(file, text, new(rank, $"{file}: {text}")));

    /// <summary>Notes that a file is not written, and why.</summary>
    public void Refuse(string file, string reason, NoteRank rank = NoteRank.MayBeMissed)
    {
        Note(file, $"{file} cannot be derived: {reason}", rank);
        refused.TryAdd(file, notes[^1].Ranked);
    }

    /// <summary>What was said of a file that is not written; null if nothing was.</summary>
    public RankedNote? RefusalOf(string file) => refused.TryGetValue(file, out RankedNote note) ? note : default(RankedNote?);

    /// <summary>Notes the keys below a prefix that gave no field.</summary>
    public void NoteUnread(string file, string prefix)
    {
        foreach (string key in Keys.Unread(prefix))
        {
            Note(file, $"{SafeText.Shorten(key)} has no field and is not carried over");
        }
    }

    public void Add(string file, ReadOnlyMemory<byte> bytes) => files.Add(new Companion(file, bytes));

    /// <summary>Adds a file whose original bytes the GGUF holds.</summary>
    public void AddRecorded(string file, ReadOnlyMemory<byte> bytes)
    {
        recorded.Add(file);
        Add(file, bytes);
    }

    /// <summary>Adds a file of sorted fields as transformers writes it (hf-companions.md §1.1).</summary>
    public void Add(string file, JsonFields fields, JsonCharacters characters) => Add(file, fields.Write, characters);

    /// <summary>Adds a file that is not one object.</summary>
    public void Add(string file, Action<JsonText> write, JsonCharacters characters)
    {
        JsonText text = new(characters);
        write(text);
        text.NewLineAtEnd();
        Add(file, text.ToArray());
    }
}
