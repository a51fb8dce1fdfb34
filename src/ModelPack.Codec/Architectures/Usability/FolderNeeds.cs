using ModelPack.Architectures.Families;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;
using ModelPack.Formats;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Usability;

/// <summary>What transformers needs in a folder.</summary>
internal static class FolderNeeds
{
    private const string Program = "which transformers needs";

    private static readonly string[] UsualLayers = ["num_hidden_layers", "n_layer", "num_layers", "n_layers"];

    private static readonly string[] Generators = ["ForCausalLM", "ForConditionalGeneration", "LMHeadModel"];

    private static readonly string[] ExpertFields = ["num_local_experts", "num_experts", "n_routed_experts"];

    /// <summary>Says which requirements are not met.</summary>
    /// <param name="model">The folder, or a file alone.</param>
    /// <param name="isOwn">True if the model was SafeTensors before: what it is is not for this project to say.</param>
    public static IEnumerable<string> Unmet(ModelFile model, bool isOwn)
    {
        if (model.Metadata.Any(entry => entry.Key == TensorDescriptions.Key))
        {
            yield return "tensors are stored as raw bytes, which transformers cannot compute with";
        }

        ModelSetMember[] companions = [.. model.AllMembers.Where(member => member.Model is null)];
        if (Array.Find(companions, member => member.Name == CompanionNames.Config) is not { } file)
        {
            if (!isOwn)
            {
                yield return companions.Length == 0
                    ? $"{CompanionNames.Config} and the tokenizer, {Program}, are written into a folder only"
                    : $"there is no {CompanionNames.Config}, {Program}";
            }

            yield break;
        }

        if (!isOwn && !companions.Any(member => MissingParts.IsTokenizer(member.Name)))
        {
            yield return $"there is no tokenizer, {Program}";
        }

        ConfigObject config = Read(model, file);
        if (!isOwn && !config.Has("quantization_config") && PublishedBlocks.AreAll(model.Tensors))
        {
            yield return $"the weights are codes in blocks, and {CompanionNames.Config} has no quantization_config, {Program}";
        }

        if (ConfigToGguf.Rule(config)?.Architecture is null)
        {
            if (!isOwn)
            {
                yield return $"there is no rule for the model_type '{config.Text("model_type")}', so nothing tells whether transformers "
                    + $"loads it";
            }

            yield break;
        }

        foreach (string missing in MissingTensors(config, [.. model.Tensors.Select(tensor => tensor.Name)]))
        {
            yield return $"the tensor '{missing}' is missing, {Program}";
        }
    }

    /// <summary>Names the tensors that a model of a claimed architecture lacks.</summary>
    /// <param name="config">Its config.json.</param>
    /// <param name="names">The names of its tensors.</param>
    /// <param name="isEmbedder">Whether its companions say that it makes embeddings, for which it needs no output.</param>
    public static IEnumerable<string> MissingTensors(ConfigObject config, HashSet<string> names, bool isEmbedder = false)
    {
        // A checkpoint that is quantized in a way of its own has names of its own.
        (Family Family, FamilyModel Model)? known = FamilyCatalog.Find(config);
        if ((known?.Family.Architecture ?? ConfigToGguf.Rule(config)?.Architecture) is not { } architecture
            || RequiredTensors.For(architecture) is not { } required
            || ConfigToGguf.HasOtherWeights(config, architecture))
        {
            return [];
        }

        NameTable table = NameTable.For(architecture, config.FirstOf(ExpertFields) is { } experts ? config.Count(experts) : 0)!;
        string[] counted = UsualLayers;
        if (FamilyCatalog.Find(architecture) is { } family)
        {
            counted = [family.LayersField, .. UsualLayers];
            config = family.Complete(config);
        }

        int layers = config.FirstOf(counted) is { } field && config.Count(field) is <= int.MaxValue and { } count ? (int)count : 0;
        HashSet<string> weights = PublishedCodes.Weights(names);
        return ((RequiredTensors?[])[required, known?.Model.Needs]).OfType<RequiredTensors>().SelectMany(needs => needs.Missing(
            layers,
            (component, layer) => component.HuggingFaceNames(table, layer).Any(weights.Contains),
            (component, layer) => component.HuggingFaceNames(table, layer).FirstOrDefault() ?? component.GgufName(layer)))
            .Concat(isEmbedder ? [] : MissingOutput(config, table, weights));
    }

    // Runtimes take the embedding for an output that is missing: a generator that has one of its own would be another model. Tensors of the
    // model without its head lack the prefix of the whole one, whatever class config.json names.
    private static IEnumerable<string> MissingOutput(ConfigObject config, NameTable table, HashSet<string> weights)
    {
        string[] outputs = [.. new TensorComponent("output").HuggingFaceNames(table, -1)];
        string[] embeddings = [.. new TensorComponent("token_embd").HuggingFaceNames(table, -1)];
        bool isWhole = Array.Find(embeddings, weights.Contains) is { } found
            && (found == embeddings[0] || !embeddings[0].EndsWith(found, StringComparison.Ordinal));
        return outputs.Length > 0 && isWhole && config.Bool("tie_word_embeddings") == false
            && config.FirstText("architectures") is { } named
            && Array.Exists(Generators, ending => named.EndsWith(ending, StringComparison.Ordinal)) && !outputs.Any(weights.Contains)
            ? [outputs[0]]
            : [];
    }

    /// <summary>The same of an opened folder.</summary>
    public static IEnumerable<string> MissingTensors(ModelFile model) =>
        model.AllMembers.FirstOrDefault(member => member.Model is null && member.Name == CompanionNames.Config) is { } file
            ? MissingTensors(
                Read(model, file), [.. model.Tensors.Select(tensor => tensor.Name)],
                model.AllMembers.Any(member => member.Name == CompanionNames.Modules))
            : [];

    private static ConfigObject Read(ModelFile model, ModelSetMember file) =>
        LanguagePart.Of(
            ConfigObject.Parse(model.Source.Name, new(file.Name, file.ReadFrom(model.Source))));
}
