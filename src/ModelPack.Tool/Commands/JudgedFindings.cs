using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Text;

namespace ModelPack.Tool.Commands;

/// <summary>The words of <c>--fail-on</c>.</summary>
internal static class FailOn
{
    public const string Finding = "finding";
    private const string Never = "never";
    private const string AnyNote = "note";

    private static readonly Dictionary<string, FailLevel> Levels = new(StringComparer.Ordinal)
    {
        [Finding] = FailLevel.Finding,
        [EnumText.Of(NoteRank.ChangesResults)] = FailLevel.ChangesResults,
        [EnumText.Of(NoteRank.MayBeMissed)] = FailLevel.MayBeMissed,
        [AnyNote] = FailLevel.AnyNote,
        [Never] = FailLevel.Never,
    };

    public static string[] Words { get; } = [.. Levels.Keys];

    /// <summary>What a word stands for.</summary>
    public static FailLevel Read(string word) => Levels[word];
}

/// <summary>From what on a validation fails.</summary>
internal enum FailLevel
{
    Never,
    Finding,
    ChangesResults,
    MayBeMissed,
    AnyNote,
}

/// <summary>What a team expects of a model.</summary>
/// <param name="Level">From what on it fails.</param>
/// <param name="Accepted">The findings that are accepted.</param>
/// <param name="Today">The day that decides whether an acceptance still holds.</param>
internal sealed record Expectations(FailLevel Level, AcceptedFindings Accepted, DateOnly Today);

/// <summary>A finding, and the entry that accepts it.</summary>
internal sealed record JudgedFinding(Finding Finding, AcceptedFindings.Entry? Accepted);

/// <summary>The findings of a validation, measured by what is expected.</summary>
/// <param name="All">Every finding.</param>
/// <param name="Remarks">What to say of the baseline itself.</param>
/// <param name="HasFailed">Whether the exit code is 1.</param>
internal sealed record JudgedFindings(ImmutableArray<JudgedFinding> All, ImmutableArray<string> Remarks, bool HasFailed)
{
    public static JudgedFindings Of(ValidationReport report, Expectations expectations)
    {
        ImmutableArray<JudgedFinding> all =
            [.. report.Findings.Select(finding => new JudgedFinding(finding, expectations.Accepted.Find(finding, expectations.Today)))];
        bool isFound = all.Any(found => found.Accepted is null) && expectations.Level != FailLevel.Never;
        bool isNoted = report.Notes.Any(note => expectations.Level switch
        {
            FailLevel.ChangesResults => note.Rank == NoteRank.ChangesResults,
            FailLevel.MayBeMissed => note.Rank != NoteRank.WithoutEffect,
            FailLevel.AnyNote => true,
            _ => false,
        });
        return new(all, [.. expectations.Accepted.Remarks(report.Findings, expectations.Today)], isFound || isNoted);
    }

    /// <summary>The findings that nobody accepted; those of many layers together.</summary>
    public IReadOnlyList<LayerGroups.Group<Finding>> Failures() => LayerGroups.Of(
        All.Where(found => found.Accepted is null).Select(found => found.Finding), finding => $"{finding.Place}: {finding.Text}");
}
