using System.Collections.Immutable;

namespace ModelPack.Qa.Playbooks;

/// <summary>What happens behind a gate that fails.</summary>
internal enum FailurePolicy
{
    StopOnP0,
    StopOnFirst,
    CollectAll,
}

/// <summary>A group of a playbook with the gates that it names.</summary>
internal sealed record GateGroup(string Name, ImmutableArray<string> Gates)
{
    /// <summary>Parts of tensor names; null takes all.</summary>
    public string? Filter { get; init; }

    public string? Prompt { get; init; }

    public int MaxTokens { get; init; } = 10;

    /// <summary>A file of fingerprints, as the playbook names it.</summary>
    public string? Reference { get; init; }

    /// <summary>How far statistics may be apart, by role.</summary>
    public ImmutableDictionary<string, double> Tolerances { get; init; } = ImmutableDictionary<string, double>.Empty;
}

/// <summary>A playbook of the public schema (qa-gates.md §2).</summary>
internal sealed record Playbook
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Organization { get; init; }

    public required string Model { get; init; }

    /// <summary>Sizes of the model, by the keys of the playbook.</summary>
    public ImmutableSortedDictionary<string, long> Expected { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    public FailurePolicy Policy { get; init; }

    public GateGroup? FormatValidation { get; init; }

    public GateGroup? TensorDiff { get; init; }

    public GateGroup? InferenceCompare { get; init; }

    public GateGroup? Fingerprint { get; init; }

    public GateGroup? ValidateStats { get; init; }

    /// <summary>I-1 … I-5.</summary>
    public ImmutableArray<string> Invariants { get; init; } = [];

    /// <summary>How long an engine may take for one answer; null leaves it to the engine.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>The file of statistics that the playbook names, if it lies beside it.</summary>
    public string[] ReferenceIn(string folder) =>
        ValidateStats?.Reference is { } name && Path.Combine(folder, name) is var path && File.Exists(path) ? [path] : [];

    /// <summary>Groups that ask for the speed or the words of a running model.</summary>
    public ImmutableArray<GateGroup> NeedEngine { get; init; } = [];
}
