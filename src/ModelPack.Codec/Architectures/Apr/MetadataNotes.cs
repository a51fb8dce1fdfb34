namespace ModelPack.Architectures.Apr;

/// <summary>What is said when metadata changes its vocabulary.</summary>
internal static class MetadataNotes
{
    /// <summary>The source says something that the target has no words for.</summary>
    public const string Lost = "M-LOST";

    /// <summary>The source does not say something that the target's readers need.</summary>
    public const string Missing = "M-MISSING";

    /// <summary>Two statements of the source exclude one another.</summary>
    public const string Contradiction = "M-CONTRADICTION";

    /// <summary>The source does not say it in words, but its tensors or the rules of the format do.</summary>
    public const string Derived = "M-DERIVED";

    /// <summary>The metadata is larger than readers like.</summary>
    public const string Size = "M-SIZE";

    public static void Lose(this List<Note> notes, string text) => notes.Add(new(Lost, text));

    public static void Miss(this List<Note> notes, string text) => notes.Add(new(Missing, text));

    public static void Contradict(this List<Note> notes, string text) => notes.Add(new(Contradiction, text));

    public static void Derive(this List<Note> notes, string text) => notes.Add(new(Derived, text));
}
