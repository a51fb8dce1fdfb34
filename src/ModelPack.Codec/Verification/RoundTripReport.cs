using System.Collections.Immutable;

namespace ModelPack.Verification;

/// <summary>The outcome of a round trip.</summary>
internal sealed class RoundTripReport
{
    internal RoundTripReport(
        ImmutableArray<ModelFormat> chain, bool identical, string sourceXxh128, string returnedXxh128, Difference? difference,
        ImmutableArray<Certificate> steps)
    {
        Chain = chain;
        Identical = identical;
        SourceXxh128 = sourceXxh128;
        ReturnedXxh128 = returnedXxh128;
        Difference = difference;
        Steps = steps;
    }

    /// <summary>The formats that were passed through, from the source's format back to it.</summary>
    public ImmutableArray<ModelFormat> Chain { get; }

    /// <summary>True if the file that came back has the same bytes.</summary>
    public bool Identical { get; }

    /// <summary>XXH128 of the source.</summary>
    public string SourceXxh128 { get; }

    /// <summary>XXH128 of the file that came back.</summary>
    public string ReturnedXxh128 { get; }

    /// <summary>Where the first difference is, if there is one.</summary>
    public Difference? Difference { get; }

    /// <summary>The certificate of each step.</summary>
    public ImmutableArray<Certificate> Steps { get; }

    /// <summary>For people: whether the file came back.</summary>
    public override string ToString() => Identical ? "identical" : "not identical";
}
