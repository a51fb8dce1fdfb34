using ModelPack.Architectures;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Usability;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion;

/// <summary>The companions of a Hugging Face folder: those that the model had, or what its metadata allow to derive.</summary>
internal static class FolderCompanions
{
    private static readonly DerivedFolder None = new([], []);

    public static DerivedFolder For(ModelFile root, ModelDescription words, ModelFormat to, OutputForm form)
    {
        if (to != ModelFormat.SafeTensors)
        {
            return None;
        }

        if (root.Format == ModelFormat.SafeTensors)
        {
            return form.Folder is null
                ? None
                : new([.. words.Companions.Where(companion => !companion.Name.EndsWith(".index.json", StringComparison.Ordinal))], []);
        }

        if (form.Folder is null)
        {
            return new(
                [], ["config.json, tokenizer.json and the like are written into a folder only: name one as target, with a separator at its "
                    + "end"]);
        }

        if (root is GgufFile or ModelSet { First: GgufFile })
        {
            if (words.Tensors == NamingScheme.Unknown && root.Tensors.Count > 0)
            {
                return new(
                    [], ["config.json, tokenizer.json and the like are not written beside tensors that keep their names: they would be "
                        + "those of another model"]);
            }

            return GgufNeeds.MissingTensors(root as GgufFile ?? (GgufFile)((ModelSet)root).First, root.Tensors)
                .FirstOrDefault() is { } missing
                ? new([],
                    [$"config.json, tokenizer.json and the like are not written: '{missing}' is missing, which a model of the architecture "
                        + $"'{root.Architecture}' has"])
                : DerivedCompanions.Derive(words.Entries, root.Tensors, root.Source);
        }

        return words.Architecture is { } architecture && GgufNames(root, words, architecture) is { } tensors
            ? DerivedCompanions.Derive(words.Entries, tensors, root.Source)
            : new([], ["config.json and the tokenizer cannot be derived: the source does not say enough of its model"]);
    }

    // Derivation looks at names and shapes as GGUF has them. Tables of RoPE factors are tensors of GGUF only, so no payload is looked at.
    private static TensorInfo[]? GgufNames(ModelFile root, ModelDescription words, string architecture)
    {
        if (words.Tensors is NamingScheme.Gguf or NamingScheme.Unknown)
        {
            return words.Tensors == NamingScheme.Gguf ? [.. root.Tensors] : null;
        }

        try
        {
            IReadOnlyList<ModelTensor> tensors = ModelTensor.Of(root.Tensors);
            tensors = words.Tensors == NamingScheme.Apr ? words.Family!.FromApr(tensors).Tensors : tensors;
            return TensorTranslator.ToGguf(tensors, ModelFacts.From(architecture, words.Entries)) is { } translation
                ? [.. translation.Tensors.Select(tensor => tensor.Info)]
                : null;
        }
        catch (ModelPackException)
        {
            return null;
        }
    }
}
