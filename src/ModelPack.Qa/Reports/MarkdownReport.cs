using System.Globalization;
using System.Text;
using ModelPack.Diagnostics;
using ModelPack.Qa.Evidence;

namespace ModelPack.Qa.Reports;

/// <summary>A table in the shape of the defect report's: conversion, status, evidence.</summary>
internal static class MarkdownReport
{
    public static string Of(IReadOnlyList<GateEvidence> evidence)
    {
        StringBuilder text = new();
        string model = evidence.Count == 0 ? "no gates" : $"{evidence[0].Organization}/{evidence[0].Model}";
        text.Append(CultureInfo.InvariantCulture, $"# {Cell(model)}\n\n{Summary(evidence)}\n\n");
        text.Append("| Gate | Conversion | Status | Evidence |\n|---|---|---|---|\n");
        foreach (GateEvidence one in evidence)
        {
            string found = one.Output.Length == 0 ? one.Reason : $"{one.Reason}: {one.Output}";
            text.Append(
                CultureInfo.InvariantCulture, $"| {Cell(one.Gate)} | {Cell(one.Subject)} | {Mark(one)} | {Cell(found)} |\n");
        }

        return text.ToString();
    }

    public static string Summary(IReadOnlyList<GateEvidence> evidence) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count(evidence, Outcome.Corroborated)} corroborated, {Count(evidence, Outcome.Falsified)} falsified, "
            + $"{Count(evidence, Outcome.Skipped)} skipped, "
            + $"{Count(evidence, Outcome.Crashed) + Count(evidence, Outcome.Timeout)} crashed.");

    private static int Count(IReadOnlyList<GateEvidence> evidence, Outcome outcome) => evidence.Count(one => one.Outcome == outcome);

    private static string Mark(GateEvidence one) => one.IsFailure ? $"**{one.Outcome}**" : one.Outcome.ToString();

    /// <summary>Text of a model, which must not end a cell, begin a tag or a link.</summary>
    public static string Cell(string text) => SafeText.Escape(text).Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("|", "\\|", StringComparison.Ordinal).Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal)
        .Replace("`", "\\`", StringComparison.Ordinal);
}
