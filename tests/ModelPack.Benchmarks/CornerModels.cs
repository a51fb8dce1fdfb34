using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Benchmarks;

/// <summary>Models on which a program is slow that is fast on others: one type throughout, a quarter of a million tokens,
/// matrices that change places of rows and columns.</summary>
internal static class CornerModels
{
    private const int Letters = 22;
    private const int LongestWord = 4;
    private const int GemmaVocabulary = 262_144;
    private const int GemmaWidth = 640;
    private const int GemmaFeedForward = 2048;
    private const int GemmaHead = 256;
    private const int GemmaHeads = 4;
    private const int GemmaLayers = 18;
    private const int GptVocabulary = 50_257;
    private const int GptContext = 1024;

    /// <summary>Tensors of one type.</summary>
    public static void WriteOfType(string path, TensorType type, long size)
    {
        const int Rows = 4096;
        long columns = size / 16 / TensorTypes.Get(type).BlockBytes * TensorTypes.Get(type).BlockElements / Rows / 256 * 256;
        SampleModel.WriteFile(
            path, [new("general.architecture", GgufValue.FromString("sample"))],
            Enumerable.Range(0, 16).Select(i => SampleModel.Tensor($"{i}.weight", type, Rows, columns)));
    }

    /// <summary>What Gemma 3 270M is in the Q4_K_M mix: most of it embeddings in Q8_0, since its rows have no whole number of
    /// super-blocks.</summary>
    public static void WriteGemma(string path) => SampleModel.WriteFile(path, GemmaMetadata(), GemmaTensors());

    /// <summary>A byte-level tokenizer with half a million merges.</summary>
    public static void WriteMerges(string path)
    {
        List<string> words = Words();
        string[] merges = [.. words.Where(word => word.Length > 1).SelectMany(Cuts).Take(500_000)];
        string[] tokens = [
            .. words, .. Enumerable.Range(0, GemmaVocabulary - words.Count - 1).Select(i => $"<unused{i}>"), "<|endoftext|>"];
        List<MetadataEntry> metadata = LlamaMetadata(tokens.Length);
        metadata.AddRange(
        [
            new("tokenizer.ggml.model", GgufValue.FromString("gpt2")),
            new("tokenizer.ggml.pre", GgufValue.FromString("llama-bpe")),
            new("tokenizer.ggml.tokens", GgufValue.FromStrings(tokens)),
            new("tokenizer.ggml.token_type", GgufValue.FromArray<int>([.. tokens.Select(token => token[0] == '<' ? 3 : 1)])),
            new("tokenizer.ggml.merges", GgufValue.FromStrings(merges)),
            new("tokenizer.ggml.bos_token_id", GgufValue.FromUInt32((uint)tokens.Length - 1)),
            new("tokenizer.ggml.eos_token_id", GgufValue.FromUInt32((uint)tokens.Length - 1)),
        ]);
        SampleModel.WriteFile(path, metadata, LlamaTensors(tokens.Length));
    }

    /// <summary>GPT-2 of a size: transformers keep four matrices a layer with rows and columns exchanged.</summary>
    public static void WriteGpt(string path, long size)
    {
        const int Width = 1280;
        int layers = (int)Math.Max(1, (size - (4L * Width * GptVocabulary)) / (4L * 12 * Width * Width));
        SampleModel.WriteFile(path, GptMetadata(layers, Width), GptTensors(layers, Width));
    }

    private static IEnumerable<StoredTensor> GemmaTensors()
    {
        yield return SampleModel.Tensor("token_embd.weight", TensorType.Q8_0, GemmaVocabulary, GemmaWidth);
        yield return SampleModel.Tensor("output_norm.weight", TensorType.F32, GemmaWidth);
        for (int layer = 0; layer < GemmaLayers; layer++)
        {
            TensorType down = layer % 2 == 0 ? TensorType.Q6_K : TensorType.Q4_K;
            foreach (string norm in new[] { "attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm" })
            {
                yield return SampleModel.Tensor($"blk.{layer}.{norm}.weight", TensorType.F32, GemmaWidth);
            }

            yield return SampleModel.Tensor($"blk.{layer}.attn_q_norm.weight", TensorType.F32, GemmaHead);
            yield return SampleModel.Tensor($"blk.{layer}.attn_k_norm.weight", TensorType.F32, GemmaHead);
            yield return SampleModel.Tensor($"blk.{layer}.attn_q.weight", TensorType.Q5_0, GemmaHeads * GemmaHead, GemmaWidth);
            yield return SampleModel.Tensor($"blk.{layer}.attn_k.weight", TensorType.Q5_0, GemmaHead, GemmaWidth);
            yield return SampleModel.Tensor($"blk.{layer}.attn_v.weight", TensorType.Q8_0, GemmaHead, GemmaWidth);
            yield return SampleModel.Tensor($"blk.{layer}.attn_output.weight", TensorType.Q4_K, GemmaWidth, GemmaHeads * GemmaHead);
            yield return SampleModel.Tensor($"blk.{layer}.ffn_gate.weight", TensorType.Q5_0, GemmaFeedForward, GemmaWidth);
            yield return SampleModel.Tensor($"blk.{layer}.ffn_up.weight", TensorType.Q5_0, GemmaFeedForward, GemmaWidth);
            yield return SampleModel.Tensor($"blk.{layer}.ffn_down.weight", down, GemmaWidth, GemmaFeedForward);
        }
    }

    private static List<MetadataEntry> GemmaMetadata()
    {
        string[] special = ["<pad>", "<eos>", "<bos>", "<unk>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")];
        List<string> words = Words();
        string[] tokens = [
            .. special, .. words, .. Enumerable.Range(0, GemmaVocabulary - special.Length - words.Count).Select(i => $"<unused{i}>")];
        int[] types = [.. tokens.Select((token, id) => id == 3 ? 2 : id < 4 ? 3 : id < special.Length ? 6 : token[0] == '<' ? 4 : 1)];
        return
        [
            new("general.architecture", GgufValue.FromString("gemma3")),
            new("general.quantization_version", GgufValue.FromUInt32(2)),
            new("gemma3.context_length", GgufValue.FromUInt32(32_768)),
            new("gemma3.embedding_length", GgufValue.FromUInt32(GemmaWidth)),
            new("gemma3.block_count", GgufValue.FromUInt32(GemmaLayers)),
            new("gemma3.feed_forward_length", GgufValue.FromUInt32(GemmaFeedForward)),
            new("gemma3.attention.head_count", GgufValue.FromUInt32(GemmaHeads)),
            new("gemma3.attention.head_count_kv", GgufValue.FromUInt32(1)),
            new("gemma3.attention.key_length", GgufValue.FromUInt32(GemmaHead)),
            new("gemma3.attention.value_length", GgufValue.FromUInt32(GemmaHead)),
            new("gemma3.attention.layer_norm_rms_epsilon", GgufValue.FromFloat32(1e-6f)),
            new("gemma3.attention.sliding_window", GgufValue.FromUInt32(512)),
            new("gemma3.rope.freq_base", GgufValue.FromFloat32(1_000_000f)),
            new("tokenizer.ggml.model", GgufValue.FromString("llama")),
            new("tokenizer.ggml.pre", GgufValue.FromString("default")),
            new("tokenizer.ggml.tokens", GgufValue.FromStrings(tokens)),
            new("tokenizer.ggml.scores", GgufValue.FromArray<float>([.. tokens.Select((_, id) => id < special.Length ? 0f : -id)])),
            new("tokenizer.ggml.token_type", GgufValue.FromArray<int>(types)),
            new("tokenizer.ggml.padding_token_id", GgufValue.FromUInt32(0)),
            new("tokenizer.ggml.eos_token_id", GgufValue.FromUInt32(1)),
            new("tokenizer.ggml.bos_token_id", GgufValue.FromUInt32(2)),
            new("tokenizer.ggml.unknown_token_id", GgufValue.FromUInt32(3)),
            new("tokenizer.ggml.add_bos_token", GgufValue.FromBool(true)),
            new("tokenizer.ggml.add_space_prefix", GgufValue.FromBool(false)),
        ];
    }

    private static List<MetadataEntry> LlamaMetadata(int vocabulary) =>
    [
        new("general.architecture", GgufValue.FromString("llama")),
        new("llama.context_length", GgufValue.FromUInt32(2048)),
        new("llama.embedding_length", GgufValue.FromUInt32(64)),
        new("llama.block_count", GgufValue.FromUInt32(1)),
        new("llama.feed_forward_length", GgufValue.FromUInt32(128)),
        new("llama.attention.head_count", GgufValue.FromUInt32(4)),
        new("llama.attention.head_count_kv", GgufValue.FromUInt32(4)),
        new("llama.attention.layer_norm_rms_epsilon", GgufValue.FromFloat32(1e-6f)),
        new("llama.rope.dimension_count", GgufValue.FromUInt32(16)),
        new("llama.rope.freq_base", GgufValue.FromFloat32(10_000f)),
        new("llama.vocab_size", GgufValue.FromUInt32((uint)vocabulary)),
    ];

    private static ImmutableArray<StoredTensor> LlamaTensors(int vocabulary) =>
    [
        SampleModel.Tensor("token_embd.weight", TensorType.F16, vocabulary, 64),
        SampleModel.Tensor("output_norm.weight", TensorType.F32, 64),
        SampleModel.Tensor("blk.0.attn_norm.weight", TensorType.F32, 64),
        .. new[] { "attn_q", "attn_k", "attn_v", "attn_output" }.Select(
            name => SampleModel.Tensor($"blk.0.{name}.weight", TensorType.F16, 64, 64)),
        SampleModel.Tensor("blk.0.ffn_norm.weight", TensorType.F32, 64),
        SampleModel.Tensor("blk.0.ffn_gate.weight", TensorType.F16, 128, 64),
        SampleModel.Tensor("blk.0.ffn_up.weight", TensorType.F16, 128, 64),
        SampleModel.Tensor("blk.0.ffn_down.weight", TensorType.F16, 64, 128),
    ];

    private static List<MetadataEntry> GptMetadata(int layers, int width)
    {
        string[] tokens = [.. Words().Take(GptVocabulary - 1), "<|endoftext|>"];
        return
        [
            new("general.architecture", GgufValue.FromString("gpt2")),
            new("gpt2.context_length", GgufValue.FromUInt32(GptContext)),
            new("gpt2.embedding_length", GgufValue.FromUInt32((uint)width)),
            new("gpt2.block_count", GgufValue.FromUInt32((uint)layers)),
            new("gpt2.feed_forward_length", GgufValue.FromUInt32(4 * (uint)width)),
            new("gpt2.attention.head_count", GgufValue.FromUInt32((uint)width / 64)),
            new("gpt2.attention.layer_norm_epsilon", GgufValue.FromFloat32(1e-5f)),
            new("tokenizer.ggml.model", GgufValue.FromString("gpt2")),
            new("tokenizer.ggml.pre", GgufValue.FromString("gpt-2")),
            new("tokenizer.ggml.tokens", GgufValue.FromStrings(tokens)),
            new("tokenizer.ggml.token_type", GgufValue.FromArray<int>([.. tokens.Select(token => token[0] == '<' ? 3 : 1)])),
            new("tokenizer.ggml.merges",
                GgufValue.FromStrings(
                    [.. tokens.Where(word => word.Length > 1 && word[0] != '<').Select(word => $"{word[..^1]} {word[^1]}")])),
            new("tokenizer.ggml.bos_token_id", GgufValue.FromUInt32(GptVocabulary - 1)),
            new("tokenizer.ggml.eos_token_id", GgufValue.FromUInt32(GptVocabulary - 1)),
        ];
    }

    private static IEnumerable<StoredTensor> GptTensors(int layers, int width)
    {
        yield return SampleModel.Tensor("token_embd.weight", TensorType.F32, GptVocabulary, width);
        yield return SampleModel.Tensor("position_embd.weight", TensorType.F32, GptContext, width);
        yield return SampleModel.Tensor("output_norm.weight", TensorType.F32, width);
        yield return SampleModel.Tensor("output_norm.bias", TensorType.F32, width);
        for (int layer = 0; layer < layers; layer++)
        {
            foreach ((string name, int rows, int columns) in new[]
            {
                ("attn_qkv", 3 * width, width), ("attn_output", width, width), ("ffn_up", 4 * width, width), ("ffn_down", width, 4 * width),
            })
            {
                yield return SampleModel.Tensor($"blk.{layer}.{name}.weight", TensorType.F32, rows, columns);
                yield return SampleModel.Tensor($"blk.{layer}.{name}.bias", TensorType.F32, rows);
            }

            foreach (string norm in new[] { "attn_norm", "ffn_norm" })
            {
                yield return SampleModel.Tensor($"blk.{layer}.{norm}.weight", TensorType.F32, width);
                yield return SampleModel.Tensor($"blk.{layer}.{norm}.bias", TensorType.F32, width);
            }
        }
    }

    // All words of up to four of 22 letters: 245,410.
    private static List<string> Words()
    {
        List<string> words = [""];
        int begin = 0;
        for (int length = 1; length <= LongestWord; length++)
        {
            int end = words.Count;
            for (; begin < end; begin++)
            {
                words.AddRange(Enumerable.Range(0, Letters).Select(letter => words[begin] + (char)('a' + letter)).ToArray());
            }
        }

        words.RemoveAt(0);
        return words;
    }

    private static IEnumerable<string> Cuts(string word) =>
        Enumerable.Range(1, word.Length - 1).Select(place => $"{word[..place]} {word[place..]}");
}
