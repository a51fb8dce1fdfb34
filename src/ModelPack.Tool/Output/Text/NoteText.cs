namespace ModelPack.Tool.Output.Text;

/// <summary>One note in one line.</summary>
internal static class NoteText
{
    public static string Of(Note note) => $"{note.Rule}: {note.Text}{(note.ByteOffset is long offset ? $" (at byte {offset})" : "")}";
}
