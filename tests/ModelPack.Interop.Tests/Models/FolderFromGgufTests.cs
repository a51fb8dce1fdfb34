using System.Globalization;
using System.Text.Json.Nodes;
using ModelPack.Interop.Tests.Tokenizers;

namespace ModelPack.Interop.Tests.Models;

/// <summary>A GGUF that was put together by hand, converted to a folder for transformers: it holds what the folder of the same model
/// holds.</summary>
[TestClass]
public sealed class FolderFromGgufTests
{
    /// <summary>Fields that GGUF has no key for, and that transformers does not compute logits with.</summary>
    private static readonly string[] Unused =
    [
        "attention_dropout", "attention_probs_dropout_prob", "attn_pdrop", "aux_loss_alpha", "classifier_dropout", "embd_pdrop",
        "embedding_dropout", "ep_size", "hidden_dropout", "hidden_dropout_prob", "initializer_range", "max_window_layers",
        "output_router_logits",
        "pretraining_tp", "resid_pdrop", "residual_dropout", "router_aux_loss_coef", "router_jitter_noise", "seq_aux",
        "transformers_version", "use_cache",
    ];

    /// <summary>Fields that may be left out, because the model class takes the same by itself.</summary>
    private static readonly Dictionary<string, string> Defaults = new()
    {
        ["activation"] = "\"gelu\"", ["attention_bias"] = "false", ["attn_logit_softcapping"] = "null", ["decoder_sparse_step"] = "1",
            ["final_logit_softcapping"] = "null",
        ["hidden_activation"] = "\"gelu_pytorch_tanh\"", ["mlp_only_layers"] = "[]", ["moe_layer_freq"] = "1", ["n_inner"] = "null",
            ["position_embedding_type"] = "\"absolute\"", ["qk_layernorm"] = "false", ["rope_theta"] = "10000",
                ["rotary_emb_base"] = "10000",
        ["scale_attn_weights"] = "true", ["sliding_window_pattern"] = "6", ["use_sliding_window"] = "false",
            ["partial_rotary_factor"] = "1",
    };

    /// <summary>The same where it depends on the class.</summary>
    private static readonly Dictionary<string, string> ClassDefaults = new()
    {
        ["mistral.architectures"] = "[\"MistralForCausalLM\"]",
            ["mistral.model_type"] = "\"mistral\"", // a Llama class that computes the same
        ["llama.hidden_act"] = "\"silu\"", ["mistral.hidden_act"] = "\"silu\"", ["mixtral.hidden_act"] = "\"silu\"",
            ["granite.hidden_act"] = "\"silu\"",
        ["qwen2.hidden_act"] = "\"silu\"", ["qwen2_moe.hidden_act"] = "\"silu\"", ["qwen3.hidden_act"] = "\"silu\"",
            ["qwen3_moe.hidden_act"] = "\"silu\"",
        ["olmo2.hidden_act"] = "\"silu\"", ["olmo3.hidden_act"] = "\"silu\"", ["phi3.hidden_act"] = "\"silu\"",
            ["stablelm.hidden_act"] = "\"silu\"", ["starcoder2.hidden_act"] = "\"gelu_pytorch_tanh\"",
        ["phi.hidden_act"] = "\"gelu_new\"", ["qwen2_moe.norm_topk_prob"] = "false", ["mixtral.sliding_window"] = "null",
            ["mistral.sliding_window"] = "null",
        ["qwen2.sliding_window"] = "null", ["qwen2_moe.sliding_window"] = "null", ["qwen3.sliding_window"] = "null",
            ["qwen3_moe.sliding_window"] = "null",
        ["starcoder2.sliding_window"] = "null", ["phi3.sliding_window"] = "null", ["deepseek_v2.topk_method"] = "\"greedy\"",
    };

    public static IEnumerable<object[]> Cases =>
        from label in Labels
        from origin in (OriginMode[])[OriginMode.Embed, OriginMode.None]
        select new object[] { label, origin };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void The_folder_has_the_tensors_of_hugging_face(string label, OriginMode origin)
    {
        TinyModel model = TinyModels.Get(label);
        Dictionary<string, ModelTensor> found = Folder(model, origin).Tensors();
        ModelTensor[] expected = [.. model.Tensors];
        CollectionAssert.AreEquivalent(expected.Select(tensor => tensor.Name).ToArray(), found.Keys.ToArray());
        foreach (ModelTensor tensor in expected)
        {
            CollectionAssert.AreEqual(tensor.Shape, found[tensor.Name].Shape, tensor.Name);
            CollectionAssert.AreEqual(
                Returned(model, tensor).Select(BitConverter.SingleToUInt32Bits).ToArray(),
                found[tensor.Name].Values.Select(BitConverter.SingleToUInt32Bits).ToArray(), tensor.Name);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void The_config_says_what_the_config_of_the_model_says(string label, OriginMode origin)
    {
        TinyModel model = TinyModels.Get(label);
        JsonObject found = JsonNode.Parse(Folder(model, origin).Bytes("config.json"))!.AsObject();
        JsonObject expected = JsonNode.Parse(File.ReadAllBytes(Path.Combine(ConvertedFolders.Folder(model), "config.json")))!.AsObject();
        List<string> differences = [];
        foreach ((string field, JsonNode? value) in expected.Where(field => !Unused.Contains(field.Key)))
        {
            string? without = ClassDefaults.GetValueOrDefault($"{model.Names.ModelType}.{field}") ?? Defaults.GetValueOrDefault(field);
            if (!found.ContainsKey(field)
                ? without != Normal(value) && !IsUnknown(model, field)
                : without != Normal(value) && Normal(value) != Normal(found[field]))
            {
                differences.Add($"{field} is {(found.ContainsKey(field) ? Normal(found[field]) : "missing")} instead of {Normal(value)}");
            }
        }

        Assert.IsEmpty(differences, string.Join('\n', differences));
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void The_tokenizer_gives_the_ids_of_the_tokenizer_of_the_model(string label, OriginMode origin)
    {
        TinyModel model = TinyModels.Get(label);
        string[] texts = [LogitsComparison.Prompt, "", "  two  spaces\n\n\tand 98765 tabs!?", $"a{model.Tokenizer.Special[0]}b"];
        int[][] ids = HuggingFaceTokenizer.Encode(Folder(model, origin).Bytes("tokenizer.json"), texts, addSpecial: true);
        for (int i = 0; i < texts.Length; i++)
        {
            CollectionAssert.AreEqual(model.Tokenizer.Encode(texts[i]), ids[i], texts[i]);
        }
    }

    [TestMethod]
    [DynamicData(nameof(AllLabels))]
    public void The_gguf_comes_back_with_the_identical_bytes(string label)
    {
        TinyModel model = TinyModels.Get(label);
        CollectionAssert.AreEqual(File.ReadAllBytes(HandMade(model)), Folder(model, OriginMode.Embed).To(ModelFormat.Gguf).Bytes());
    }

    [TestMethod]
    [DataRow("llama3-F32")]
    [DataRow("llama3-BF16")]
    public void A_table_of_factors_that_no_published_scaling_gives_is_not_guessed_at(string label)
    {
        TinyModel model = TinyModels.Get(label);
        Trip folder = Folder(model, OriginMode.Embed);
        Assert.IsFalse(File.Exists(Path.Combine(folder.Path, "config.json")));
        Assert.Contains("rope_freqs.weight is not the table of low_freq_factor 1", string.Join('\n', folder.Certificate!.Notes));
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => Folder(model, OriginMode.None));
        Assert.AreEqual("rope_freqs.weight", error.TensorName);
        Assert.Contains("rope_freqs.weight is not the table of low_freq_factor 1", error.Detail);
    }

    public static IEnumerable<string> AllLabels => TinyModels.Labels;

    /// <summary>Those whose config.json can be derived.</summary>
    private static IEnumerable<string> Labels => TinyModels.Labels.Where(label => !label.StartsWith("llama3", StringComparison.Ordinal));

    // A GGUF of Qwen names no token for the beginning.
    private static bool IsUnknown(TinyModel model, string field) => field == "bos_token_id" && model.Tokenizer.Bos is null;

    private static Trip Folder(TinyModel model, OriginMode origin) =>
        Trip.From(HandMade(model), $"{model.Label}.from-gguf-{origin}").To(ModelFormat.SafeTensors, new() { Origin = origin });

    private static string HandMade(TinyModel model)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{model.Label}.hand-made.gguf");
        HandMadeGguf.Write(model, path);
        return path;
    }

    // GGUF holds w + 1 of a norm of Gemma, rounded to single precision; 1 less is what can be said of w.
    private static float[] Returned(TinyModel model, ModelTensor tensor) =>
        model.Architecture.StartsWith("gemma", StringComparison.Ordinal) && tensor.Name.EndsWith("norm.weight", StringComparison.Ordinal)
            ? [.. tensor.Values.Select(value => (float)(value + 1f) - 1f)]
            : tensor.Values;

    // Numbers are read as the single precision that GGUF has them in; the order of fields does not count.
    private static string Normal(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject fields =>
            "{" + string.Join(
                ',', fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}:{Normal(field.Value)}"))
                    + "}",
        JsonArray items => "[" + string.Join(',', items.Select(Normal)) + "]",
        _ when node.GetValueKind() == System.Text.Json.JsonValueKind.Number =>
            ((float)node.GetValue<double>()).ToString("R", CultureInfo.InvariantCulture),
        _ => node.ToJsonString(),
    };
}
