namespace ModelPack.Architectures.Apr;

/// <summary>What realizar needs in a file, and refuses to run without (apr-v2.md §7.4).</summary>
internal static class AprRequirements
{
    private static readonly string[] Fields = ["architecture", "hidden_size", "num_layers", "num_heads", "intermediate_size"];

    /// <summary>Says what is missing.</summary>
    /// <param name="says">True if the metadata has a value for a field or custom key, or for an alias of it.</param>
    /// <param name="tensorNames">Names of the tensors.</param>
    public static IEnumerable<string> Missing(Func<string, bool> says, IEnumerable<string> tensorNames)
    {
        foreach (string field in Fields)
        {
            if (!says(field))
            {
                yield return $"'{field}' is missing, which realizar needs";
            }
        }

        if (!says("vocab_size") && !tensorNames.Any(ModelTensors.IsEmbedding))
        {
            yield return "'vocab_size' is missing, and there is no embedding that it could be read from";
        }

        if (!says(AprTokenizerKeys.Vocabulary))
        {
            yield return $"'{AprTokenizerKeys.Vocabulary}' is missing: realizar does not run a model without a tokenizer";
        }
        else if (!says(AprTokenizerKeys.Merges) && !says(AprTokenizerKeys.Scores))
        {
            yield return $"neither '{AprTokenizerKeys.Merges}' nor '{AprTokenizerKeys.Scores}' is there: realizar needs one of them";
        }
    }
}
