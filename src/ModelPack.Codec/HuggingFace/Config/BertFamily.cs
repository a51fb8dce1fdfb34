using System.Globalization;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.HuggingFace.Json;

namespace ModelPack.Codec.HuggingFace.Config;

/// <summary>BERT (hf-companions.md §1.3). RoBERTa and DistilBERT share the architecture; what tells them apart is refused rather than guessed.</summary>
internal static class BertFamily
{
    private const string LabelsKey = "classifier.output_labels";
    private const string TokenizerModelKey = "tokenizer.ggml.model";
    private const string TypeCountKey = "tokenizer.ggml.token_type_count";

    public static void Describe(ConfigBuilder config)
    {
        config.Class("BertModel", "bert");
        config.Note("architectures: BertModel is a guess, other classes share the architecture bert");
        Reading<string> tokenizer = config.Derivation.Keys.Text(TokenizerModelKey);
        if (tokenizer.Value != "bert")
        {
            config.Refuse(tokenizer.IsRead
                ? $"with {TokenizerModelKey} '{MetadataKeys.Shorten(tokenizer.Value)}' the class may be RobertaModel, XLMRobertaModel or CamembertModel"
                : tokenizer.Describe(TokenizerModelKey));
        }

        config.RequireTensor("token_types.weight", 2);
        config.Sizes();
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_eps");
        config.TokenIds();
        config.TorchType();
        TypeCount(config);
        Causal(config, "BertModel", "is_decoder");
        Labels(config);
        if (config.OptionalCount("pooling_type") is { } pooling)
        {
            config.Note($"{config.Key("pooling_type")} is {pooling}; modules.json and 1_Pooling/config.json are lost");
        }

        config.Fields.Set("hidden_act", "gelu");
        config.Lose("hidden_dropout_prob", "attention_probs_dropout_prob");
    }

    internal static void TypeCount(ConfigBuilder config)
    {
        Reading<long> reading = config.Derivation.Keys.Count(TypeCountKey);
        long? rows = config.Derivation.FindTensor("token_types.weight")?.Shape[0];
        if (!reading.TryGet(out long count))
        {
            config.Refuse(reading.Describe(TypeCountKey));
        }
        else if (rows is not null && rows != count)
        {
            config.Refuse($"{TypeCountKey} is {count}, but token_types.weight has {rows} rows");
        }

        config.Fields.Set("type_vocab_size", count);
    }

    internal static void Causal(ConfigBuilder config, string modelClass, string field)
    {
        Reading<bool> causal = config.Derivation.Keys.Bool(config.Key("attention.causal"));
        if (causal.TryGet(out bool flag) && !flag)
        {
            config.Fields.Set(field, false);
        }
        else if (!causal.IsAbsent)
        {
            config.Refuse(causal.Problem ?? $"{config.Key("attention.causal")} is true, but {modelClass} is an encoder");
        }
    }

    private static void Labels(ConfigBuilder config)
    {
        string key = config.Key(LabelsKey);
        if (config.Derivation.Keys.Find(key) is not { } labels)
        {
            return;
        }

        if (labels.ElementType != GgufValueType.String)
        {
            config.Refuse($"{key} is {MetadataKeys.Show(labels)}, not an array of strings");
            return;
        }

        List<string> texts = [];
        foreach (ReadOnlyMemory<byte> label in labels.EnumerateStrings())
        {
            if (!System.Text.Unicode.Utf8.IsValid(label.Span))
            {
                config.Refuse($"{key} is not UTF-8 at {texts.Count}");
                return;
            }

            texts.Add(System.Text.Encoding.UTF8.GetString(label.Span));
        }

        config.Fields.Set("id2label", text =>
        {
            text.StartObject();
            for (int id = 0; id < texts.Count; id++)
            {
                text.Name(id.ToString(CultureInfo.InvariantCulture));
                text.String(texts[id]);
            }

            text.EndObject();
        });
    }
}
