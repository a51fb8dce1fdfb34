using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.Tensors.Payloads;

namespace ModelPack;

/// <summary>One opened model file: header parsed and checked, payloads still on disk.</summary>
public abstract class ModelFile : IDisposable
{
    /// <summary>Tensors that room is made for before they are read: what a header announces is not believed beyond.</summary>
    internal const int LikelyTensors = 1 << 17;

    /// <summary>Name of the metadata key that holds the origin record, in every format.</summary>
    internal const string OriginKey = "modelpack.origin";

    private RecordBudget? budget;

    private protected ModelFile(ByteSource source) => Source = source;

    /// <summary>The bytes of the file. Disposed with this object.</summary>
    internal ByteSource Source { get; }

    /// <summary>The container format.</summary>
    internal abstract ModelFormat Format { get; }

    /// <summary>One line for people: format, version, byte order, dialect.</summary>
    public string FormatDescription => FormatDescriptionCore;

    private protected abstract string FormatDescriptionCore { get; }

    /// <summary>The tensors in the order of the file's records.</summary>
    internal abstract IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>The metadata in the order of the file.</summary>
    internal abstract IReadOnlyList<MetadataEntry> Metadata { get; }

    /// <summary>What is odd but legal (rules K-…), as far as the header shows it.</summary>
    internal abstract IReadOnlyList<Note> Notes { get; }

    /// <summary>Name of the model's architecture, if the metadata names one.</summary>
    internal abstract string? Architecture { get; }

    /// <summary>The value of the metadata key <c>modelpack.origin</c>, decoded to bytes; null if the file has none.</summary>
    internal abstract ReadOnlyMemory<byte>? OriginRecord { get; }

    /// <summary>What is to be said of the path that the file was found under.</summary>
    internal IReadOnlyList<Note> PathNotes { get; set; } = [];

    /// <summary>What of <see cref="Notes"/> says how the path was understood.</summary>
    internal IReadOnlyList<Note> Understood { get; set; } = [];

    /// <summary>How the paths of models were understood, for reports that have no other notes of a file.</summary>
    internal static ImmutableArray<string> PathsOf(params ReadOnlySpan<ModelFile> files)
    {
        List<Note> all = [];
        foreach (ModelFile file in files)
        {
            all.AddRange(file.Understood);
        }

        return PathsOf(all);
    }

    /// <summary>The same for what was said of paths.</summary>
    internal static ImmutableArray<string> PathsOf(IEnumerable<Note> understood) =>
        [.. understood.Select(note => $"{note.Rule}: {note.Text}").Distinct(StringComparer.Ordinal)];

    /// <summary>What the records within may ask for. A file that a record describes shares that of the container.</summary>
    internal RecordBudget Budget
    {
        get => budget ??= new(Source.Length);
        set => budget = value;
    }

    /// <summary>The file's or folder's own name.</summary>
    internal string ShortName => Path.GetFileName(Path.TrimEndingDirectorySeparator(Source.Name));

    /// <summary>The file's tensors, and after them those of its side file (<see cref="SideFile"/>).</summary>
    internal virtual IReadOnlyList<TensorInfo> AllTensors => Tensors;

    /// <summary>The side file of the model, opened; null if it has none.</summary>
    internal virtual ModelFile? SideModel => null;

    /// <summary>What lies in the folder of the model and is not carried.</summary>
    internal virtual ImmutableArray<LeftOutFile> LeftOut => [];

    /// <summary>The file with the model's own metadata: this one, or the first of a set that holds tensors.</summary>
    internal virtual ModelFile First => this;

    /// <summary>The files that <see cref="Source"/> runs through: this one, or the members of a set.</summary>
    internal virtual IReadOnlyList<ModelSetMember> AllMembers => [new(ShortName, 0, Source.Length, this, Source)];

    /// <summary>Gives back the memory of a step in which what is not a payload was read (<see cref="IO.SpentMemory"/>).</summary>
    internal void GiveBackMemory() => SpentMemory.GiveBack(AllTensors.Count, Source.Length - AllTensors.Sum(tensor => tensor.ByteLength));

    /// <summary>The stored bytes of a tensor.</summary>
    /// <param name="tensor">Its place in <see cref="AllTensors"/>.</param>
    internal ByteSource OpenPayload(int tensor) => new RangeByteSource(Source, AllTensors[tensor].Offset, AllTensors[tensor].ByteLength);

    /// <summary>Where each of several files ends; none for a single one.</summary>
    internal IReadOnlyList<long> MemberEnds => AllMembers.Count == 1 ? [] : [.. AllMembers.Select(member => member.Start + member.Length)];

    /// <summary>Which of the files of <see cref="Source"/> end in a CRC-32 of everything before it.</summary>
    internal virtual ImmutableArray<FootedFile> Footed => [];

    /// <summary>Reads what lies between the payloads, which opening does not touch, and says what is odd about it.</summary>
    internal virtual IEnumerable<Note> PaddingNotes(CancellationToken cancellation) => [];

    /// <summary>Says what part of the header stands at an offset before the first payload.</summary>
    internal virtual string HeaderPart(long offset) => "the header";

    /// <summary>Checks the file's own checksum, if it has one, in a pass over the whole file. Opening a file does not.</summary>
    /// <exception cref="ModelFormatException">The checksum is wrong (apr-v2.md R-FOOTER): some byte of the file is not the one that was
    /// written.</exception>
    internal virtual void CheckFooter(CancellationToken cancellation = default)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Source.Dispose();
        GC.SuppressFinalize(this);
    }
}
