using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>Something odd but legal that a reader met and kept (rules K-…).</summary>
/// <param name="Rule">Id of the rule in the format description.</param>
/// <param name="Text">What was found, in one sentence; kept as <see cref="SafeText.Escape"/> makes it.</param>
/// <param name="ByteOffset">Where it was found, if it has a place.</param>
public sealed record Note(string Rule, string Text, long? ByteOffset = null)
{
    /// <summary>What was found, in one sentence; names and values of the file are escaped.</summary>
    public string Text { get; init; } = Made(Rule, SafeText.Escape(Text));

    /// <summary>How much it matters: the rule says it.</summary>
    public NoteRank Rank => NoteRanks.OfRule(Rule);

    /// <summary>The note as a conversion says it.</summary>
    internal static string Said(string rule, string text) => $"{rule}: {text}";

    private static string Made(string rule, string text)
    {
        MadeNotes.Add(Said(rule, text));
        return text;
    }
}
