using ModelPack.IO.Json;
using ModelPack.IO.Names;

namespace ModelPack.Architectures;

/// <summary>Says of each file whether it is recorded, derived or missing (hf-companions.md §5.4): the files themselves have no place for
/// it.</summary>
internal static class CompanionReport
{
    private static readonly string[] Expected =
    [
        CompanionNames.Config, CompanionNames.GenerationConfig, CompanionNames.Tokenizer, CompanionNames.TokenizerConfig,
        CompanionNames.SpecialTokensMap,
    ];

    public static void Add(Derivation derivation)
    {
        SortedSet<string> present = new(derivation.Files.Select(file => file.Name), StringComparer.Ordinal);
        SortedSet<string> names = new(Expected.Concat(present).Concat(derivation.Notes.Select(note => note.File)), StringComparer.Ordinal);
        ILookup<string, string> notes = derivation.Notes.ToLookup(note => note.File, note => note.Text, StringComparer.Ordinal);
        JsonText text = new(JsonCharacters.Ascii);
        text.StartObject();
        text.Name("files");
        text.StartArray();
        foreach (string name in names)
        {
            text.StartObject();
            text.Name("name");
            text.String(name);
            text.Name("notes");
            text.StartArray();
            foreach (string note in notes[name])
            {
                text.String(note);
            }

            text.EndArray();
            text.Name("status");
            text.String(!present.Contains(name) ? "missing" : derivation.IsRecorded(name) ? "recorded" : "derived");
            text.EndObject();
        }

        text.EndArray();
        text.EndObject();
        text.NewLineAtEnd();
        derivation.Add(CompanionNames.Report, text.ToArray());
    }
}
