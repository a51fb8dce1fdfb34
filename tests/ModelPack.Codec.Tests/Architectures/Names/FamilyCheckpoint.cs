using System.Text.Json;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification.Models;

namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>A small checkpoint of a family that is not llama-like, and beside it, spelled out by hand, what apr-v2.md §12.3 makes of each
/// of its tensors.</summary>
internal sealed class FamilyCheckpoint
{
    private const int Layers = 2;
    private const int Vocabulary = 12;
    private const int Context = 16;

    private readonly Random random = new(12);
    private readonly Dictionary<string, object> config;

    private FamilyCheckpoint(TensorType type, Dictionary<string, object> config) => (Type, this.config) = (type, config);

    public static IEnumerable<string> Labels => ["gpt2", "bare gpt2", "falcon", "new falcon", "gpt_neox", "opt", "whisper"];

    public TensorType Type { get; }

    /// <summary>The tensors of the folder, in its order.</summary>
    public List<EditableTensor> Tensors { get; } = [];

    /// <summary>The tensors of an APR file of it.</summary>
    public List<EditableTensor> Apr { get; } = [];

    public static FamilyCheckpoint Of(string label) => label switch
    {
        "gpt2" => Gpt2(TensorType.F32, "transformer."),
        "bare gpt2" => Gpt2(TensorType.BF16, "").Add("h.0.attn.bias", "model.layers.0.attn.bias", 1, 1, Context, Context),
        "falcon" => Falcon(keyHeads: 1, isNew: false),
        "new falcon" => Falcon(keyHeads: 2, isNew: true),
        "gpt_neox" => GptNeoX(),
        "opt" => Opt(),
        "whisper" => Whisper(),
        _ => throw new ArgumentOutOfRangeException(nameof(label)),
    };

    public FamilyCheckpoint Set(string field, object value)
    {
        config[field] = value;
        return this;
    }

    public FamilyCheckpoint Without(string field)
    {
        Assert.IsTrue(config.Remove(field), field);
        return this;
    }

    /// <summary>Writes the folder.</summary>
    public string Write(TempFolder folder)
    {
        string path = folder.At("checkpoint");
        Directory.CreateDirectory(path);
        EditableSafeTensors file = new();
        file.SetText("format", "pt");
        file.Tensors.AddRange(Tensors);
        File.WriteAllBytes(Path.Combine(path, "model.safetensors"), file.Build());
        File.WriteAllText(Path.Combine(path, "config.json"), JsonSerializer.Serialize(config));
        return path;
    }

    private static FamilyCheckpoint Gpt2(TensorType type, string prefix)
    {
        const int Hidden = 8;
        FamilyCheckpoint model = new(type, new()
        {
            ["architectures"] = new[] { "GPT2LMHeadModel" },
            ["model_type"] = "gpt2",
            ["activation_function"] = "gelu_new",
            ["n_embd"] = Hidden,
            ["n_head"] = 2,
            ["n_layer"] = Layers,
            ["n_positions"] = Context,
            ["n_ctx"] = Context,
            ["layer_norm_epsilon"] = 1e-5,
            ["vocab_size"] = Vocabulary,
        });
        model.Add($"{prefix}wte.weight", "model.embed_tokens.weight", Vocabulary, Hidden);
        model.Add($"{prefix}wpe.weight", "model.position_embedding.weight", Context, Hidden);
        for (int layer = 0; layer < Layers; layer++)
        {
            (string own, string apr) = ($"{prefix}h.{layer}.", $"model.layers.{layer}.");
            model.Both($"{own}ln_1", $"{apr}input_layernorm", Hidden);
            model.Both($"{own}ln_2", $"{apr}post_attention_layernorm", Hidden);
            model.Split(
                $"{own}attn.c_attn.weight", apr, [Hidden, 3 * Hidden], [Hidden, Hidden],
                (part, item) => (item / Hidden * 3 * Hidden) + (part * Hidden) + (item % Hidden));
            model.Split($"{own}attn.c_attn.bias", apr, [3 * Hidden], [Hidden], (part, item) => (part * Hidden) + item);
            model.Both($"{own}attn.c_proj", $"{apr}self_attn.o_proj", Hidden, Hidden, Hidden);
            model.Both($"{own}mlp.c_fc", $"{apr}mlp.up_proj", 4 * Hidden, Hidden, 4 * Hidden);
            model.Both($"{own}mlp.c_proj", $"{apr}mlp.down_proj", Hidden, 4 * Hidden, Hidden);
        }

        return model.Both($"{prefix}ln_f", "model.norm", Hidden);
    }

    private static FamilyCheckpoint GptNeoX()
    {
        const int Hidden = 8;
        const int Heads = 2;
        const int Width = Hidden / Heads;
        FamilyCheckpoint model = new(TensorType.F16, new()
        {
            ["architectures"] = new[] { "GPTNeoXForCausalLM" },
            ["model_type"] = "gpt_neox",
            ["hidden_size"] = Hidden,
            ["num_attention_heads"] = Heads,
            ["num_hidden_layers"] = Layers,
        });
        model.Add("gpt_neox.embed_in.weight", "model.embed_tokens.weight", Vocabulary, Hidden);
        for (int layer = 0; layer < Layers; layer++)
        {
            (string own, string apr) = ($"gpt_neox.layers.{layer}.", $"model.layers.{layer}.");
            model.Both($"{own}input_layernorm", $"{apr}input_layernorm", Hidden);
            model.Both($"{own}post_attention_layernorm", $"{apr}post_attention_layernorm", Hidden);
            model.Split(
                $"{own}attention.query_key_value.weight", apr, [3 * Hidden, Hidden], [Hidden, Hidden],
                (part, item) => (RowOfHead(part, item / Hidden) * Hidden) + (item % Hidden));
            model.Split($"{own}attention.query_key_value.bias", apr, [3 * Hidden], [Hidden], RowOfHead);
            model.Both($"{own}attention.dense", $"{apr}self_attn.o_proj", Hidden, Hidden, Hidden);
            model.Add($"{own}attention.rotary_emb.inv_freq", $"{apr}attention.rotary_emb.inv_freq", 2);
            model.Both($"{own}mlp.dense_h_to_4h", $"{apr}mlp.up_proj", 4 * Hidden, 4 * Hidden, Hidden);
            model.Both($"{own}mlp.dense_4h_to_h", $"{apr}mlp.down_proj", Hidden, Hidden, 4 * Hidden);
        }

        return model.Both("gpt_neox.final_layer_norm", "model.norm", Hidden).Add("embed_out.weight", "lm_head.weight", Vocabulary, Hidden);

        // Each head has its rows of q, then those of k, then those of v.
        static int RowOfHead(int part, int row) => (((row / Width * 3) + part) * Width) + (row % Width);
    }

    private static FamilyCheckpoint Opt()
    {
        const int Hidden = 8;
        FamilyCheckpoint model = new(TensorType.F16, new()
        {
            ["architectures"] = new[] { "OPTForCausalLM" },
            ["model_type"] = "opt",
            ["hidden_size"] = Hidden,
            ["num_attention_heads"] = 2,
            ["num_hidden_layers"] = Layers,
        });
        model.Add("model.decoder.embed_tokens.weight", "model.embed_tokens.weight", Vocabulary, Hidden);
        model.Add("model.decoder.embed_positions.weight", "model.position_embedding.weight", Context + 2, Hidden);
        for (int layer = 0; layer < Layers; layer++)
        {
            (string own, string apr) = ($"model.decoder.layers.{layer}.", $"model.layers.{layer}.");
            model.Both($"{own}self_attn.q_proj", $"{apr}self_attn.q_proj", Hidden, Hidden, Hidden);
            model.Both($"{own}self_attn.k_proj", $"{apr}self_attn.k_proj", Hidden, Hidden, Hidden);
            model.Both($"{own}self_attn.v_proj", $"{apr}self_attn.v_proj", Hidden, Hidden, Hidden);
            model.Both($"{own}self_attn.out_proj", $"{apr}self_attn.o_proj", Hidden, Hidden, Hidden);
            model.Both($"{own}self_attn_layer_norm", $"{apr}input_layernorm", Hidden);
            model.Both($"{own}final_layer_norm", $"{apr}post_attention_layernorm", Hidden);
            model.Both($"{own}fc1", $"{apr}mlp.up_proj", 4 * Hidden, 4 * Hidden, Hidden);
            model.Both($"{own}fc2", $"{apr}mlp.down_proj", Hidden, Hidden, 4 * Hidden);
        }

        return model.Both("model.decoder.final_layer_norm", "model.norm", Hidden);
    }

    private static FamilyCheckpoint Whisper()
    {
        const int Hidden = 8;
        FamilyCheckpoint model = new(TensorType.F16, new()
        {
            ["architectures"] = new[] { "WhisperForConditionalGeneration" },
            ["model_type"] = "whisper",
            ["d_model"] = Hidden,
            ["encoder_attention_heads"] = 2,
            ["encoder_layers"] = Layers,
        });
        model.Both("model.encoder.conv1", "encoder.conv1", Hidden, Hidden, 4, 3);
        model.Add("model.decoder.embed_tokens.weight", "decoder.embed_tokens.weight", Vocabulary, Hidden);
        foreach (string half in new[] { "encoder", "decoder" })
        {
            for (int layer = 0; layer < Layers; layer++)
            {
                model.Both(
                    $"model.{half}.layers.{layer}.self_attn.q_proj", $"{half}.layers.{layer}.self_attn.q_proj", Hidden, Hidden, Hidden);
                model.Both($"model.{half}.layers.{layer}.fc1", $"{half}.layers.{layer}.fc1", 4 * Hidden, 4 * Hidden, Hidden);
            }
        }

        return model.Add("proj_out.weight", "proj_out.weight", Vocabulary, Hidden);
    }

    private static FamilyCheckpoint Falcon(int keyHeads, bool isNew)
    {
        const int Hidden = 16;
        const int Heads = 4;
        FamilyCheckpoint model = new(TensorType.F32, new()
        {
            ["architectures"] = new[] { "FalconForCausalLM" },
            ["model_type"] = "falcon",
            ["activation"] = "gelu",
            ["alibi"] = false,
            ["bias"] = false,
            ["hidden_size"] = Hidden,
            ["layer_norm_epsilon"] = 1e-5,
            ["multi_query"] = true,
            ["new_decoder_architecture"] = isNew,
            ["num_attention_heads"] = Heads,
            ["num_hidden_layers"] = Layers,
            ["num_kv_heads"] = keyHeads,
            ["parallel_attn"] = true,
            ["vocab_size"] = Vocabulary,
        });
        model.Add("transformer.word_embeddings.weight", "model.embed_tokens.weight", Vocabulary, Hidden);
        for (int layer = 0; layer < Layers; layer++)
        {
            (string own, string apr) = ($"transformer.h.{layer}.", $"model.layers.{layer}.");
            model.Both(own + (isNew ? "ln_attn" : "input_layernorm"), $"{apr}input_layernorm", Hidden);
            if (isNew)
            {
                model.Both($"{own}ln_mlp", $"{apr}post_attention_layernorm", Hidden);
            }

            model.Add(
                $"{own}self_attention.query_key_value.weight", $"{apr}self_attn.qkv_proj.weight", (Heads + (2 * keyHeads)) * Hidden / Heads,
                Hidden);
            model.Add($"{own}self_attention.dense.weight", $"{apr}self_attn.o_proj.weight", Hidden, Hidden);
            model.Add($"{own}mlp.dense_h_to_4h.weight", $"{apr}mlp.up_proj.weight", 4 * Hidden, Hidden);
            model.Add($"{own}mlp.dense_4h_to_h.weight", $"{apr}mlp.down_proj.weight", Hidden, 4 * Hidden);
        }

        return model.Both("transformer.ln_f", "model.norm", Hidden);
    }

    private FamilyCheckpoint Add(string name, string apr, params long[] shape)
    {
        EditableTensor tensor = new(name, Type, shape, [.. Elements(shape).SelectMany(element => element)]);
        Tensors.Add(tensor);
        Apr.Add(new(apr, Type, shape, tensor.Payload));
        return this;
    }

    /// <summary>A weight and a bias; the weight of a norm has the shape of its bias.</summary>
    private FamilyCheckpoint Both(string name, string apr, long bias, params long[] weight) =>
        Add($"{name}.weight", $"{apr}.weight", weight.Length == 0 ? [bias] : weight).Add($"{name}.bias", $"{apr}.bias", bias);

    private void Split(string name, string aprLayer, long[] shape, long[] partShape, Func<int, int, int> place)
    {
        byte[][] elements = Elements(shape);
        Tensors.Add(new(name, Type, shape, [.. elements.SelectMany(element => element)]));
        foreach ((string part, int index) in new[] { "q", "k", "v" }.Select((part, index) => (part, index)))
        {
            IEnumerable<byte> payload = Enumerable.Range(0, elements.Length / 3).SelectMany(item => elements[place(index, item)]);
            Apr.Add(new($"{aprLayer}self_attn.{part}_proj.{name.Split('.')[^1]}", Type, partShape, [.. payload]));
        }
    }

    private byte[][] Elements(long[] shape) =>
        [.. Enumerable.Range(0, (int)shape.Aggregate((product, dimension) => product * dimension)).Select(_ => Element())];

    private byte[] Element() => Type switch
    {
        TensorType.F32 => BitConverter.GetBytes(random.NextSingle()),
        TensorType.F16 => BitConverter.GetBytes((Half)random.NextSingle()),
        _ => BitConverter.GetBytes(random.NextSingle())[2..],
    };
}
