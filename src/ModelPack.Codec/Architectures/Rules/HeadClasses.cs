using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>
/// Models whose head is what they are for: classifiers, rerankers, reward models, extractive question answering. An architecture of GGUF is
/// a generator or an embedder: such a model becomes one only where the architecture has the head too (BERT, and Qwen3-Reranker by
/// <see cref="Qwen3Reranker"/>), and never a generator.
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
        bool isBert = draft.Architecture == "bert";
        if (isBert && HasBertClassifier(draft, name))
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

    // The one class whose head the architecture has: pooler and classifier. A class for tokens has no pooler.
    private static bool HasBertClassifier(ConfigReader draft, string? name) =>
        name is null or "BertForSequenceClassification" && Has(draft, "classifier.weight")
        && (Has(draft, "pooler.dense.weight") || Has(draft, "bert.pooler.dense.weight"));

    private static bool Has(ConfigReader draft, string tensor) => draft.Folder.FindTensor(tensor) is not null;

    private static bool IsHead(string tensor) => Array.Exists(Heads, head =>
        tensor.StartsWith(head, StringComparison.Ordinal) || tensor.StartsWith("model." + head, StringComparison.Ordinal)
        || tensor.StartsWith("transformer." + head, StringComparison.Ordinal));
}
