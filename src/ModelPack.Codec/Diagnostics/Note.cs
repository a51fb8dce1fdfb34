using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>Something odd but legal that a reader met and kept (rules K-…).</summary>
/// <example>
/// <code>
/// using Model model = Model.Open("qwen.gguf");
/// foreach (Note note in model.Notes)
/// {
///     Console.WriteLine($"{note.Rule}: {note.Text}");
/// }
/// </code>
/// </example>
public sealed class Note
{
    internal Note(string rule, string text, long? byteOffset = null)
    {
        Rule = rule;
        Text = Made(rule, SafeText.Escape(text));
        ByteOffset = byteOffset;
    }

    /// <summary>Id of the rule in the format description.</summary>
    public string Rule { get; }

    /// <summary>Where it was found, if it has a place.</summary>
    public long? ByteOffset { get; }

    /// <summary>What was found, in one sentence; names and values of the file are escaped.</summary>
    public string Text { get; }

    /// <summary>How much it matters: the rule says it.</summary>
    internal NoteRank Rank => NoteRanks.OfRule(Rule);

    /// <summary>The note as a conversion says it.</summary>
    internal static string Said(string rule, string text) => $"{rule}: {text}";

    private static string Made(string rule, string text)
    {
        MadeNotes.Add(Said(rule, text));
        return text;
    }

    /// <summary>For people: rule and text.</summary>
    public override string ToString() => Said(Rule, Text);
}
