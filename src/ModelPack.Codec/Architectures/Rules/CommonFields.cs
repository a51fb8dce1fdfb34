using ModelPack.IO.Json;

namespace ModelPack.Architectures.Rules;

/// <summary>Names that a model class gives to its sizes (hf-companions.md §1.1).</summary>
internal sealed record SizeFields(string Layers, string? Context, string Hidden, string? FeedForward, string Heads)
{
    public static readonly SizeFields Usual = new(
        "num_hidden_layers", "max_position_embeddings", "hidden_size", "intermediate_size", "num_attention_heads");
}

/// <summary>Fields that several model classes share (hf-companions.md §1.1, §1.2).</summary>
internal static class CommonFields
{
    private const string EmbeddingTensor = "token_embd.weight";
    private const float DefaultRopeBase = 10000f;

    public static void Class(this ConfigWriter config, string modelClass, string modelType)
    {
        config.ModelClass = modelClass;
        config.Fields.Set("architectures", [modelClass]);
        config.Fields.Set("model_type", modelType);
        config.Lose("transformers_version", "initializer_range");
    }

    /// <summary>Sizes of the model; the embedding matrix has to agree with them.</summary>
    public static void Sizes(this ConfigWriter config) => config.Sizes(SizeFields.Usual);

    /// <summary>The same under other names; a name of null is a size for which the class has no field.</summary>
    public static void Sizes(this ConfigWriter config, SizeFields fields)
    {
        config.RequireCount("block_count", fields.Layers);
        config.RequireCount("context_length", fields.Context);
        config.RequireCount("feed_forward_length", fields.FeedForward, perLayer: true);
        config.RequireCount("attention.head_count", fields.Heads, perLayer: true);
        config.RequireCount("embedding_length", fields.Hidden);
        config.Embedding();
    }

    /// <summary>Refuses more layers than there are tensors.</summary>
    public static void CheckLayers(this ConfigWriter config)
    {
        if (config.OptionalCount("block_count") is { } layers && layers > config.Derivation.Tensors.Count)
        {
            config.Refuse($"{config.Key("block_count")} is {layers}, but the file has {config.Derivation.Tensors.Count} tensors");
        }
    }

    /// <summary>The vocabulary's size by the embedding matrix, which has to agree with what keys say of it.</summary>
    public static void Embedding(this ConfigWriter config)
    {
        config.CheckLayers();

        long? hidden = config.OptionalCount("embedding_length");
        if (config.RequireTensor(EmbeddingTensor, 2) is not { } embedding)
        {
            return;
        }

        if (hidden is not null && hidden != embedding.Shape[1])
        {
            config.Refuse($"{config.Key("embedding_length")} is {hidden}, but {EmbeddingTensor} has rows of {embedding.Shape[1]}");
        }

        if (config.OptionalCount("vocab_size") is { } stated && stated != embedding.Shape[0])
        {
            config.Refuse($"{config.Key("vocab_size")} is {stated}, but {EmbeddingTensor} has {embedding.Shape[0]} rows");
        }

        config.Fields.Set("vocab_size", embedding.Shape[0]);
    }

    /// <summary>What every decoder of the llama family has.</summary>
    public static void Decoder(this ConfigWriter config)
    {
        config.RequireFloat("attention.layer_norm_rms_epsilon", "rms_norm_eps");
        config.DecoderWithoutNorm();
    }

    /// <summary>The same for decoders that name the epsilon of their norms in another way.</summary>
    public static void DecoderWithoutNorm(this ConfigWriter config)
    {
        config.Sizes();
        if ((config.OptionalCount("attention.head_count_kv", perLayer: true)
            ?? config.OptionalCount("attention.head_count", perLayer: true)) is { } keyHeads)
        {
            config.Fields.Set("num_key_value_heads", keyHeads);
        }

        config.TokenIds();
        config.TorchType();
        config.Lose("attention_dropout");
    }

    public static void RopeBase(this ConfigWriter config) =>
        config.Fields.Set("rope_theta", config.OptionalFloat("rope.freq_base") ?? new FiniteNumber(DefaultRopeBase));

    public static void TiedByTensor(this ConfigWriter config) =>
        config.Fields.Set("tie_word_embeddings", !config.Derivation.HasTensor("output.weight"));

    public static void AttentionBiasByTensor(this ConfigWriter config) =>
        config.Fields.Set("attention_bias", config.Derivation.HasTensor("blk.0.attn_q.bias"));

    public static void TokenIds(this ConfigWriter config)
    {
        foreach ((string key, string field) in TokenIdFields.All)
        {
            Reading<long> id = TokenIdFields.Read(config.Derivation, key);
            if (id.TryGet(out long number))
            {
                config.Fields.Set(field, number);
            }
            else if (id.Problem is { } problem)
            {
                config.Note($"{field} is left out: {problem}");
            }
        }
    }

    public static void TorchType(this ConfigWriter config)
    {
        if (WrittenFloatType.Find(config) is { } type)
        {
            config.Fields.Set("torch_dtype", type);
        }
    }

    /// <summary>Width of a head, for model classes that take it from hidden size and number of heads.</summary>
    public static long? ImpliedHeadDimension(this ConfigWriter config)
    {
        long hidden = config.OptionalCount("embedding_length") ?? 0;
        long heads = config.OptionalCount("attention.head_count", perLayer: true) ?? 0;
        if (hidden == 0 || heads == 0)
        {
            return null;
        }

        if (hidden % heads != 0)
        {
            config.Refuse(
                $"{config.Key("embedding_length")} is {hidden}, which {config.Key("attention.head_count")} {heads} does not divide");
            return null;
        }

        return hidden / heads;
    }

    /// <summary>Refuses a key that states another width of a head.</summary>
    public static void RequireSameDimension(this ConfigWriter config, string name, long dimension)
    {
        if (config.OptionalCount(name) is { } stated && stated != dimension)
        {
            config.Refuse($"{config.Key(name)} is {stated}, but a head has {dimension}");
        }
    }
}
