using System.Globalization;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Rules;

/// <summary>BERT (hf-companions.md §1.3).</summary>
internal static class BertConfigs
{
    public static void Bert(ConfigReader draft)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft);
        draft.Allow("hidden_act", "gelu");
        draft.Allow("position_embedding_type", "absolute");
        draft.Allow("is_decoder", flag: false, absent: false);
        Expected hidden = Expected.Field("hidden_size", sizes.Hidden);
        Expected feedForward = Expected.Field("intermediate_size", sizes.FeedForward);
        Expected heads = Expected.Heads("num_attention_heads", sizes.Heads, sizes.HeadDimension);
        new TensorCheck(draft, "bert.", "embeddings.word_embeddings.weight", "encoder.layer.")
            .Layer("attention.self.query.weight", heads, hidden).Layer("attention.self.key.weight", heads, hidden)
            .Layer("attention.self.value.weight", heads, hidden)
            .Layer("intermediate.dense.weight", feedForward, hidden).Layer("output.dense.weight", hidden, feedForward)
            .Matrix("embeddings.position_embeddings.weight", Expected.Field("max_position_embeddings", sizes.Context), hidden)
            .Matrix("embeddings.token_type_embeddings.weight", Expected.Field("type_vocab_size", draft.Require("type_vocab_size")), hidden)
            .Run(Expected.Field("num_hidden_layers", sizes.Layers), 0, hidden, draft.Vocabulary());
        draft.Sizes(sizes);
        draft.NormEpsilon("layer_norm_eps");
        draft.Flag(Directions.Key, false);
        Labels(draft);
        draft.AddWhole("tokenizer.ggml.token_type_count", GgufValue.FromUInt32((uint)draft.Require("type_vocab_size")));
    }

    private static void Labels(ConfigReader draft)
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
                ?? throw draft.Config.WrongValue("id2label", $"has {texts.Length} items, but none for {id}");
        }

        // Labels that transformers makes up for a class without any.
        if (texts is not ([] or ["LABEL_0", _]))
        {
            draft.Add("classifier.output_labels", GgufValue.FromStrings(texts));
        }
    }
}
