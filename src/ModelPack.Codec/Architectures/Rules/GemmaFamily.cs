using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Rules;

/// <summary>Gemma 1 and 2 (hf-companions.md §1.3).</summary>
internal static class GemmaFamily
{
    private const string PatternKey = "attention.sliding_window_pattern";

    public static void Gemma(ConfigWriter config)
    {
        config.Class("GemmaForCausalLM", "gemma");
        Common(config);
        config.FloatOrLose("rope.freq_base", "rope_theta");
        config.Fields.Set("hidden_act", "gelu_pytorch_tanh");
    }

    public static void Gemma2(ConfigWriter config)
    {
        config.Class("Gemma2ForCausalLM", "gemma2");
        Common(config);
        config.FloatOrLose("rope.freq_base", "rope_theta");
        config.FloatOrLose("attn_logit_softcapping", "attn_logit_softcapping");
        config.FloatOrLose("final_logit_softcapping", "final_logit_softcapping");
        config.CountOrLose("attention.sliding_window", "sliding_window");
        LayerTypes(config, fullLayer: null);
        config.Fields.Set("hidden_activation", "gelu_pytorch_tanh");
        AttentionScale(config, GemmaConfigs.Gemma2LargestLayers);
    }

    /// <summary>There is no key. The class would take 256; the runtime takes the width of a head, and in the largest model the embedding
    /// divided among the heads.</summary>
    internal static void AttentionScale(ConfigWriter config, long largest)
    {
        if (config.OptionalCount("attention.head_count") is > 0 and { } heads && config.OptionalCount("embedding_length") is { } hidden
            && config.OptionalCount("block_count") is { } layers && config.OptionalCount("attention.key_length") is { } head)
        {
            config.Fields.Set("query_pre_attn_scalar", layers == largest ? hidden / heads : head);
        }
    }

    private static void Common(ConfigWriter config)
    {
        config.Decoder();
        config.RopeScalingField(config.HeadFromKeyLength());
        config.RefuseTensor("output.weight", "a Gemma class");
        config.Fields.Set("tie_word_embeddings", true);
    }

    /// <summary>Writes the kind of each layer; every <paramref name="fullLayer"/>th is full unless the file says otherwise.</summary>
    internal static void LayerTypes(ConfigWriter config, long? fullLayer)
    {
        // A wrong count has been refused by the common fields; until then it must not decide how much is built here.
        if (config.OptionalCount("block_count") is not { } layers || layers > config.Derivation.Tensors.Count)
        {
            return;
        }

        string key = config.Key(PatternKey);
        if (config.Derivation.Keys.Find(key) is not { } pattern)
        {
            if (fullLayer is { } constant)
            {
                Write(config, layers, layer => (layer + 1) % constant != 0);
            }
        }
        else if (pattern.ElementType == GgufValueType.Bool && pattern.Count == layers)
        {
            ReadOnlyMemory<byte> flags = pattern.ItemBytes;
            Write(config, layers, layer => flags.Span[(int)layer] != 0);
        }
        else if (pattern.Type != GgufValueType.Array && config.OptionalCount(PatternKey) is > 0 and { } every)
        {
            Write(config, layers, layer => (layer + 1) % every != 0);
        }
        else
        {
            config.Refuse($"{key} is {MetadataKeys.Show(pattern)}, but {config.Key("block_count")} is {layers}");
        }
    }

    private static void Write(ConfigWriter config, long layers, Func<long, bool> isSliding)
    {
        string[] types = new string[layers];
        for (int layer = 0; layer < types.Length; layer++)
        {
            types[layer] = isSliding(layer) ? "sliding_attention" : "full_attention";
        }

        config.Fields.Set("layer_types", types);
    }
}
