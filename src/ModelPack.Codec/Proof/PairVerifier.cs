using System.Collections.Immutable;
using ModelPack.Codec.Conversion;
using ModelPack.Codec.Conversion.Names;
using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Conversion.Pipeline;
using ModelPack.Codec.IO;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Proof;

/// <summary>
/// Compares two opened models. Files of one format are compared as they are. If one was made from the other, the other is converted again and has to give the
/// same bytes; where it does not, the file that the record leads back to is compared. Without a record, what both say by themselves is compared.
/// </summary>
internal sealed class PairVerifier(ModelFile first, ModelFile second, ProofLevel level, Action<long>? progress, CancellationToken cancellation)
{
    private const int MaximumDifferences = 1000;

    private readonly List<string> notes = [];

    public VerificationReport Verify()
    {
        if (first.Format == second.Format)
        {
            return SameFormat(second.Source, second, FirstByte(first.Source, second));
        }

        if (OriginChain.Find(second, first.Format, out string? edited) is { } chain)
        {
            return Derived(first, second, chain);
        }

        if (OriginChain.Find(first, second.Format, out string? editedFirst) is { } backwards)
        {
            return Derived(second, first, backwards);
        }

        edited ??= editedFirst;
        return Unrelated(edited is null ? null : new Difference(DifferenceKind.Metadata, OriginRecord.Key, edited));
    }

    // The container has to be, byte for byte, what converting the original gives.
    private VerificationReport Derived(ModelFile original, ModelFile container, OriginChain chain)
    {
        PassResult pass = Reconversion.Examine(original, PassWork.None, threads: 0, progress, cancellation);
        using Reconversion again = Reconversion.Compose(original, chain, pass, cancellation);
        Difference? container1 = FirstByte(again.Source, container);
        if (container1 is null)
        {
            return Report(ProofLevel.L3, original.Tensors.Count, original.Metadata.Count, []);
        }

        using ModelFile returned = RestoredFile.Open(chain.Record, container);
        bool isFirst = ReferenceEquals(original, first);
        VerificationReport report = SameFormat(
            returned.Source, returned, ByteComparison.FirstDifference(original.Source, returned.Source, cancellation) is { } at ? Place.Describe(returned, at) : null, isFirst ? first : second);
        bool isDamaged = container.HasFooter && FooterIsWrong(container);
        if (report.Differences.IsEmpty && (isDamaged || level == ProofLevel.L3))
        {
            return report with { Proved = null, Differences = [container1] };
        }

        if (isFirst)
        {
            report = report with { Differences = [.. report.Differences.Select(difference => InContainer(difference, returned, chain.Record, container))] };
        }

        notes.Add($"{container1.Text}; the tensors and metadata that it leads back to are compared all the same");
        return report with { Notes = [.. notes] };
    }

    // What was compared is the file that the container leads back to. The byte that somebody can look at is in the container.
    private static Difference InContainer(Difference difference, ModelFile returned, OriginRecord record, ModelFile container)
    {
        for (int i = 0; i < returned.Tensors.Count && difference.Kind == DifferenceKind.Payload; i++)
        {
            if (returned.Tensors[i].Name == difference.Place && record.Tensors[i].Action != TensorAction.Swap)
            {
                long within = difference.ByteOffset.GetValueOrDefault() - returned.Tensors[i].Offset;
                return difference with { ByteOffset = container.Tensors[record.Tensors[i].ContainerIndex].Offset + within };
            }
        }

        return difference with { ByteOffset = null };
    }

    private VerificationReport SameFormat(ByteSource otherSource, ModelFile other, Difference? bytes, ModelFile? own = null)
    {
        own ??= first;
        if (bytes is null)
        {
            return Report(ProofLevel.L3, own.Tensors.Count, own.Metadata.Count, []);
        }

        TensorSet left = new(own.Source, own.Tensors);
        TensorSet right = new(otherSource, other.Tensors);
        List<Difference> tensors = TensorComparison.Compare(left, right, name => name, progress, cancellation);
        List<Difference> metadata = [.. MetadataComparison.Compare(own.Metadata, other.Metadata)];
        if (tensors.Count == 0 && TensorComparison.CompareOrder(left, right) is { } order)
        {
            metadata.Add(order);
        }

        ProofLevel? proved = tensors.Count > 0 ? null : metadata.Count > 0 ? ProofLevel.L1 : ProofLevel.L2;
        IEnumerable<Difference> counted = level switch
        {
            ProofLevel.L3 when tensors.Count + metadata.Count == 0 => [bytes],
            ProofLevel.L0 or ProofLevel.L1 => tensors,
            _ => tensors.Concat(metadata),
        };
        if (proved == ProofLevel.L2)
        {
            notes.Add($"the files are not the same bytes: {bytes.Text}");
        }

        return Report(proved, own.Tensors.Count, own.Metadata.Count, counted);
    }

    private VerificationReport Unrelated(Difference? edited)
    {
        NameTable? table = NameTable.For(first.Architecture) ?? NameTable.For(second.Architecture);
        TensorSet left = new(first.Source, CarriedTensors.Logical(first));
        TensorSet right = new(second.Source, CarriedTensors.Logical(second));
        HashSet<string> own = [.. left.Tensors.Select(tensor => tensor.Name)];
        List<Difference> tensors = TensorComparison.Compare(
            left, right, name => own.Contains(name) ? name : table?.Translate(name, second.Format, first.Format) ?? name, progress, cancellation);
        if (edited is not null)
        {
            return Report(tensors.Count > 0 ? null : ProofLevel.L1, left.Tensors.Count, 0, [.. tensors, edited]);
        }

        notes.Add("neither file holds a record of the other: their metadata speak different words and were not compared");
        return Report(tensors.Count > 0 ? null : ProofLevel.L1, left.Tensors.Count, 0, tensors);
    }

    private Difference? FirstByte(ByteSource expected, ModelFile actual) =>
        ByteComparison.FirstDifference(expected, actual.Source, cancellation) is { } offset ? Place.Describe(actual, offset) : null;

    private bool FooterIsWrong(ModelFile file)
    {
        try
        {
            file.CheckFooter(cancellation);
            return false;
        }
        catch (Diagnostics.ModelFormatException)
        {
            return true;
        }
    }

    private VerificationReport Report(ProofLevel? proved, int tensors, int metadata, IEnumerable<Difference> differences) =>
        new(level, proved, tensors, metadata, [.. differences.Take(MaximumDifferences)], [.. notes]);
}
