
namespace ModelPack.Diagnostics;

/// <summary>How much a note matters to whoever uses the output.</summary>
internal enum NoteRank
{
    /// <summary>The model computes something else, or may: a field that decides it is lost or guessed.</summary>
    ChangesResults,

    /// <summary>A program may miss it: something that is read has no place, or is somewhere else.</summary>
    MayBeMissed,

    /// <summary>Nothing depends on it: it is said because it is so.</summary>
    WithoutEffect,
}

/// <summary>A note of a conversion: whoever makes one means it for the preview, the report, the certificate and the build.</summary>
internal readonly record struct RankedNote
{
    public RankedNote(NoteRank rank, string text)
    {
        Rank = rank;
        Text = SafeText.Escape(text);
        MadeNotes.Add(Text);
    }

    /// <summary>How much it matters.</summary>
    public NoteRank Rank { get; }

    /// <summary>What to know, in one sentence; names and values of the file are escaped.</summary>
    public string Text { get; }

    // A note that nobody ranks is neither hidden nor alarming.
    public static implicit operator RankedNote(string text) => new(NoteRank.MayBeMissed, text);

    public static RankedNote Of(Note note) => new(note.Rank, Note.Said(note.Rule, note.Text));
}
