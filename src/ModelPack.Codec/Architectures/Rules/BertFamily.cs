using ModelPack.Architectures.Names;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>BERT and its kin (hf-companions.md §1.3): RoBERTa and DistilBERT share the architecture. The tokenizer and the table of types
/// tell them apart.</summary>
internal static class BertFamily
{
    private const string TypeCountKey = "tokenizer.ggml.token_type_count";

    public static void Describe(ConfigWriter config)
    {
        bool isClassifier = ClassifierNames.IsWhole(config.Derivation.HasTensor);
        if (isClassifier)
        {
            config.Note($"architectures: {config.ModelClass} follows from the tensors of its head", NoteRank.WithoutEffect);
        }
        else
        {
            config.Note(
                $"architectures: {config.ModelClass} is a guess, other classes share the architecture bert", NoteRank.ChangesResults);
            if (config.Derivation.HasTensor(ClassifierNames.Head))
            {
                config.Note(
                    $"the file has the tensor {ClassifierNames.Head} of a classifier, but not the pooler before it "
                        + $"({ClassifierNames.Pooler}), without which BertForSequenceClassification does not compute the same", NoteRank.ChangesResults);
            }
        }

        config.RequireTensor("token_types.weight", 2);
        TypeCount(config);
        config.Lose("hidden_dropout_prob", "attention_probs_dropout_prob");
    }

    /// <summary>The class has one type of token, and no table of them.</summary>
    public static void Distilled(ConfigWriter config)
    {
        Reading<long> types = config.Derivation.Keys.Count(TypeCountKey);
        if (types.TryGet(out long count) && count > 1)
        {
            config.Refuse($"{TypeCountKey} is {count}, but there is no tensor token_types.weight");
        }
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
