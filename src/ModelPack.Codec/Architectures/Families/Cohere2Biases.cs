using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Families;

/// <summary>The runtime has no biases for Command R7B, and folders may have some that are zero (formats/architectures/cohere2).</summary>
internal static class Cohere2Biases
{
    private const string Field = "attention_bias";

    public static readonly ConfigPart Rule = new RulePart(Read, config => config.Fields.Set(Field, false));

    private static void Read(ConfigReader draft)
    {
        TensorInfo[] biases = [
            .. draft.Folder.Tensors.Where(tensor => tensor.Name.Contains(".self_attn.", StringComparison.Ordinal)
                && tensor.Name.EndsWith("_proj.bias", StringComparison.Ordinal))];
        bool stated = draft.Config.Bool(Field) ?? false;
        if (Array.Find(biases, bias => !draft.Folder.IsZero(bias)) is { } other)
        {
            draft.Obstruct($"{Field} is {(stated ? "true" : "false")}, and the tensor {other.Name} is not zero");
        }
        else if (stated && biases.Length == 0)
        {
            draft.Obstruct($"{Field} is true");
        }
        else if (biases.Length > 0)
        {
            draft.Note($"{Field}: {biases.Length} biases are zero; a GGUF of the architecture has none", NoteRank.WithoutEffect);
        }
    }
}
