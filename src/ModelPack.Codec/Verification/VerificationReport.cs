using System.Collections.Immutable;

namespace ModelPack;

/// <summary>The outcome of comparing two models.</summary>
public sealed class VerificationReport
{
    internal VerificationReport(
        ProofLevel requested, ProofLevel? proved, int tensorsCompared, int metadataCompared, ImmutableArray<Difference> differences,
        ImmutableArray<string> notes)
    {
        Requested = requested;
        Proved = proved;
        TensorsCompared = tensorsCompared;
        MetadataCompared = metadataCompared;
        Differences = differences;
        Notes = notes;
    }

    /// <summary>The level asked for.</summary>
    public ProofLevel Requested { get; }

    /// <summary>The highest level that holds, or null if the models differ at L1.</summary>
    public ProofLevel? Proved { get; }

    /// <summary>Number of tensors compared bit for bit.</summary>
    internal int TensorsCompared { get; }

    /// <summary>Number of metadata keys compared.</summary>
    internal int MetadataCompared { get; }

    /// <summary>The differences, the first ones first; at most a thousand.</summary>
    public ImmutableArray<Difference> Differences { get; }

    /// <summary>What the comparison could not look at, and what was odd.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>True if the requested level holds.</summary>
    public bool Passed => Proved >= Requested && Differences.IsEmpty;

    /// <summary>For people: the level that holds, or the first difference.</summary>
    public override string ToString() => Passed
        ? $"{Proved} holds"
        : $"{Requested} does not hold: {Differences.FirstOrDefault()?.Text ?? "nothing was proved"}";
}
