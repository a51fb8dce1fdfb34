using System.Text.Json;
using ModelPack.Architectures;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>The table of hf-companions.md §2.4, spelled out once more.</summary>
[TestClass]
public sealed class PreTokenizerTests
{
    private const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen35 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Tekken =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string O200K =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string DeepSeek3 =
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Bailing =
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";
    private const string SeedCoder =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string MiniCpm5 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string KimiK2 =
        @"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Bloom = @" ?[^(\s|[.,!?…。，、।۔،])]+";
    private const string Cjk = "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+";
    private const string Cjk2 = "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+";

    [TestMethod]
    [DataRow(
        "gpt-2 phi-2 mellum modern-bert gigachat a.x-4.0 exaone4 jina-v2-es jina-v2-de jina-es jina-de mpt olmo jais", false, true, "W")]
    [DataRow("trillion granite-docling", false, false, "W")]
    [DataRow("jina-v1-en jina-v2-code roberta-bpe", false, true, "W")]
    [DataRow("llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano", true, true, Llama3, "B")]
    [DataRow("dbrx smaug-bpe glm4 chatglm-bpe", false, true, Llama3, "B")]
    [DataRow("qwen2 deepseek-r1-qwen kormo f2llmv2 hunyuan solar-open grok-2", false, false, Qwen2, "B")]
    [DataRow("megrez stablelm2", false, true, Qwen2, "B")]
    [DataRow("qwen35", false, false, Qwen35, "B")]
    [DataRow("starcoder refact codeshell exaone minerva-7b mellum2", false, true, "D", "W")]
    [DataRow("command-r smollm", false, false, "D", "W")]
    [DataRow("falcon", false, true, "P", "W", "G", "[0-9][0-9][0-9]")]
    [DataRow("deepseek-coder", false, false, @"[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", Cjk2, "D", "B")]
    [DataRow("deepseek-v3 hunyuan-dense joyai-llm", false, false, @"\p{N}{1,3}", Cjk, DeepSeek3, "B")]
    [DataRow("tekken", true, false, Tekken, "B")]
    [DataRow("gpt-4o llama4 kanana2 talkie minimax-m2", false, false, O200K, "B")]
    [DataRow("kimi-k2", true, false, KimiK2, "B")]
    [DataRow("bloom gpt3-finnish", false, true, Bloom, "B")]
    [DataRow("poro-chat", false, false, Bloom, "B")]
    [DataRow("viking", false, false, Bloom, @"\p{N}", "B")]
    [DataRow("bailingmoe bailingmoe2 llada-moe", false, false, Bailing, "B")]
    [DataRow("seed-coder", false, false, SeedCoder, "B")]
    [DataRow("superbpe", false, false, @"\p{N}+", @"(?=(\d{3})+(?!\d))", "B")]
    [DataRow("minicpm5", true, true, @"\p{N}{1,3}", MiniCpm5, "B")]
    public void Id_stands_for_these_steps(string ids, bool ignoreMerges, bool cleanUp, params string[] steps)
    {
        foreach (string id in ids.Split(' '))
        {
            DerivedFolder folder = SmallTokenizers.ByteLevel(id).Derive();
            using JsonDocument tokenizer = JsonDocument.Parse(folder.TextOf("tokenizer.json"));
            JsonElement pre = tokenizer.RootElement.GetProperty("pre_tokenizer");
            string[] found = steps.Length == 1 ? [Show(pre)] : [.. pre.GetProperty("pretokenizers").EnumerateArray().Select(Show)];
            CollectionAssert.AreEqual(steps, found, id);
            Assert.AreEqual(ignoreMerges, tokenizer.RootElement.GetProperty("model").GetProperty("ignore_merges").GetBoolean(), id);
            using JsonDocument config = JsonDocument.Parse(folder.TextOf("tokenizer_config.json"));
            Assert.AreEqual(cleanUp, config.RootElement.GetProperty("clean_up_tokenization_spaces").GetBoolean(), id);
        }
    }

    private static string Show(JsonElement step) => ByteLevelBpeTests.Compact(step) switch
    {
        """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""" => "W",
        """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""" => "B",
        """{"type":"Digits","individual_digits":true}""" => "D",
        """{"type":"Digits","individual_digits":false}""" => "G",
        """{"type":"Punctuation","behavior":"Contiguous"}""" => "P",
        _ => ShowSplit(step),
    };

    private static string ShowSplit(JsonElement step)
    {
        Assert.AreEqual(
            "Split Isolated False", $"{step.GetProperty("type")} {step.GetProperty("behavior")} {step.GetProperty("invert").GetBoolean()}");
        return step.GetProperty("pattern").GetProperty("Regex").GetString()!;
    }
}
