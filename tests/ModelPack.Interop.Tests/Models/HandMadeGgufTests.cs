using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests.Models;

/// <summary>
/// The measure is measured first: the formulas on the weights of the folder and llama.cpp on a file that was put together by hand agree,
/// and a file that was put together wrong is noticed.
/// </summary>
[TestClass]
public sealed class HandMadeGgufTests
{
    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<string> Labels => TinyModels.Labels;

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void Llama_computes_what_the_formulas_give(string label)
    {
        TinyModel model = TinyModels.Get(label);
        LlamaRun run = LogitsComparison.Run(model, Write(model, model.NativeTensors(), "by-hand"));
        double difference = LogitsComparison.Difference(model, run);
        TestContext.WriteLine($"{label}: {difference:E2} of the largest logit, {run.Results[0].Max():F2}");
        Assert.IsLessThan(model.Tolerance, difference);
    }

    [TestMethod]
    [DataRow("llama-F32", "blk.0.attn_q.weight", Mistake.Unpermuted)]
    [DataRow("llama-F32", "blk.1.attn_k.weight", Mistake.Unpermuted)]
    [DataRow("granite-F32", "blk.0.attn_k.weight", Mistake.Unpermuted)]
    [DataRow("llama3-F32", "rope_freqs.weight", Mistake.Ones)]
    [DataRow("qwen2-F32", "blk.0.attn_q.bias", Mistake.Zeros)]
    [DataRow("qwen3-F32", "blk.0.attn_q_norm.weight", Mistake.Ones)]
    [DataRow("gemma2-F32", "blk.0.ffn_norm.weight", Mistake.LessOne)]
    [DataRow("gemma3-F32", "blk.5.attn_k_norm.weight", Mistake.LessOne)]
    [DataRow("mixtral-F32", "blk.0.ffn_down_exps.weight", Mistake.Reversed)]
    [DataRow("qwen3moe-F32", "blk.1.ffn_gate_inp.weight", Mistake.Reversed)]
    [DataRow("gpt2-F32", "blk.0.attn_output.weight", Mistake.Transposed)]
    [DataRow("falcon-F32", "blk.0.attn_qkv.weight", Mistake.Reversed)]
    [DataRow("gptneox-F32", "blk.0.attn_qkv.weight", Mistake.Reversed)]
    [DataRow("gptneox-sequential-F32", "blk.1.attn_qkv.bias", Mistake.Zeros)]
    [DataRow("starcoder-F32", "blk.0.attn_qkv.weight", Mistake.Reversed)]
    [DataRow("phi3-F32", "blk.0.ffn_up.weight", Mistake.Reversed)]
    [DataRow("phi3-long-F32", "rope_factors_long.weight", Mistake.Ones)]
    [DataRow("phi3-short-F32", "rope_factors_short.weight", Mistake.Ones)]
    [DataRow("gemma-F32", "blk.1.attn_norm.weight", Mistake.LessOne)]
    [DataRow("stablelm-parallel-F32", "blk.0.ffn_up.weight", Mistake.Reversed)]
    [DataRow("deepseek2-F32", "blk.0.attn_k_b.weight", Mistake.Reversed)]
    [DataRow("deepseek2-F32", "blk.2.attn_v_b.weight", Mistake.Reversed)]
    [DataRow("deepseek2-F32", "blk.1.ffn_down_shexp.weight", Mistake.Zeros)]
    [DataRow("deepseek2-lite-F32", "blk.26.attn_q.weight", Mistake.Reversed)]
    [DataRow("deepseek3-F32", "blk.1.exp_probs_b.bias", Mistake.Zeros)]
    [DataRow("olmo3-F32", "blk.4.attn_k.weight", Mistake.Reversed)]
    [DataRow("bert-F32", "token_types.weight", Mistake.Reversed)]
    [DataRow("bert-F32", "position_embd.weight", Mistake.Zeros)]
    [DataRow("bert-unpooled-F32", "blk.0.attn_output_norm.weight", Mistake.Ones)]
    [DataRow("bert-unpooled-F32", "blk.1.attn_k.weight", Mistake.Reversed)]
    [DataRow("nomic-bert-F32", "blk.0.attn_qkv.weight", Mistake.Reversed)]
    [DataRow("nomic-bert-F32", "blk.1.ffn_gate.weight", Mistake.Reversed)]
    public void A_mistake_in_one_tensor_is_noticed(string label, string name, Mistake mistake)
    {
        TinyModel model = TinyModels.Get(label);
        ModelTensor[] tensors = [.. model.NativeTensors()];
        int place = Array.FindIndex(tensors, tensor => tensor.Name == name);
        tensors[place] = Spoil(tensors[place], mistake, model.HeadLength);
        double difference = LogitsComparison.Difference(model, LogitsComparison.Run(model, Write(model, tensors, $"{name}-{mistake}")));
        TestContext.WriteLine($"{label}, {name} {mistake}: {difference:E2} of the largest logit");
        Assert.IsGreaterThan(Tolerances.Mistake, difference);
    }

    private static ModelTensor Spoil(ModelTensor tensor, Mistake mistake, int headLength) => mistake switch
    {
        Mistake.Zeros => tensor with { Values = [.. tensor.Values.Select(_ => 0f)] },
        Mistake.Ones => tensor with { Values = [.. tensor.Values.Select(_ => 1f)] },
        Mistake.LessOne => tensor with { Values = [.. tensor.Values.Select(value => value - 1)] },
        Mistake.Reversed => tensor.TakeRows(tensor.Name, Enumerable.Range(0, tensor.Rows).Reverse()),
        Mistake.Transposed =>
            tensor with
            {
                Values = [
                    .. Enumerable.Range(0, tensor.Values.Length)
                        .Select(i => tensor.Values[(i % tensor.Rows * tensor.Rows) + (i / tensor.Rows)])],
            },
        Mistake.Unpermuted => tensor.TakeRows(tensor.Name, from head in Enumerable.Range(0, tensor.Rows / headLength)
                                                           from half in Enumerable.Range(0, 2)
                                                           from j in Enumerable.Range(0, headLength / 2)
                                                           select (head * headLength) + (2 * j) + half),
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string Write(TinyModel model, IEnumerable<ModelTensor> tensors, string made)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{model.Label}.{made}.gguf");
        HandMadeGguf.Write(model, tensors, path);
        return path;
    }
}

/// <summary>What can go wrong with a tensor on its way to GGUF.</summary>
public enum Mistake
{
    /// <summary>Zero everywhere, as if it were not there.</summary>
    Zeros,

    /// <summary>One everywhere.</summary>
    Ones,

    /// <summary>The norm's weight as Gemma stores it.</summary>
    LessOne,

    /// <summary>Rows, or experts, in the wrong order.</summary>
    Reversed,

    /// <summary>A square matrix the other way round.</summary>
    Transposed,

    /// <summary>The rows of a head as Hugging Face has them.</summary>
    Unpermuted,
}
