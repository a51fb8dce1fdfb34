using System.Collections.Immutable;
using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>The outcome of a validation. The structure is valid, or there would have been an exception.</summary>
public sealed class ValidationReport
{
    internal ValidationReport(
        string format, int tensors, ImmutableArray<Finding> findings, ImmutableArray<Note> notes, ImmutableArray<string> notChecked)
    {
        Format = format;
        Tensors = tensors;
        Findings = findings;
        Notes = notes;
        NotChecked = notChecked;
    }

    /// <summary>One line about the container.</summary>
    public string Format { get; }

    /// <summary>Number of tensors.</summary>
    public int Tensors { get; }

    /// <summary>What is wrong; empty for a good model.</summary>
    public ImmutableArray<Finding> Findings { get; }

    /// <summary>What is odd, legal and kept.</summary>
    public ImmutableArray<Note> Notes { get; }

    /// <summary>Tensors whose type has no finite check: nothing is known about their values.</summary>
    public ImmutableArray<string> NotChecked { get; }

    /// <summary>True if nothing is wrong.</summary>
    public bool IsValid => Findings.IsEmpty;

    /// <summary>The metadata keys or companion files whose chat template was shown to be harmless: it uses only what is known to reach
    /// nothing beyond its data, and no phrase switches its text.</summary>
    internal ImmutableArray<string> HarmlessTemplates { get; init; } = [];

    /// <summary>For people: the container, and how many findings there are.</summary>
    public override string ToString() => IsValid
        ? $"{Format}: sound"
        : $"{Format}: {Plural.Of(Findings.Length, "finding")}";
}
