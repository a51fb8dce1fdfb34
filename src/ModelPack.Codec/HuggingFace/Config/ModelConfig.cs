using ModelPack.Codec.Gguf;
using ModelPack.Codec.HuggingFace.Json;

namespace ModelPack.Codec.HuggingFace.Config;

/// <summary>Derives config.json (hf-companions.md §1). A value that a model class cannot do without is never left to the class's own default: then there is no file.</summary>
internal static class ModelConfig
{
    public static void Derive(Derivation derivation)
    {
        if (derivation.Gguf.Architecture is not { } architecture)
        {
            Refuse(derivation, derivation.Keys.Text(GgufFormat.ArchitectureKey).Describe(GgufFormat.ArchitectureKey));
            return;
        }

        derivation.Keys.Find(GgufFormat.ArchitectureKey);
        if (Architectures.Find(architecture) is not { } describe)
        {
            Refuse(derivation, $"there is no rule for the architecture '{MetadataKeys.Shorten(architecture)}'");
            return;
        }

        if (derivation.Gguf.Split is { Count: > 1 } split)
        {
            Refuse(derivation, $"the file is one of {split.Count} parts, and which tensors the model lacks cannot be seen in one part");
            return;
        }

        ConfigBuilder config = new(derivation, architecture);
        describe(config);
        if (config.Refusals.Count > 0)
        {
            foreach (string refusal in config.Refusals)
            {
                Refuse(derivation, refusal);
            }

            return;
        }

        foreach (string note in config.Notes)
        {
            derivation.Note(CompanionNames.Config, note);
        }

        derivation.NoteUnread(CompanionNames.Config, architecture + ".");
        derivation.Add(CompanionNames.Config, config.Fields, JsonCharacters.Ascii);
    }

    private static void Refuse(Derivation derivation, string reason) =>
        derivation.Note(CompanionNames.Config, $"config.json cannot be derived: {reason}");
}
