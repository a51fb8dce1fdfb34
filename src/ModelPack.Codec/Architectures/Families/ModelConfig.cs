using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Json;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Families;

/// <summary>Derives config.json (hf-companions.md §1). A value that a model class cannot do without is never left to the class's own
/// default: then there is no file.</summary>
internal static class ModelConfig
{
    public static void Derive(Derivation derivation)
    {
        if (!derivation.Architecture.TryGet(out string architecture))
        {
            Refuse(derivation, derivation.Architecture.Describe(GgufFormat.ArchitectureKey));
            return;
        }

        if (architecture == FamilyFile.TowerArchitecture)
        {
            Refuse(
                derivation,
                "the file holds the part of a model that sees, and transformers loads it in the folder of the whole model alone: keep that "
                    + "folder, or convert the language model's GGUF");
            return;
        }

        Family? standing = FamilyCatalog.Standing(architecture, name => derivation.Keys.Find($"{architecture}.{name}") is not null);
        if ((standing is null ? ArchitectureRules.Find(architecture) : standing.Write) is not { } describe)
        {
            Refuse(derivation, $"there is no rule for the architecture '{SafeText.Shorten(architecture)}'");
            return;
        }

        if (derivation.Keys.Count(GgufSplit.CountKey).Value is > 1 and long parts
            && derivation.Keys.Count(GgufSplit.TensorCountKey).Value != derivation.Tensors.Count)
        {
            Refuse(derivation, $"the file is one of {parts} parts, and which tensors the model lacks cannot be seen in one part");
            return;
        }

        Family? family = FamilyCatalog.Find(architecture);
        ConfigWriter config = new(derivation, architecture)
        {
            IsEncoder = family?.IsEncoder ?? false,
            HeadClasses = family?.HeadClasses ?? [],
        };
        describe(config);
        config.Labels();
        config.RequireNoHead();
        config.Direction();
        config.Pooling();
        if (config.Refusals.Count > 0)
        {
            foreach (string refusal in config.Refusals)
            {
                Refuse(derivation, refusal);
            }

            return;
        }

        if (config.Idle.Count > 0)
        {
            derivation.Note(
                CompanionNames.Config,
                $"{string.Join(", ", config.Idle)} {(config.Idle.Count == 1 ? "is" : "are")} lost, and without effect on what the model "
                    + $"computes", NoteRank.WithoutEffect);
        }

        foreach ((NoteRank rank, string text) in config.Notes)
        {
            derivation.Note(CompanionNames.Config, text, rank);
        }

        derivation.NoteUnread(CompanionNames.Config, architecture + ".");
        derivation.Add(CompanionNames.Config, config.Fields, JsonCharacters.Ascii);
        foreach ((string name, Action<JsonText> write) in config.Files)
        {
            derivation.Add(name, write, JsonCharacters.Ascii);
        }

        foreach (Companion file in config.ModuleFiles)
        {
            derivation.Add(file.Name, file.Bytes);
        }
    }

    private static void Refuse(Derivation derivation, string reason) =>
        derivation.Refuse(CompanionNames.Config, reason, NoteRank.ChangesResults);
}
