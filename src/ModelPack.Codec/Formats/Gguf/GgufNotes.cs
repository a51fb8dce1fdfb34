namespace ModelPack.Formats.Gguf;

/// <summary>Counts what is odd but readable (rules K-…): one note a rule, with the number of cases and the first place.</summary>
internal sealed class GgufNotes
{
    private readonly List<Case> cases = [];
    private readonly List<Note> others = [];

    public void Keep(string rule, string what, string place, long byteOffset)
    {
        foreach (Case known in cases)
        {
            if (known.Rule == rule)
            {
                known.Count++;
                return;
            }
        }

        cases.Add(new Case(rule, what, place, byteOffset));
    }

    public void Add(Note note) => others.Add(note);

    public Note[] ToArray() => [.. cases.Select(known => known.ToNote()), .. others];

    private sealed class Case(string rule, string what, string place, long byteOffset)
    {
        public string Rule => rule;

        public long Count { get; set; } = 1;

        public Note ToNote() => new(rule, Count == 1 ? $"{what}: '{place}'" : $"{what}: {Count} cases, the first is '{place}'", byteOffset);
    }
}
