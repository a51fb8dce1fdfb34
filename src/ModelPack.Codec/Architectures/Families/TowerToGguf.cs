using System.Collections.Immutable;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Families;

/// <summary>The part of a model that sees, as a GGUF of its own beside that of the language model: what llama.cpp takes as --mmproj
/// (formats/architectures, gemma3, gemma4, qwen3vl).</summary>
internal static class TowerToGguf
{
    private const string Vision = "vision_config";
    private const string ProjectionField = "projection_dim";

    /// <summary>What the folder's tower says of itself, and which of its tensors are those of the language model.</summary>
    /// <exception cref="ModelPackException">The folder has no tower, or one that no projector of llama.cpp computes like.</exception>
    public static TowerKeys Derive(FolderSource folder)
    {
        if (folder.Find(CompanionNames.Config) is not { } file)
        {
            throw None(folder, $"there is no {CompanionNames.Config}");
        }

        ConfigObject config = ConfigObject.Parse(folder.Path, file);
        if (config.Text("model_type") is not { } type || TowerCatalog.Find(type) is not { } tower)
        {
            throw None(
                folder, config.Text("model_type") is { } other
                    ? $"model_type is '{SafeText.Shorten(other)}', and only these have a rule: {string.Join(", ", TowerCatalog.ModelTypes)}"
                    : "model_type is missing");
        }

        if (config.Object(Vision) is not { } vision)
        {
            throw None(folder, $"{CompanionNames.Config} has no {Vision}");
        }

        ConfigReader draft = new(folder, tower.Family.Complete(vision), TowerCatalog.Architecture);
        draft.AddWhole(GgufFormat.ArchitectureKey, GgufValue.FromString(TowerCatalog.Architecture));
        draft.AddWhole("general.type", GgufValue.FromString("mmproj"));
        draft.Flag("has_vision_encoder", true);
        ConfigObject language = LanguagePart.Of(config);
        language = FamilyCatalog.Find(language)?.Family.Complete(language) ?? language;
        long width = language.Count("hidden_size") ?? throw None(folder, "hidden_size of the language model is missing");
        draft.Numbers[ProjectionField] = width;
        draft.Count("vision.projection_dim", width);
        tower.Family.Read(draft, tower.Family.Models.First(model => model.Type == type));
        Pictures(draft);
        RequireTensors(draft, tower);
        if (draft.Obstacles.Count > 0)
        {
            throw None(folder, draft.Obstacles[0]);
        }

        return new(
            [.. draft.Entries],
            [.. folder.Tensors.Select(tensor => tensor.Name).Where(name => tower.Family.Names.FromHuggingFace(name).IsEmpty)],
            Numbers(folder, tower),
            [.. draft.Notes.Select(note => new RankedNote(note.Rank, note.Text)), .. LeftOut(folder, tower)]);
    }

    // What is subtracted from a picture and what it is divided by, channel by channel.
    private static void Pictures(ConfigReader draft)
    {
        foreach ((string field, string key) in ((string, string)[])[
            ("image_mean", "vision.image_mean"), ("image_std", "vision.image_std")])
        {
            if (Preprocessors(draft).Select(settings => settings.Floats(field)).FirstOrDefault(found => found is not null) is { } channels)
            {
                draft.Add(key, GgufValue.FromArray<float>(channels));
                if (channels.Length != 3)
                {
                    draft.Obstruct($"{field} has {Plural.Of(channels.Length, "item")} instead of one for each of 3 channels");
                }
            }
            else
            {
                draft.Obstruct($"no file of the folder states {field}: preprocessor_config.json is missing, or does not");
            }
        }
    }

    /// <summary>Settings of pictures: those that the converter prefers first.</summary>
    public static IEnumerable<ConfigObject> Preprocessors(ConfigReader draft)
    {
        if (draft.Folder.Find("processor_config.json") is { } processor)
        {
            ConfigObject settings = ConfigObject.Parse(draft.Folder.Path, processor);
            if (settings.IsObject("image_processor"))
            {
                yield return settings.Object("image_processor")!;
            }

            yield return settings;
        }

        if (draft.Folder.Find("preprocessor_config.json") is { } preprocessor)
        {
            yield return ConfigObject.Parse(draft.Folder.Path, preprocessor);
        }
    }

    private static void RequireTensors(ConfigReader draft, Tower tower)
    {
        if (draft.Obstacles.Count > 0)
        {
            return;
        }

        NameTable names = tower.Family.Names;
        long layers = draft.Numbers[tower.Family.LayersField];
        if (RequiredTensors.For(tower.Family.Architecture)!.Missing(
                (int)Math.Min(layers, draft.Folder.Tensors.Count),
                (component, layer) => component.HuggingFaceNames(names, layer).Any(name => draft.Folder.FindTensor(name) is not null),
                (component, layer) => component.HuggingFaceNames(names, layer).First()).FirstOrDefault() is { } missing)
        {
            draft.Obstruct($"the tensor '{missing}' is missing");
        }

        foreach (TensorInfo tensor in draft.Folder.Tensors)
        {
            if (tower.Has(tensor.Name) && !tower.LeavesOut(tensor.Name) && names.FromHuggingFace(tensor.Name).IsEmpty)
            {
                draft.Obstruct($"the tensor '{tensor.Name}' has no place in a GGUF of such a tower");
                return;
            }
        }
    }

    // Some programs multiply by a matrix of 16 bits with a large range only where it is an F16; where that would round, F32 holds it.
    private static ImmutableArray<(string Name, TensorType Type)> Numbers(FolderSource folder, Tower tower) =>
    [
        .. from tensor in folder.Tensors
           let matches = tower.Family.Names.FromHuggingFace(tensor.Name)
           where matches is [var match] && tower.Halves.Contains(match.GgufName)
           select (matches[0].GgufName, folder.FitsHalf(tensor) ? TensorType.F16 : TensorType.F32),
    ];

    private static IEnumerable<RankedNote> LeftOut(FolderSource folder, Tower tower)
    {
        string[] left = [.. folder.Tensors.Select(tensor => tensor.Name).Where(tower.LeavesOut)];
        return left.Length == 0 ? []
            : [new(NoteRank.ChangesResults,
                $"'{left[0]}'{(left.Length == 1 ? " is" : $" and {left.Length - 1} more are")} not in the output, which holds the part "
                    + $"that sees alone")];
    }

    private static ModelPackException None(FolderSource folder, string reason) => new(
        HuggingFaceErrors.NoTower, $"there is no GGUF of the part that sees: {reason}") { FilePath = folder.Path };
}

/// <summary>The tower of a folder in GGUF's words.</summary>
/// <param name="Entries">The keys.</param>
/// <param name="Others">The tensors that are not of the tower.</param>
/// <param name="Types">Tensors of the output that need a type of their own.</param>
/// <param name="Notes">What is worth knowing.</param>
internal sealed record TowerKeys(
    ImmutableArray<MetadataEntry> Entries, ImmutableArray<string> Others, ImmutableArray<(string Name, TensorType Type)> Types,
    ImmutableArray<RankedNote> Notes);
