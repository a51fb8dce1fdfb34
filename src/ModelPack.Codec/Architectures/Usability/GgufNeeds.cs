using ModelPack.Architectures.Names;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Usability;

/// <summary>What llama.cpp needs in a GGUF (the "To load" of each architecture).</summary>
internal static class GgufNeeds
{
    private const string Program = "which llama.cpp needs";
    private const string TokenizerModel = "tokenizer.ggml.model";
    private const string Tokens = "tokenizer.ggml.tokens";
    private const string Merges = "tokenizer.ggml.merges";

    private static readonly string[] Predicting = ["nextn.eh_proj", "nextn.enorm", "nextn.hnorm"];

    /// <summary>Says which requirements are not met.</summary>
    /// <param name="file">The file, or the first part.</param>
    /// <param name="tensors">The tensors of all parts.</param>
    /// <param name="isOwn">True if the model was a GGUF before: what it is is not for this project to say.</param>
    public static IEnumerable<string> Unmet(GgufFile file, IReadOnlyList<TensorInfo> tensors, bool isOwn)
    {
        if (file.Find(TensorDescriptions.Key) is not null)
        {
            yield return "tensors are stored as raw bytes under types of GGUF, which llama.cpp cannot compute with";
        }

        if (file.Architecture is not { Length: > 0 } architecture)
        {
            yield return $"'{GgufFormat.ArchitectureKey}' is missing, {Program}: nothing says which of its architectures the model has";
            yield break;
        }

        if (file.Find("general.type")?.Text is not (null or "model"))
        {
            yield break;
        }

        if (RequiredTensors.For(architecture) is not { } required)
        {
            if (!isOwn)
            {
                yield return $"there is no rule for the architecture '{architecture}', so nothing tells whether llama.cpp loads it";
            }

            yield break;
        }

        foreach (string key in required.Keys.Select(name => $"{architecture}.{name}").Where(key => file.Find(key) is null))
        {
            yield return $"'{key}' is missing, {Program}";
        }

        foreach (string missing in Tokenizer(file))
        {
            yield return missing;
        }

        foreach (string missing in MissingTensors(file, tensors))
        {
            yield return $"the tensor '{missing}' is missing, {Program}";
        }

        // What was a GGUF before may be one of a later llama.cpp.
        foreach (TensorInfo tensor in tensors.Where(tensor => !isOwn && IsNotComputedWith(tensor.Type)))
        {
            yield return $"the tensor '{tensor.Name}' is {TensorTypes.Get(tensor.Type).Name}, which llama.cpp does not compute with";
        }

        if (!isOwn && NameTable.For(architecture, file.Find($"{architecture}.expert_count") is null ? 0 : 1) is { } names)
        {
            foreach (string bias in StrayBiases.InGguf(names, required, tensors.Select(tensor => tensor.Name)))
            {
                yield return $"the tensor '{bias}' is a bias that llama.cpp does not add";
            }
        }
    }

    // Types that ggml stores and has no matrix product for.
    private static bool IsNotComputedWith(TensorType type) =>
        type is TensorType.I8 or TensorType.I16 or TensorType.I32 or TensorType.I64 or TensorType.F64;

    /// <summary>Names the tensors that a model of a claimed architecture lacks.</summary>
    public static IEnumerable<string> MissingTensors(GgufFile file, IReadOnlyList<TensorInfo> tensors)
    {
        if (file.Architecture is not { } architecture || RequiredTensors.For(architecture) is not { } required)
        {
            return [];
        }

        HashSet<string> names = [.. tensors.Select(tensor => tensor.Name)];
        int layers = file.Find($"{architecture}.block_count") is { } value && value.TryGetInteger(out Int128 count) && count >= 0
            && count <= int.MaxValue ? (int)count : 0;

        return required.Missing(
            layers, (component, layer) => names.Contains(component.GgufName(layer)), (component, layer) => component.GgufName(layer))
            .Concat(MissingOfPredicting(file, architecture, layers, names));
    }

    // A runtime does without the layers that predict further tokens, but refuses a file that counts them and lacks their tensors.
    private static IEnumerable<string> MissingOfPredicting(GgufFile file, string architecture, int layers, HashSet<string> names)
    {
        int further = file.Find($"{architecture}.nextn_predict_layers") is { } next && next.TryGetInteger(out Int128 count) && count >= 0
            && count <= layers ? (int)count : 0;
        return from layer in Enumerable.Range(layers - further, further)
               from component in Predicting
               let name = new TensorComponent(component).GgufName(layer)
               where !names.Contains(name)
               select name;
    }

    private static IEnumerable<string> Tokenizer(GgufFile file)
    {
        if (file.Find(TokenizerModel)?.Text is not { } kind)
        {
            yield return $"'{TokenizerModel}' is missing, {Program}: there is no tokenizer";
        }
        else if (kind is not ("none" or "no_vocab"))
        {
            if (file.Find(Tokens) is null)
            {
                yield return $"'{Tokens}' is missing, {Program}";
            }

            if (kind is "gpt2" or "gemma4" && file.Find(Merges) is null)
            {
                yield return $"'{Merges}' is missing, {Program}";
            }
        }
    }
}
