using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Rules;

/// <summary>BERT and its kin: what their config.json says beside the sizes (hf-companions.md §1.3).</summary>
internal static class BertConfigs
{
    private const string TypeTensor = "embeddings.token_type_embeddings.weight";

    public static void Bert(ConfigReader draft)
    {
        draft.Allow("position_embedding_type", "absolute");
        long types = draft.Require("type_vocab_size");
        draft.Numbers["type_vocab_size"] = types;
        if (!draft.Folder.Tensors.Any(tensor => tensor.Name.EndsWith(TypeTensor, StringComparison.Ordinal)))
        {
            draft.Obstruct($"the tensor {TypeTensor} is missing");
        }

        Types(draft, types);
        Labels(draft);
    }

    /// <summary>The class has one type of token, and no table of them.</summary>
    public static void Distilled(ConfigReader draft) => Types(draft, 1);

    private static void Types(ConfigReader draft, long types)
    {
        if (types <= uint.MaxValue)
        {
            draft.AddWhole("tokenizer.ggml.token_type_count", GgufValue.FromUInt32((uint)types));
        }
    }

    internal static void Labels(ConfigReader draft)
    {
        if (draft.Config.Object("id2label") is not { } labels)
        {
            return;
        }

        string[] fields = [.. labels.Fields()];
        string[] texts = new string[fields.Length];
        for (int id = 0; id < texts.Length; id++)
        {
            texts[id] = labels.Text(id.ToString(CultureInfo.InvariantCulture))
                ?? throw draft.Config.WrongValue("id2label", $"has {Plural.Of(texts.Length, "item")}, but none for {id}");
        }

        // Labels that transformers makes up for a class without any.
        if (texts is not ([] or ["LABEL_0", _]))
        {
            draft.Add("classifier.output_labels", GgufValue.FromStrings(texts));
        }
    }
}
