using ModelPack.Codec.Apr;
using ModelPack.Codec.Gguf;

namespace ModelPack.Codec.Conversion.Metadata;

/// <summary>The known APR fields that a source says itself (apr-v2.md §7.2). What it does not say is left out, never guessed.</summary>
internal static class AprMetadataFields
{
    private const string UnknownModel = "unknown";

    public static List<KeyValuePair<string, AprJson>> For(ModelFile source, IReadOnlyList<TensorStep> steps)
    {
        List<KeyValuePair<string, AprJson>> fields =
        [
            new("model_type", AprJson.String(source.Architecture ?? UnknownModel)),
            new("original_format", AprJson.String(source.Format.ToString().ToLowerInvariant())),
            new("param_count", AprJson.Number((ulong)steps.Sum(step => step.Logical.ElementCount))),
        ];
        if (source.Architecture is { } architecture)
        {
            fields.Add(new("architecture", AprJson.String(architecture)));
        }

        if ((source is ModelSet set ? set.First : source) is GgufFile gguf)
        {
            fields.AddRange(FromGguf(gguf));
        }

        return fields;
    }

    private static IEnumerable<KeyValuePair<string, AprJson>> FromGguf(GgufFile gguf)
    {
        foreach ((string key, string field) in Texts)
        {
            if (gguf.Find(key)?.Text is { } text)
            {
                yield return new(field, AprJson.String(text));
            }
        }

        foreach ((string key, string field) in Integers)
        {
            if (gguf.Find($"{gguf.Architecture}.{key}") is { } value && value.TryGetUInt32(out uint number))
            {
                yield return new(field, AprJson.Number((ulong)number));
            }
        }

        foreach ((string key, string field) in Numbers)
        {
            if (gguf.Find($"{gguf.Architecture}.{key}") is { Type: GgufValueType.Float32 } value && value.TryGetFloat(out double number) && double.IsFinite(number))
            {
                yield return new(field, AprJson.Number((float)number));
            }
        }
    }

    private static IEnumerable<(string Key, string Field)> Texts =>
    [
        ("general.name", "name"),
        ("general.description", "description"),
        ("general.author", "author"),
        ("general.license", "license"),
        ("general.version", "version"),
        ("general.source.url", "source"),
        ("tokenizer.chat_template", "chat_template"),
    ];

    private static IEnumerable<(string Key, string Field)> Integers =>
    [
        ("embedding_length", "hidden_size"),
        ("block_count", "num_layers"),
        ("attention.head_count", "num_heads"),
        ("attention.head_count_kv", "num_kv_heads"),
        ("vocab_size", "vocab_size"),
        ("feed_forward_length", "intermediate_size"),
        ("context_length", "max_position_embeddings"),
        ("attention.key_length", "head_dim"),
        ("expert_count", "num_experts"),
        ("expert_used_count", "num_experts_per_tok"),
        ("expert_feed_forward_length", "moe_intermediate_size"),
    ];

    private static IEnumerable<(string Key, string Field)> Numbers =>
    [
        ("rope.freq_base", "rope_theta"),
        ("attention.layer_norm_rms_epsilon", "rms_norm_eps"),
    ];
}
