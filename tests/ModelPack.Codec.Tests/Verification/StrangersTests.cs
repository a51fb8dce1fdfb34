using System.Runtime.InteropServices;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>A Hugging Face folder and a GGUF that another program made from it: no record leads from one to the other, and q and k have
/// their rows in another order.</summary>
[TestClass]
public sealed class StrangersTests
{
    private const string Query = "model.layers.0.self_attn.q_proj.weight";
    private const int Hidden = 64;

    private readonly ModelFolder folder = new();

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Rows_in_another_order_are_no_difference(bool folderFirst)
    {
        (string first, string second) = Pair(folderFirst);
        VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L1);
        Assert.AreEqual(ProofLevel.L1, report.Proved, report.Differences.FirstOrDefault()?.Text);
        Assert.Contains("was compared as a conversion puts it into GGUF", string.Join('\n', report.Notes));
        ToleranceReport distance = ModelVerifier.Verify(first, second, Within("0"));
        Assert.IsEmpty(distance.Differences);
        Assert.HasCount(12, distance.Distances);
        using ModelFile left = ModelFiles.Open(first);
        using ModelFile right = ModelFiles.Open(second);
        Assert.IsEmpty(ModelDiff.Compare(left, right).Differences.Where(difference => difference.Kind != DifferenceKind.Metadata));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void One_changed_value_is_named_and_its_place_is_that_in_the_gguf(bool folderFirst)
    {
        (string first, string second) = Pair(folderFirst);
        string gguf = folderFirst ? second : first;
        byte[] bytes = File.ReadAllBytes(gguf);
        long offset;
        using (ModelFile model = ModelFiles.Open(gguf))
        {
            offset = model.Tensors.Single(tensor => tensor.Name == "blk.0.attn_q.weight").Offset + (sizeof(float) * ((3 * Hidden) + 5));
        }

        bytes[offset + 3] ^= 0x40;
        File.WriteAllBytes(gguf, bytes);
        FileSide side = folderFirst ? FileSide.Second : FileSide.First;
        Difference bit = ModelVerifier.Verify(first, second, ProofLevel.L1).Differences.Single();
        Assert.AreEqual(
            (DifferenceKind.Payload, "blk.0.attn_q.weight", offset + 3, side), (bit.Kind, bit.Place, bit.ByteOffset, bit.OffsetIn));
        Difference value = ModelVerifier.Verify(first, second, Within("1")).Differences.Single();
        Assert.AreEqual(
            (DifferenceKind.Value, "blk.0.attn_q.weight", offset, side), (value.Kind, value.Place, value.ByteOffset, value.OffsetIn));
    }

    [TestMethod]
    public void A_folder_that_cannot_be_converted_is_compared_by_names_and_the_report_says_why()
    {
        (string first, string second) = Pair(folderFirst: true);
        folder.Write(
            "hf/config.json", File.ReadAllText(Path.Combine(first, "config.json"))
                .Replace("\"num_attention_heads\":4", "\"num_attention_heads\":5", StringComparison.Ordinal));
        VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L1);
        Assert.IsNull(report.Proved);
        Assert.Contains("cannot be said in GGUF's words, so names are all that was translated", string.Join('\n', report.Notes));
        Assert.IsTrue(
            report.Differences.All(difference => difference.Place is Query or "model.layers.0.self_attn.k_proj.weight"),
            string.Join('\n', report.Differences.Select(difference => difference.Text)));
    }

    private (string First, string Second) Pair(bool folderFirst)
    {
        int seed = 0;
        TestTensor[] tensors =
        [
            .. new (string Name, long[] Shape)[]
            {
                ("model.embed_tokens.weight", [96, Hidden]), ("model.norm.weight", [Hidden]), ("lm_head.weight", [96, Hidden]),
                ("model.layers.0.input_layernorm.weight", [Hidden]), ("model.layers.0.post_attention_layernorm.weight", [Hidden]),
                    (Query, [Hidden, Hidden]),
                ("model.layers.0.self_attn.k_proj.weight", [32, Hidden]), ("model.layers.0.self_attn.v_proj.weight", [32, Hidden]),
                    ("model.layers.0.self_attn.o_proj.weight", [Hidden, Hidden]),
                ("model.layers.0.mlp.gate_proj.weight", [160, Hidden]), ("model.layers.0.mlp.up_proj.weight", [160, Hidden]),
                    ("model.layers.0.mlp.down_proj.weight", [Hidden, 160]),
            }.Select(tensor => Tensor(tensor.Name, seed++, tensor.Shape)),
        ];
        folder.Write("hf/model.safetensors", TestModels.SafeTensorsBytes(tensors));
        folder.Write("hf/config.json", """
            {"model_type":"llama","hidden_size":64,"intermediate_size":160,"max_position_embeddings":2048,"num_attention_heads":4,"num_hidden_layers":1,"num_key_value_heads":2,"rms_norm_eps":1e-05,"vocab_size":96}
            """);
        string gguf = folder["model.gguf"];
        ModelConverter.Convert(folder["hf"], gguf, ModelFormat.Gguf, new() { Origin = OriginMode.None, Loss = LossPolicy.Allow });
        return folderFirst ? (folder["hf"], gguf) : (gguf, folder["hf"]);
    }

    private static ValueTolerance Within(string text) =>
        ValueTolerance.TryParse(text, out ValueTolerance? tolerance) ? tolerance : throw new ArgumentException(text);

    private static TestTensor Tensor(string name, int seed, params ReadOnlySpan<long> shape)
    {
        TestTensor tensor = TestTensor.Random(name, TensorType.F32, seed, shape);
        foreach (ref uint bits in MemoryMarshal.Cast<byte, uint>(tensor.Bytes.AsSpan()))
        {
            bits = (bits & 0x807F_FFFF) | 0x3C00_0000;
        }

        return tensor;
    }
}
