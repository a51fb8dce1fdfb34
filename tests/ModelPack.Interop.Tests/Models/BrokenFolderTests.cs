using System.Text.Json.Nodes;
using ModelPack.Models;

namespace ModelPack.Interop.Tests.Models;

/// <summary>A folder that contradicts itself is refused, and says where; under its own names it still travels.</summary>
[TestClass]
public sealed class BrokenFolderTests
{
    private const int Attempts = 500;

    private static readonly TinyModel Llama = TinyModels.Get("llama-F32");

    private static readonly TinyModel Experts = TinyModels.Get("qwen3moe-F32");

    public static IEnumerable<object[]> Contradictions =>
    [
        ["llama-F32", "hidden_size", 128, "hidden_size is 128, but the tensor model.embed_tokens.weight has 64 columns"],
        ["llama-F32", "num_hidden_layers", 3, "num_hidden_layers is 3, but there are tensors of 2 layers, the last one 1"],
        ["llama-F32", "num_hidden_layers", 1, "num_hidden_layers is 1, but there are tensors of 2 layers, the last one 1"],
        ["llama-F32", "num_attention_heads", 8,
            "num_attention_heads 8 of width 16 give 128, but the tensor model.layers.0.self_attn.o_proj.weight has 64 columns"],
        ["llama-F32", "num_key_value_heads", 3, "num_attention_heads is 4, which num_key_value_heads 3 does not divide"],
        ["llama-F32", "num_key_value_heads", 4,
            "num_key_value_heads 4 of width 16 give 64, but the tensor model.layers.0.self_attn.k_proj.weight has 32 rows"],
        ["llama-F32", "vocab_size", 1000,
            $"vocab_size is 1000, but the tensor model.embed_tokens.weight has {TinyByteLevel.Llama.VocabularySize} rows"],
        ["llama-F32", "intermediate_size", 64,
            "intermediate_size is 64, but the tensor model.layers.0.mlp.down_proj.weight has 96 columns"],
        ["qwen3moe-F32", "num_experts", 16, $"num_experts is 16, but layer 0 has {ExpertCount} experts, the last one {ExpertCount - 1}"],
        ["deepseek2-F32", "kv_lora_rank", 16,
            "kv_lora_rank is 16, but the tensor model.layers.0.self_attn.kv_a_layernorm.weight has shape [32]"],
        ["bert-F32", "type_vocab_size", 3,
            "type_vocab_size is 3, but the tensor embeddings.token_type_embeddings.weight has shape [2, 64]"],
        ["nomic-bert-F32", "n_inner", 64, "n_inner is 64, but the tensor encoder.layers.0.mlp.fc11.weight has 96 rows"],
    ];

    private static int ExpertCount =>
        Experts.Tensors.Count(
            tensor => tensor.Name.StartsWith("model.layers.0.mlp.experts.", StringComparison.Ordinal)
                && tensor.Name.EndsWith("up_proj.weight", StringComparison.Ordinal));

    [TestMethod]
    [DynamicData(nameof(Contradictions))]
    public void A_config_that_contradicts_the_tensors_is_refused_with_both_values(string label, string field, int value, string message)
    {
        string folder = Copy(TinyModels.Get(label));
        Edit(folder, "config.json", config => config[field] = value);
        AssertRefused(folder, "config.json: " + message);
    }

    [TestMethod]
    public void A_missing_expert_is_refused()
    {
        string folder = Copy(Experts);
        HuggingFaceFolder.WriteWeights(
            Experts, Experts.Tensors.Where(tensor => !tensor.Name.StartsWith("model.layers.1.mlp.experts.2.", StringComparison.Ordinal)),
            Path.Combine(folder, "model.safetensors"));
        AssertRefused(folder, $"num_experts is {ExpertCount}, but layer 1 has {ExpertCount - 1} experts, the last one {ExpertCount - 1}");
    }

    [TestMethod]
    public void A_folder_with_a_tokenizer_and_no_config_is_refused()
    {
        string folder = Copy(Llama);
        File.Delete(Path.Combine(folder, "config.json"));
        AssertRefused(folder, "there is generation_config.json, but no config.json");
    }

    [TestMethod]
    public void A_vocabulary_with_a_gap_is_refused()
    {
        string folder = Copy(Llama);
        Edit(folder, "tokenizer.json", tokenizer => tokenizer["model"]!["vocab"]!.AsObject().Remove("a"));
        AssertRefused(folder, "tokenizer.json: model.merges[3] is [\"\\u0120\",\"a\"], but 'a' is not in model.vocab");
    }

    [TestMethod]
    public void Two_tokens_with_one_id_are_refused()
    {
        string folder = Copy(Llama);
        Edit(folder, "tokenizer.json", tokenizer => tokenizer["model"]!["vocab"]!["b"] = Llama.Tokenizer.Id("a"));
        AssertRefused(folder, $"tokenizer.json: id {Llama.Tokenizer.Id("a")} is given to 'a' and to 'b'");
    }

    [TestMethod]
    public void More_tokens_than_rows_of_the_embedding_are_refused()
    {
        string folder = Copy(Llama);
        Edit(folder, "tokenizer.json", tokenizer => tokenizer["model"]!["vocab"]!["surplus"] = Llama.Tokenizer.VocabularySize);
        AssertRefused(
            folder,
            $"tokenizer.json: 'surplus' has id {Llama.Tokenizer.VocabularySize}, but the vocabulary of the model has "
                + $"{Llama.Tokenizer.VocabularySize} rows");
    }

    [TestMethod]
    [DataRow("config.json")]
    [DataRow("tokenizer.json")]
    [DataRow("tokenizer_config.json")]
    [DataRow("generation_config.json")]
    public void Damaged_companions_convert_or_are_refused(string file)
    {
        string folder = Copy(Llama);
        byte[] sound = File.ReadAllBytes(Path.Combine(folder, file));
        RandomBytes random = new((ulong)file.Length);
        int noticed = 0;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            File.WriteAllBytes(Path.Combine(folder, file), Damaged(sound, attempt, random));
            try
            {
                ConversionPreview preview = ModelConverter.Plan(folder, folder + ".gguf", ModelFormat.Gguf, new());
                noticed += preview.Notes.Any(note => note.Contains($"{file} is not JSON", StringComparison.Ordinal)) ? 1 : 0;
            }
            catch (ModelPackException exception)
            {
                Assert.IsNotEmpty(exception.Detail);
                noticed++;
            }
        }

        Assert.IsGreaterThan(Attempts / 2, noticed);
    }

    private static byte[] Damaged(byte[] sound, int attempt, RandomBytes random)
    {
        int place = random.Below(sound.Length);
        byte[] bytes = [.. sound];
        switch (attempt % 4)
        {
            case 0:
                return bytes[..place];
            case 1:
                bytes[place] ^= (byte)(1 << random.Below(8));
                return bytes;
            case 2:
                bytes[place] = (byte)("0123456789-.eE\"{}[],:nul"[random.Below(24)]);
                return bytes;
            default:
                int length = Math.Min(random.Below(40), sound.Length - place);
                return [.. bytes[..place], .. bytes[(place + length)..]];
        }
    }

    private static string Copy(TinyModel model)
    {
        string folder = Path.Combine(WrittenFiles.Folder, Guid.NewGuid().ToString("N"));
        HuggingFaceFolder.Write(model, folder);
        return folder;
    }

    private static void Edit(string folder, string file, Action<JsonNode> edit)
    {
        string path = Path.Combine(folder, file);
        JsonNode node = JsonNode.Parse(File.ReadAllBytes(path))!;
        edit(node);
        File.WriteAllText(path, node.ToJsonString());
    }

    private static void AssertRefused(string folder, string message)
    {
        string target = folder + ".gguf";
        ModelPackException error = Assert.Throws<ModelPackException>(() => ModelConverter.Convert(folder, target, ModelFormat.Gguf, new()));
        StringAssert.Contains(error.Detail, message);
        Assert.AreEqual(ErrorKind.InvalidFile, error.Code.Kind);
        Assert.AreEqual(folder, error.FilePath);
        Assert.IsFalse(File.Exists(target));

        Certificate certificate = ModelConverter.Convert(folder, target, ModelFormat.Gguf, new() { Naming = NamingMode.Verbatim });
        Assert.AreEqual(ProofLevel.L3, certificate.Level);
        using ModelFile verbatim = ModelFiles.Open(target);
        using ModelFile source = ModelFiles.Open(folder);
        CollectionAssert.AreEquivalent(
            source.Tensors.Select(tensor => tensor.Name).ToArray(), verbatim.Tensors.Select(tensor => tensor.Name).ToArray());
    }
}
