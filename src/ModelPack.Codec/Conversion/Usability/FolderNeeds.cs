using ModelPack.Codec.HuggingFace;
using ModelPack.Codec.HuggingFace.Names;
using ModelPack.Codec.HuggingFace.ToGguf;

namespace ModelPack.Codec.Conversion.Usability;

/// <summary>What transformers needs in a folder.</summary>
internal static class FolderNeeds
{
    private const string Program = "which transformers needs";

    private static readonly string[] Layers = ["num_hidden_layers", "n_layer", "num_layers"];

    /// <summary>Says which requirements are not met.</summary>
    /// <param name="model">The folder, or a file alone.</param>
    /// <param name="isOwn">True if the model was SafeTensors before: what it is is not for this project to say.</param>
    public static IEnumerable<string> Unmet(ModelFile model, bool isOwn)
    {
        if (model.Metadata.Any(entry => entry.Key == CarriedTensors.Key))
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

        ConfigObject config = ConfigObject.Parse(model.Source.Name, new(file.Name, model.Source.ReadBytes(file.Start, checked((int)file.Length))));
        string? type = config.Text("model_type");
        string? architecture = ConfigToGguf.ModelTypes.Where(rule => rule.ModelType == type).Select(rule => rule.Architecture).FirstOrDefault();
        if (architecture is null || RequiredTensors.For(architecture) is not { } required)
        {
            if (!isOwn)
            {
                yield return $"there is no rule for the model_type '{type}', so nothing tells whether transformers loads it";
            }

            yield break;
        }

        // A checkpoint that is quantized in a way of its own has names of its own.
        if (isOwn && config.Has("quantization_config"))
        {
            yield break;
        }

        NameTable table = NameTable.For(architecture, type == "mixtral" ? 1 : 0)!;
        HashSet<string> names = [.. model.Tensors.Select(tensor => tensor.Name)];
        int layers = config.FirstOf(Layers) is { } field && config.Count(field) is <= int.MaxValue and { } count ? (int)count : 0;
        foreach (string missing in required.Missing(
            layers,
            (component, layer) => component.HuggingFaceNames(table, layer).Any(names.Contains),
            (component, layer) => component.HuggingFaceNames(table, layer).FirstOrDefault() ?? component.GgufName(layer)))
        {
            yield return $"the tensor '{missing}' is missing, {Program}";
        }
    }
}
