using System.Collections.Immutable;

namespace ModelPack.Qa.Evidence;

/// <summary>How a gate ended; the words are those of the harness.</summary>
internal enum Outcome
{
    Corroborated,
    Falsified,
    Skipped,
    Timeout,
    Crashed,
}

/// <summary>What was looked at for one gate, and what was found (qa-gates.md §3).</summary>
internal sealed record GateEvidence
{
    public required string Id { get; init; }

    public required string Gate { get; init; }

    /// <summary>True if a failure blocks the qualification (P0).</summary>
    public bool IsBlocking { get; init; }

    public required string Organization { get; init; }

    public required string Model { get; init; }

    /// <summary>The format of the last output.</summary>
    public ModelFormat Format { get; init; }

    /// <summary>How the harness asked the model; gates of conversions are "run" on "cpu".</summary>
    public string Modality { get; init; } = "run";

    public string Backend { get; init; } = "cpu";

    /// <summary>What was converted.</summary>
    public string Subject { get; init; } = "";

    public required Outcome Outcome { get; init; }

    public required string Reason { get; init; }

    /// <summary>Of a falsified gate the first tensor or key that differs, with both values.</summary>
    public string Output { get; init; } = "";

    /// <summary>What a program that failed said.</summary>
    public string? StandardError { get; init; }

    public long Milliseconds { get; init; }

    public long? PeakMegabytes { get; init; }

    public DateTimeOffset Time { get; init; }

    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The failure of this gate as an error.</summary>
    public ModelPackException ToError() => new(
        Outcome == Outcome.Falsified ? QaErrors.Falsified : QaErrors.EngineFailed,
        $"{Gate} ({Subject}): {Reason}{(Output.Length == 0 ? "" : $"; {Output}")}");

    public bool IsFailure => Outcome is Outcome.Falsified or Outcome.Crashed or Outcome.Timeout;
}
