using System.Collections.Immutable;
using ModelPack.Architectures.Rules;
using ModelPack.Architectures.Names;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Json;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Families;

/// <summary>Derives GGUF keys from config.json and generation_config.json: the way back of what <see cref="DerivedCompanions"/> does
/// (hf-companions.md §1).</summary>
internal static class ConfigToGguf
{
    /// <summary>Files that only a folder of a whole model has.</summary>
    private static readonly string[] Signs =
    [
        CompanionNames.GenerationConfig, CompanionNames.Tokenizer, CompanionNames.TokenizerConfig, CompanionNames.SpecialTokensMap,
        "tokenizer.model",
    ];

    private static readonly Dictionary<string, (string Architecture, Action<ConfigReader> Describe)> Rules = new()
    {
        ["llama"] = ("llama", LlamaConfigs.Llama),
        ["internlm3"] = ("llama", LlamaConfigs.InternLm3),
        ["mistral"] = ("llama", LlamaConfigs.Mistral),
        ["mixtral"] = ("llama", LlamaConfigs.Mixtral),
        ["granite"] = ("granite", LlamaConfigs.Granite),
        ["olmo2"] = ("olmo2", LlamaConfigs.Olmo2),
        ["olmo3"] = ("olmo2", LlamaConfigs.Olmo2),
        ["starcoder2"] = ("starcoder2", LlamaConfigs.Starcoder2),
        ["qwen2"] = ("qwen2", QwenConfigs.Dense),
        ["qwen3"] = ("qwen3", QwenConfigs.Dense),
        ["qwen2_moe"] = ("qwen2moe", QwenConfigs.Qwen2Moe),
        ["qwen3_moe"] = ("qwen3moe", QwenConfigs.Qwen3Moe),
        ["gemma"] = ("gemma", GemmaConfigs.Gemma),
        ["gemma2"] = ("gemma2", GemmaConfigs.Gemma2),
        ["phi"] = ("phi2", PhiConfigs.Phi2),
        ["phi3"] = ("phi3", PhiConfigs.Phi3),
        ["gpt2"] = ("gpt2", OtherConfigs.Gpt2),
        ["gpt_neox"] = ("gptneox", GptConfigs.Neox),
        ["gpt_bigcode"] = ("starcoder", GptConfigs.Starcoder),
        ["falcon"] = ("falcon", OtherConfigs.Falcon),
        ["stablelm"] = ("stablelm", OtherConfigs.StableLm),
        ["nomic_bert"] = ("nomic-bert", NomicConfigs.Describe),
    };

    private static readonly StatedTokenIds NoIds = new(null, [], null);

    /// <summary>The model types with a rule, and what GGUF calls them.</summary>
    public static IEnumerable<(string ModelType, string Architecture)> ModelTypes =>
        FamilyCatalog.ModelTypes.Concat(Rules.Select(rule => (rule.Key, rule.Value.Architecture)));

    /// <summary>What a config.json is called in GGUF, and what reads it; null if there is no rule.</summary>
    public static (string Architecture, Action<ConfigReader> Describe)? Rule(ConfigObject config) =>
        config.Text("model_type") is not { } type ? null
        : FamilyCatalog.Find(config) is var (family, model)
            ? (model.ArchitectureOf?.Invoke(config) ?? family.Architecture, draft => family.Read(draft, model))
        : Rules.TryGetValue(type, out (string Architecture, Action<ConfigReader> Describe) rule) ? rule : null;

    /// <summary>Whether weights are quantized in a way that the architecture does not have.</summary>
    public static bool HasOtherWeights(ConfigObject config, string architecture) => config.Has("quantization_config")
        && !(config.IsObject("quantization_config") && config.Object("quantization_config")!.Text("quant_method") is { } method
            && FamilyCatalog.Find(architecture)?.Quantized.Contains(method) == true);

    /// <summary>The same folder always gives the same entries. A model that GGUF's architectures cannot express gives notes alone, and can
    /// travel under its own names.</summary>
    /// <exception cref="ModelPackException">A companion file is broken, or contradicts itself or the tensors.</exception>
    public static DerivedGguf Derive(FolderSource folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (folder.Find(CompanionNames.Config) is not { } file)
        {
            // An adapter has the tokenizer of the model that it was trained on, and that model's config.json stays there.
            if (folder.Find(CompanionNames.AdapterConfig) is not null)
            {
                return Nothing([$"{CompanionNames.AdapterConfig}: the folder holds an adapter, not a model: its tensors keep their names"]);
            }

            return Array.Find(Signs, sign => folder.Find(sign) is not null) is { } present
                ? throw new ModelPackException(
                    HuggingFaceErrors.MissingConfig, $"there is {present}, but no {CompanionNames.Config}") { FilePath = folder.Path }
                : Nothing([$"{CompanionNames.Config}: there is none"]);
        }

        ConfigObject config = LanguagePart.Of(ConfigObject.Parse(folder.Path, file));
        List<RankedNote> odd = [.. Oddities(file)];
        ConfigObject? generation = Generation(folder, odd);
        odd.AddRange(CompanionNames.OfPython.Select(folder.Find).OfType<Companion>()
            .Where(file => CompanionText.WhyUnread(file.Name, file.Bytes.Span) is null).SelectMany(Oddities));
        string? type = config.Text("model_type");
        (Family Family, FamilyModel Model)? known = FamilyCatalog.Find(config);
        config = known?.Family.Complete(config) ?? config;
        if (type is null || Rule(config) is not { } rule)
        {
            return Nothing(
                [$"{CompanionNames.Config}: "
                    + (type is null ? "model_type is missing" : $"there is no rule for the model_type '{SafeText.Shorten(type)}'"),
                    .. odd.Select(note => note.Text)]) with { IsUnlisted = true };
        }

        ConfigReader draft = new(folder, config, rule.Architecture)
        {
            Generation = generation,
            IsEncoder = known?.Family.IsEncoder ?? false,
            HeadClasses = known?.Family.HeadClasses ?? [],
        };

        if (OwnCodes(folder, config, rule.Architecture) is { } obstacle)
        {
            draft.Obstruct(obstacle);
        }

        HeadClasses.Restrict(draft);
        rule.Describe(draft);
        Directions.Write(draft);
        if (Qwen3Reranker.Is(draft))
        {
            Qwen3Reranker.Write(draft);
        }
        else
        {
            Pooling.Write(draft);
        }

        if (draft.Obstacles.Count > 0)
        {
            return Nothing([.. draft.Obstacles.Distinct(), .. odd.Select(note => note.Text)]) with { IsNoGenerator = draft.IsNoGenerator };
        }

        List<RankedNote> notes = [.. odd, .. draft.Notes.Select(note => new RankedNote(note.Rank, note.Text))];
        MetadataEntry[] sampling = generation is null ? [] : [.. GenerationToGguf.Sampling(generation, notes)];
        return new(
            rule.Architecture, [.. General(config, rule.Architecture), .. sampling, .. draft.Entries], [.. draft.Extra],
            GenerationToGguf.TokenIds(config, generation, notes), [.. notes])
        {
            HasCodes = config.Has("quantization_config"),
            Head = draft.Head,
            Scaled = [.. draft.Scaled],
            NamedTokens = [.. draft.NamedTokens],
        };
    }

    /// <summary>
    /// general.file_type: the type that most values of the matrices have (gguf.md §6.2); null if it has no label. Tables that every GGUF
    /// stores as F32, a router or positions, say nothing about it.
    /// </summary>
    public static MetadataEntry? FileType(IEnumerable<(string Name, TensorType Type, ImmutableArray<long> Shape)> tensors)
    {
        Dictionary<TensorType, Int128> values = [];
        Dictionary<TensorType, Int128> forced = [];
        foreach ((string name, TensorType type, ImmutableArray<long> shape) in tensors.Where(tensor => tensor.Shape.Length > 1))
        {
            Dictionary<TensorType, Int128> counted = type == TensorType.F32 && Float32Names.Contains(name, shape.Length) ? forced : values;
            counted[type] = counted.GetValueOrDefault(type) + shape.Aggregate((Int128)1, (product, dimension) => product * dimension);
        }

        values = values.Count > 0 ? values : forced;
        return values.Count > 0 && values.MaxBy(pair => pair.Value) is var most
            && most.Value * 2 > values.Values.Aggregate((sum, next) => sum + next) ? Label(most.Key) : null;
    }

    private static MetadataEntry? Label(TensorType type)
    {
        uint? label = type switch
        {
            TensorType.F32 => 0, TensorType.F16 => 1, TensorType.BF16 => 32, TensorType.Q8_0 => 7, TensorType.MXFP4 => 38,
            TensorType.NVFP4 => 39, _ => null,
        };
        return label is { } number ? new("general.file_type", GgufValue.FromUInt32(number)) : null;
    }

    // ModelOpt states it in a file of its own; many folders state nothing, and their tensors show it. Codes that are ggml's blocks once
    // they stand with their scales are no obstacle, whoever states them.
    private static string? OwnCodes(FolderSource folder, ConfigObject config, string architecture) =>
        PublishedBlocks.AreAll(folder.Tensors) ? null
        : HasOtherWeights(config, architecture) ? "quantization_config says that the weights are quantized in a way of their own"
        : folder.Find("hf_quant_config.json") is { } stated ? $"{stated.Name} says that the weights are quantized in a way of their own"
        : !config.Has("quantization_config") && PublishedCodes.Find(folder.Tensors) is { } codes
        ? $"the tensor {codes.Name} holds codes of a quantization ({TensorTypes.Get(codes.Type).Name}) that no type of GGUF has"
        : null;

    // A model computes the same without it: a broken one is the one file that nothing is read from.
    private static ConfigObject? Generation(FolderSource folder, List<RankedNote> odd)
    {
        if (folder.Find(CompanionNames.GenerationConfig) is not { } file)
        {
            return null;
        }

        try
        {
            ConfigObject generation = ConfigObject.Parse(folder.Path, file);
            odd.AddRange(Oddities(file));
            return generation;
        }
        catch (ModelPackException exception) when (HuggingFaceErrors.IsUnread(exception))
        {
            odd.Add(new(NoteRank.ChangesResults, $"{exception.Detail}; the file travels as it is, and nothing is read from it"));
            return null;
        }
    }

    private static IEnumerable<RankedNote> Oddities(Companion file) =>
        PythonJson.Oddities(file.Bytes).Select(oddity => (RankedNote)$"{file.Name}: {oddity}");

    private static DerivedGguf Nothing(string[] reasons) =>
        new(null, [], [], NoIds, [.. reasons.Select(reason => new RankedNote(NoteRank.ChangesResults, reason))]);

    private static IEnumerable<MetadataEntry> General(ConfigObject config, string architecture)
    {
        yield return new(GgufFormat.ArchitectureKey, GgufValue.FromString(architecture));
        yield return new("general.type", GgufValue.FromString("model"));

        // A repository's name as transformers records it, owner/name; a path of somebody's disk is no name.
        if (config.Text("_name_or_path") is { } path && path.Split('/') is [{ Length: > 0 } owner, { Length: > 0 } name]
            && !owner.Contains('.') && !owner.Contains('~') && !path.Contains('\\'))
        {
            yield return new("general.name", GgufValue.FromString(name));
        }
    }
}
