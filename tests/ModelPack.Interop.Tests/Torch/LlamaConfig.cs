using System.Text.Json;

namespace ModelPack.Interop.Tests.Torch;

/// <summary>The fields of config.json that a decoder of the llama family computes with. A field without a default has to be
/// there.</summary>
internal sealed class LlamaConfig(JsonElement config)
{
    public string ModelType { get; } = config.GetProperty("model_type").GetString() is "llama" or "mistral" or "qwen2" or "qwen3"
        ? config.GetProperty("model_type").GetString()!
        : throw new NotSupportedException($"model_type {config.GetProperty("model_type")}");

    public int Vocabulary { get; } = config.GetProperty("vocab_size").GetInt32();

    public int Hidden { get; } = config.GetProperty("hidden_size").GetInt32();

    public int FeedForward { get; } = config.GetProperty("intermediate_size").GetInt32();

    public int Layers { get; } = config.GetProperty("num_hidden_layers").GetInt32();

    public int Heads { get; } = config.GetProperty("num_attention_heads").GetInt32();

    public int KeyValueHeads { get; } = config.GetProperty("num_key_value_heads").GetInt32();

    public double Epsilon { get; } = config.GetProperty("rms_norm_eps").GetDouble();

    public double Theta { get; } = Find(config, "rope_scaling") is null
        ? Find(config, "rope_theta")?.GetDouble() ?? 10000
        : throw new NotSupportedException("rope_scaling");

    public bool IsTied { get; } = config.GetProperty("tie_word_embeddings").GetBoolean();

    public int HeadLength { get; } = Find(config, "head_dim")?.GetInt32()
        ?? config.GetProperty("hidden_size").GetInt32() / config.GetProperty("num_attention_heads").GetInt32();

    /// <summary>On q, k and v.</summary>
    public bool HasBias => ModelType == "qwen2";

    public bool HasHeadNorms => ModelType == "qwen3";

    private static JsonElement? Find(JsonElement config, string field) =>
        config.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
