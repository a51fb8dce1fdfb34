using System.Globalization;
using System.Text.Json;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Verification.Models;

/// <summary>A small model of the architecture qwen2 in which everything is in order, written natively in each format.</summary>
internal static class TinyModel
{
    public const int Layers = 2;
    public const int Hidden = 256;
    public const int FeedForward = 512;
    public const int Heads = 4;
    public const int KeyValueHeads = 2;
    public const string Template = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{% endfor %}{# __class__ is a comment #}";

    private static readonly string[] Letters = [.. Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString())];

    /// <summary>Merge rules over letters: a letter and the one after next.</summary>
    public static IReadOnlyList<string> Merges { get; } = [.. Enumerable.Range(0, 24).Select(i => $"{Letters[i]} {Letters[i + 2]}")];

    public static IReadOnlyList<string> Tokens { get; } = [
        .. Letters, .. Merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)), "<|end|>", "<|pad|>"];

    public static int End => Tokens.Count - 2;

    public static EditableModel In(ModelFormat format) => format switch
    {
        ModelFormat.Gguf => Gguf(),
        ModelFormat.Apr => Apr(),
        _ => SafeTensors(),
    };

    public static EditableGguf Gguf()
    {
        EditableGguf model = new();
        model.SetText("general.architecture", "qwen2");
        model.SetText("general.name", "Tiny");
        model.Set("qwen2.block_count", GgufValue.FromUInt32(Layers));
        model.Set("qwen2.context_length", GgufValue.FromUInt32(512));
        model.Set("qwen2.embedding_length", GgufValue.FromUInt32(Hidden));
        model.Set("qwen2.feed_forward_length", GgufValue.FromUInt32(FeedForward));
        model.Set("qwen2.attention.head_count", GgufValue.FromUInt32(Heads));
        model.Set("qwen2.attention.head_count_kv", GgufValue.FromUInt32(KeyValueHeads));
        model.Set("qwen2.attention.layer_norm_rms_epsilon", GgufValue.FromFloat32(1e-6f));
        model.SetText("tokenizer.ggml.model", "gpt2");
        model.Set("tokenizer.ggml.tokens", GgufValue.FromStrings([.. Tokens]));
        model.Set("tokenizer.ggml.token_type", GgufValue.FromArray<int>([.. Tokens.Select((_, i) => i < End ? 1 : 3)]));
        model.Set("tokenizer.ggml.merges", GgufValue.FromStrings([.. Merges]));
        model.Set("tokenizer.ggml.eos_token_id", GgufValue.FromUInt32((uint)End));
        model.SetText("tokenizer.chat_template", Template);
        model.Set("general.quantization_version", GgufValue.FromUInt32(2));
        AddTensors(model, TensorType.Q4_K, TensorType.Q6_K, TensorType.Q4_0);
        return model;
    }

    public static EditableApr Apr()
    {
        EditableApr model = new();
        model.SetText("model_type", "qwen2");
        model.SetText("name", "Tiny");
        model.SetJson("license", "null");
        model.SetJson("data_source", "null");
        model.SetJson("data_license", "null");
        model.SetJson("total_size", "0");
        model.SetJson("param_count", "0");
        model.SetText("architecture", "qwen2");
        (string Key, int Value)[] numbers =
        [
            ("hidden_size", Hidden), ("num_layers", Layers), ("num_heads", Heads), ("num_kv_heads", KeyValueHeads),
            ("vocab_size", Tokens.Count),
            ("intermediate_size", FeedForward), ("model.hidden_size", Hidden), ("tokenizer.vocab_size", Tokens.Count),
            ("tokenizer.eos_token_id", End),
        ];
        foreach ((string key, int value) in numbers)
        {
            model.SetJson(key, value.ToString(CultureInfo.InvariantCulture));
        }

        model.SetText("model.architecture", "qwen2");
        model.SetJson("tokenizer.vocabulary", JsonSerializer.Serialize(Tokens));
        model.SetJson("tokenizer.merges", JsonSerializer.Serialize(Merges));
        model.SetJson("tokenizer.token_type", JsonSerializer.Serialize(Tokens.Select((_, i) => i < End ? 1 : 3)));
        model.SetText("chat_template", Template);
        AddTensors(model, TensorType.Q4_K, TensorType.Q6_K, TensorType.BF16);
        return model;
    }

    public static EditableSafeTensors SafeTensors()
    {
        EditableSafeTensors model = new();
        model.SetText("format", "pt");
        model.SetText("general.name", "Tiny");
        AddTensors(model, TensorType.BF16, TensorType.F16, TensorType.BF16);
        return model;
    }

    private static void AddTensors(EditableModel model, TensorType quantized, TensorType embedding, TensorType down)
    {
        Add(model, "token_embd.weight", embedding, Tokens.Count, Hidden);
        Add(model, "output_norm.weight", TensorType.F32, Hidden);
        for (int layer = 0; layer < Layers; layer++)
        {
            string block = $"blk.{layer}.";
            Add(model, block + "attn_norm.weight", TensorType.F32, Hidden);
            Add(model, block + "attn_q.weight", quantized, Hidden, Hidden);
            Add(model, block + "attn_q.bias", TensorType.F32, Hidden);
            Add(model, block + "attn_k.weight", quantized, Hidden / 2, Hidden);
            Add(model, block + "attn_v.weight", TensorType.F16, Hidden / 2, Hidden);
            Add(model, block + "attn_output.weight", TensorType.F16, Hidden, Hidden);
            Add(model, block + "ffn_norm.weight", TensorType.F32, Hidden);
            Add(model, block + "ffn_gate.weight", quantized, FeedForward, Hidden);
            Add(model, block + "ffn_up.weight", quantized, FeedForward, Hidden);
            Add(model, block + "ffn_down.weight", down, Hidden, FeedForward);
        }

        // Not a multiple of any alignment, so that padding follows.
        Add(model, "lookup", TensorType.I8, 72);
    }

    private static void Add(EditableModel model, string name, TensorType type, params long[] shape) =>
        model.Tensors.Add(new(model.NameOf(name), type, shape, FinitePayload.Make(type, shape, seed: model.Tensors.Count + 1)));
}
