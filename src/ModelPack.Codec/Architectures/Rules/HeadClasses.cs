using ModelPack.Architectures.Names;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>
/// Models whose head is what they are for: classifiers, rerankers, reward models, extractive question answering. An architecture of GGUF is
/// a generator or an embedder: such a model becomes one only where the architecture has the head too (BERT and its kin, and Qwen3-Reranker
/// by <see cref="Qwen3Reranker"/>), and never a generator.
/// </summary>
internal static class HeadClasses
{
    /// <summary>What the class of a model with a head of its own has in its name.</summary>
    private static readonly string[] Signs =
    [
        "Classification", "Classifier", "QuestionAnswering", "MultipleChoice", "NextSentence", "Reward", "ForScore", "Ranking", "Reranker",
        "DoubleHeads", "ValueHead",
    ];

    /// <summary>What the tensors of such a head are called.</summary>
    private static readonly string[] Heads =
    [
        "score.", "classifier.", "qa_outputs.", "v_head.", "value_head.", "reward_head.", "rm_head.", "regression_layer.",
        "multiple_choice_head.", "classification_head.",
    ];

    public static void Restrict(ConfigReader draft)
    {
        string? name = draft.Config.FirstText("architectures");
        if (HasItsHead(draft, name))
        {
            return;
        }

        if (name is not null && Array.Find(Signs, sign => name.Contains(sign, StringComparison.OrdinalIgnoreCase)) is not null)
        {
            draft.ObstructHead($"its class is {SafeText.Shorten(name)}, whose head no GGUF of the architecture has");
        }
        else if (draft.Folder.Tensors.FirstOrDefault(tensor => IsHead(tensor.Name)) is { } head)
        {
            draft.ObstructHead($"the tensor {head.Name} belongs to a head that no GGUF of the architecture has");
        }
    }

    // A class whose head the architecture has, with all of it. A class for tokens has no pooler.
    private static bool HasItsHead(ConfigReader draft, string? name)
    {
        if (draft.HeadClasses.IsEmpty || (name is not null && !draft.HeadClasses.Contains(name))
            || NameTable.For(draft.Architecture) is not { } names)
        {
            return false;
        }

        HashSet<string> parts = [
            .. draft.Folder.Tensors.SelectMany(tensor => names.FromHuggingFace(tensor.Name)).Select(match => match.GgufName)];
        return ClassifierNames.IsWhole(parts.Contains);
    }

    private static bool IsHead(string tensor) => Array.Exists(Heads, head =>
        tensor.StartsWith(head, StringComparison.Ordinal) || tensor.StartsWith("model." + head, StringComparison.Ordinal)
        || tensor.StartsWith("transformer." + head, StringComparison.Ordinal));
}
