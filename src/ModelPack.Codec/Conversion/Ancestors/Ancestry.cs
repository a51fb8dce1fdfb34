using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Origin;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Ancestors;

/// <summary>
/// What a file was made from. A record is data in a file, and whoever writes the file writes the record: it counts only if converting what
/// it describes gives this very container, the record's recipes included (<see cref="Parent"/>). The model is that of the oldest file that
/// is reached by records that count: whatever containers it went through, it is planned in that file's words, so that the way taken does
/// not change the output. A file without such a record speaks for itself.
/// </summary>
internal sealed record Ancestry
{
    /// <summary>Most conversions that records are followed through.</summary>
    public const int MaximumSteps = 16;

    /// <summary>The file whose ancestry this is.</summary>
    public required ModelFile File { get; init; }

    /// <summary>The file that it was made from; null if it has no record, or one that does not count.</summary>
    public Parent? Parent { get; init; }

    /// <summary>Why the record of the file does not count; null if nothing is wrong with it, or there is none.</summary>
    public RecordDoubt? Doubt { get; init; }

    /// <summary>Whether the file holds a record that is not asked: the file was edited.</summary>
    public bool LeftBehind { get; init; }

    /// <summary>The file whose words the model is planned in: the oldest one, or the file itself.</summary>
    public required ModelFile Root { get; init; }

    /// <summary>The tensors of <see cref="Root"/>: little-endian where the order of bytes is understood, carried ones under their own
    /// type.</summary>
    public required ImmutableArray<ModelTensor> Tensors { get; init; }

    /// <summary>The records on the way to <see cref="Root"/>, in terms of the file's payloads: if a hash in them is wrong, the file was
    /// edited.</summary>
    public ImmutableArray<OriginRecord> Records { get; init; } = [];

    /// <summary>What the file shows on the way, beside what it is made of: if these differ, it was edited.</summary>
    public ImmutableArray<ShownPayload> Shown { get; init; } = [];

    /// <summary>This ancestry and those of the files before, the oldest last.</summary>
    public IEnumerable<Ancestry> Line()
    {
        for (Ancestry? line = this; line is not null; line = line.Parent?.Ancestry)
        {
            yield return line;
        }
    }

    /// <summary>Why the file so many conversions back is none that this one was made from; null if nothing speaks against it. What is shown
    /// is not looked at.</summary>
    public string? WhyNot(int steps) => Line().Take(steps).FirstOrDefault(line => line.Parent is null) is { } end
        ? end.Doubt?.Text ?? $"'{end.File.ShortName}' holds no origin record"
        : null;

    /// <summary>The ancestry of a file.</summary>
    /// <exception cref="ModelPackException">The description of a carried tensor is damaged.</exception>
    public static Ancestry Of(ModelFile file)
    {
        (List<Ancestor> ancestors, RecordDoubt? doubt) = Follow(file);
        Ancestry line = Alone(ancestors.Count == 0 ? file : ancestors[^1].File) with { Doubt = doubt };
        for (int i = ancestors.Count - 1; i >= 0; i--)
        {
            Ancestry before = ancestors[i].Stated.LeftBehind ? LeavingBehind(ancestors[i].File) : line;
            line = Parent.Find(ancestors[i], before, out doubt) is { } parent
                ? parent.Child()
                : Alone(ancestors[i].Holder) with { Doubt = doubt };
        }

        return line;
    }

    /// <summary>The model of a file that was edited: its record is left behind.</summary>
    /// <exception cref="ModelPackException">The description of a carried tensor is damaged.</exception>
    public static Ancestry LeavingBehind(ModelFile file) => Alone(file) with { LeftBehind = true };

    /// <summary>The model that the file itself has: something was edited, or its record is not to count.</summary>
    /// <exception cref="ModelPackException">The description of a carried tensor is damaged.</exception>
    public static Ancestry Alone(ModelFile file)
    {
        IReadOnlyList<TensorInfo> logical = TensorDescriptions.Logical(file);
        ImmutableArray<ModelTensor>.Builder tensors = ImmutableArray.CreateBuilder<ModelTensor>(logical.Count);
        for (int i = 0; i < logical.Count; i++)
        {
            TensorInfo info = logical[i];
            StoredPayload stored = new(i, info.ByteLength);
            ByteSwapSupport swap = info.ByteOrder == ByteOrder.BigEndian ? PayloadByteOrder.Support(info.Type) : ByteSwapSupport.NotNeeded;
            bool isPlain = info.ByteOrder == ByteOrder.LittleEndian || swap == ByteSwapSupport.DerivedOnly;
            tensors.Add(
                new(isPlain ? info : info with { ByteOrder = ByteOrder.LittleEndian },
                    swap == ByteSwapSupport.Exact ? new ReversedPayload(stored, info.Type) : stored));
        }

        return new() { File = file, Root = file, Tensors = tensors.MoveToImmutable() };
    }

    /// <summary>For each tensor of the file and of its side file, how its payload comes back; null for one that is only kept.</summary>
    /// <param name="tensors">How the payloads of <see cref="Tensors"/> come back; null for one that does not.</param>
    public PayloadRecipe?[] Return(IReadOnlyList<PayloadRecipe?> tensors)
    {
        if (Parent is not null)
        {
            return Parent.Return(tensors);
        }

        PayloadRecipe?[] back = new PayloadRecipe?[File.AllTensors.Count];
        for (int i = 0; i < tensors.Count; i++)
        {
            back[i] = Tensors[i].Payload is ReversedPayload swapped && tensors[i] is { } plain
                ? new ReversedPayload(plain, swapped.Type)
                : tensors[i];
        }

        return back;
    }

    /// <summary>Every file that records lead back to, the nearest first, as they say it; none beyond a file whose own record was left
    /// behind. This is the one place that follows them.</summary>
    /// <exception cref="ModelPackException">A record is damaged.</exception>
    public static IEnumerable<Ancestor> Walk(ModelFile container)
    {
        ModelFile holder = container;
        OriginRecord? outer = null;
        ImmutableArray<OriginStep> steps = [];
        while (steps.Length < MaximumSteps && holder.OriginRecord is { } bytes)
        {
            OriginRecord stated = RestoredFile.ReadRecord(bytes, container);
            steps = steps.Add(OriginStep.Of(stated, holder.Format));
            OriginRecord record = outer is null ? stated : RestoredFile.Through(outer, stated, container);
            Ancestor ancestor = new(container, holder, stated, record, steps);
            yield return ancestor;
            if (stated.LeftBehind)
            {
                yield break;
            }

            (holder, outer) = (ancestor.File, record);
        }
    }

    // The files whose records fit so far, and why those of the last one do not.
    private static (List<Ancestor> Ancestors, RecordDoubt? Doubt) Follow(ModelFile file)
    {
        List<Ancestor> ancestors = [];
        string name = file.ShortName;
        try
        {
            foreach (Ancestor ancestor in Walk(file))
            {
                RestoredFile.EnsureSideFile(ancestor.Stated, ancestor.Holder);
                if (ancestor.IsHolderEdited())
                {
                    return (
                        ancestors,
                        new(DoubtKind.Edited, $"the metadata or the tensor list of '{name}' was edited after it was converted"));
                }

                if (ancestor.Record.Tensors.Length != ancestor.File.AllTensors.Count)
                {
                    return (ancestors, RecordDoubt.Unlike(name));
                }

                ancestors.Add(ancestor);
                name = ancestor.File.ShortName;
            }

            return (ancestors, null);
        }
        catch (ModelPackException exception)
        {
            return (ancestors, RecordDoubt.NotFollowed(name, exception));
        }
    }
}
