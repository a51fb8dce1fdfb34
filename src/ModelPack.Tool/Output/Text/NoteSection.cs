using ModelPack.Diagnostics;

namespace ModelPack.Tool.Output.Text;

/// <summary>The notes of a conversion: what changes results first, what has no effect in one line.</summary>
internal static class NoteSection
{
    /// <summary>Writes the section.</summary>
    /// <param name="report">The report.</param>
    /// <param name="notes">The notes, with their ranks where they are known.</param>
    /// <param name="verbosity">Whether notes without effect are listed.</param>
    public static void Write(TextReport report, IEnumerable<(string Text, NoteRank Rank)> notes, Verbosity verbosity)
    {
        (string Text, NoteRank Rank)[] all = [.. notes];
        int hidden = verbosity == Verbosity.Detailed ? 0 : all.Count(note => note.Rank == NoteRank.WithoutEffect);
        List<string> lines = [
            .. all.Where(note => hidden == 0 || note.Rank != NoteRank.WithoutEffect)
                .Select(note => note.Rank == NoteRank.ChangesResults ? $"changes results: {note.Text}" : note.Text)];
        if (hidden > 0)
        {
            lines.Add($"{Plural.Of(hidden, "note")} without effect; --verbosity detailed lists {(hidden == 1 ? "it" : "them")}");
        }

        report.Section("notes", lines);
    }

    /// <summary>Notes with their ranks. A certificate of an older version has none: its notes are all shown.</summary>
    public static IEnumerable<(string Text, NoteRank Rank)> Ranked(IReadOnlyList<string> notes, IReadOnlyList<NoteRank> ranks) =>
        notes.Select((note, i) => (note, i < ranks.Count ? ranks[i] : NoteRank.MayBeMissed));
}
