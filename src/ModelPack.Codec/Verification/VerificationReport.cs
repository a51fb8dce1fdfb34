using System.Collections.Immutable;

namespace ModelPack;

/// <summary>The outcome of comparing two models.</summary>
public sealed class VerificationReport : ComparisonReport
{
    internal VerificationReport(
        ProofLevel requested, ProofLevel? proved, int tensorsCompared, int metadataCompared, ImmutableArray<Difference> differences,
        ImmutableArray<string> notes)
        : base(tensorsCompared, differences, notes)
    {
        Requested = requested;
        Proved = proved;
        MetadataCompared = metadataCompared;
    }

    /// <summary>The level asked for.</summary>
    public ProofLevel Requested { get; }

    /// <summary>The highest level that holds, or null if the models differ at L1.</summary>
    public ProofLevel? Proved { get; }

    /// <summary>Number of metadata keys compared.</summary>
    internal int MetadataCompared { get; }

    /// <summary>True if the requested level holds.</summary>
    public bool Passed => Proved >= Requested && Differences.IsEmpty;

    /// <summary>For people: the level that holds, or the first difference.</summary>
    public override string ToString() => Passed
        ? $"{Proved} holds"
        : $"{Requested} does not hold: {Differences.FirstOrDefault()?.Text ?? "nothing was proved"}";
}
