using ModelPack.Architectures.Names;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>BERT (hf-companions.md §1.3). RoBERTa and DistilBERT share the architecture; what tells them apart is refused rather than
/// guessed.</summary>
internal static class BertFamily
{
    private const string TokenizerModelKey = "tokenizer.ggml.model";
    private const string TypeCountKey = "tokenizer.ggml.token_type_count";

    public static void Describe(ConfigWriter config)
    {
        bool isClassifier = ClassifierNames.IsWhole(config.Derivation.HasTensor);
        config.Class(isClassifier ? "BertForSequenceClassification" : "BertModel", "bert");
        config.Note(isClassifier
            ? "architectures: BertForSequenceClassification follows from the tensors of its head"
            : "architectures: BertModel is a guess, other classes share the architecture bert", isClassifier
            ? NoteRank.WithoutEffect
            : NoteRank.ChangesResults);
        if (!isClassifier && config.Derivation.HasTensor(ClassifierNames.Head))
        {
            config.Note(
                $"the file has the tensor {ClassifierNames.Head} of a classifier, but not the pooler before it ({ClassifierNames.Pooler}), "
                    + $"without which BertForSequenceClassification does not compute the same", NoteRank.ChangesResults);
        }

        Reading<string> tokenizer = config.Derivation.Keys.Text(TokenizerModelKey);
        if (tokenizer.Value != "bert")
        {
            config.Refuse(tokenizer.IsRead
                ? $"with {TokenizerModelKey} '{SafeText.Shorten(tokenizer.Value)}' the class may be RobertaModel, XLMRobertaModel or "
                    + $"CamembertModel"
                : tokenizer.Describe(TokenizerModelKey));
        }

        config.RequireTensor("token_types.weight", 2);
        config.Sizes();
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_eps");
        config.TokenIds();
        config.TorchType();
        TypeCount(config);
        Causal(config, "BertModel", "is_decoder");
        config.Fields.Set("hidden_act", "gelu");
        config.Lose("hidden_dropout_prob", "attention_probs_dropout_prob");
    }

    internal static void TypeCount(ConfigWriter config)
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

    internal static void Causal(ConfigWriter config, string modelClass, string field)
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
}
