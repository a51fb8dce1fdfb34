using System.Collections.Immutable;

namespace ModelPack;

/// <summary>What a comparison of two models found.</summary>
/// <example>
/// <code>
/// ComparisonReport report = ModelVerifier.Verify("qwen.gguf", "qwen.apr");
/// foreach (Difference difference in report.Differences)
/// {
///     Console.WriteLine($"{difference.Place}: {difference.Text}");
/// }
/// </code>
/// </example>
public abstract class ComparisonReport
{
    private protected ComparisonReport(int tensorsCompared, ImmutableArray<Difference> differences, ImmutableArray<string> notes)
    {
        TensorsCompared = tensorsCompared;
        Differences = differences;
        Notes = notes;
    }

    /// <summary>What differs, the first places first; of a proof at most a thousand.</summary>
    public ImmutableArray<Difference> Differences { get; }

    /// <summary>What the comparison could not look at, and what was odd.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>Tensors of the first model.</summary>
    internal int TensorsCompared { get; }
}
