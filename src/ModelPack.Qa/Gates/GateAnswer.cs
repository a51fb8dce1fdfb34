using System.Collections.Immutable;
using ModelPack.Qa.Evidence;

namespace ModelPack.Qa.Gates;

/// <summary>What a gate found.</summary>
internal sealed record GateAnswer(Outcome Outcome, string Reason, string Output = "")
{
    public string? StandardError { get; init; }

    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public static GateAnswer Skipped(string why) => new(Outcome.Skipped, why);

    public static GateAnswer Falsified(string what, string first) => new(Outcome.Falsified, what, first);

    /// <summary>Corroborated, if something was looked at and nothing was found.</summary>
    /// <param name="looked">How many things were looked at.</param>
    /// <param name="claim">What holds for them; begins with a plural.</param>
    /// <param name="found">What does not, the first one first.</param>
    /// <param name="wrong">What is wrong then.</param>
    public static GateAnswer Of(long looked, string claim, IReadOnlyList<string> found, string wrong) =>
        found.Count > 0 ? Falsified($"{wrong}: {found.Count} found", found[0])
        : looked == 0 ? Skipped("nothing to look at")
        : new(Outcome.Corroborated, $"{looked} {claim}");

    public GateAnswer With(string key, object value) => this with
    {
        Metadata = Metadata.SetItem(key, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value}")),
    };
}
