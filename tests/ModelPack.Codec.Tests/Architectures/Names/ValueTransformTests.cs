namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>T2, T6 and the converter's types: values change, or change places one by one (hf-companions.md §3.2).</summary>
[TestClass]
public sealed class ValueTransformTests
{
    private const string Norm = "model.layers.0.input_layernorm.weight";
    private const string Convolution = "transformer.h.0.mlp.c_fc.weight";

    [TestMethod]
    public void Norms_of_gemma_have_one_added_and_their_bytes_are_kept()
    {
        SmallList list = new SmallList("gemma2").Add(Norm, [0f, -1f, 0.5f, -0.25f], 4);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept(Norm);
        CollectionAssert.AreEqual(new[] { 1f, 0f, 1.5f, 0.75f }, gguf.Floats("blk.0.attn_norm.weight"));
        CollectionAssert.AreEqual(
            new[] { 0f, -1f, 0.5f, -0.25f }, gguf.AsList().ToHuggingFace().ShouldComeBackExcept("blk.0.attn_norm.weight").Floats(Norm));
    }

    [TestMethod]
    public void The_bias_of_a_norm_of_nemotron_stays_as_it_is()
    {
        SmallList list = new SmallList("nemotron").Add("model.norm.weight", [1f], 1).Add("model.norm.bias", [1f], 1);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept("model.norm.weight");
        CollectionAssert.AreEqual(new[] { 2f }, gguf.Floats("output_norm.weight"));
        CollectionAssert.AreEqual(new[] { 1f }, gguf.Floats("output_norm.bias"));
    }

    [TestMethod]
    public void A_norm_of_gemma_in_bf16_is_widened_before_one_is_added()
    {
        SmallList.Translated gguf = new SmallList("gemma").Add("model.norm.weight", TensorType.BF16, [0x80, 0x3F, 0x00, 0xBF], 2).ToGguf();
        Assert.AreEqual(TensorType.F32, gguf["output_norm.weight"].Type);
        CollectionAssert.AreEqual(new[] { 2f, 0.5f }, gguf.Floats("output_norm.weight"));
    }

    [TestMethod]
    public void What_mamba_keeps_as_logarithms_is_negative_in_gguf_and_the_bytes_are_kept()
    {
        const string Logarithms = "backbone.layers.0.mixer.A_log";
        SmallList list = new SmallList("mamba").Add(Logarithms, [0f, 1f, -2f, 0.6931472f], 2, 2);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept(Logarithms);
        CollectionAssert.AreEqual(new[] { -1f, -2.7182817f, -0.13533528f, -2f }, gguf.Floats("blk.0.ssm_a"));
        CollectionAssert.AreEqual(
            new[] { 0f, 1f, -2f, 0.6931472f }, gguf.AsList().ToHuggingFace().ShouldComeBackExcept("blk.0.ssm_a")
                .Floats(Logarithms));
    }

    [TestMethod]
    public void The_convolution_of_mamba_has_a_dimension_less_in_gguf_and_its_bias_has_not()
    {
        SmallList list = new SmallList("mamba").Add("backbone.layers.0.mixer.conv1d.weight", [1, 2, 3, 4, 5, 6], 3, 1, 2)
            .Add("backbone.layers.0.mixer.conv1d.bias", [7, 8, 9], 3);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new long[] { 3, 2 }, gguf["blk.0.ssm_conv1d.weight"].Shape.ToArray());
        CollectionAssert.AreEqual(new long[] { 3 }, gguf["blk.0.ssm_conv1d.bias"].Shape.ToArray());
        SmallList.Translated back = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new long[] { 3, 1, 2 }, back["backbone.layers.0.mixer.conv1d.weight"].Shape.ToArray());
    }

    [TestMethod]
    public void Norms_of_other_families_keep_their_values()
    {
        SmallList.Translated gguf = new SmallList("olmo2").Add("model.norm.weight", [0f, -1f], 2).ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new[] { 0f, -1f }, gguf.Floats("output_norm.weight"));
    }

    [TestMethod]
    public void Weights_of_gpt2_are_transposed_and_biases_are_not()
    {
        SmallList list = new SmallList("gpt2").Add(Convolution, [1, 2, 3, 4, 5, 6], 2, 3)
            .Add("transformer.h.0.mlp.c_fc.bias", [7, 8, 9], 3);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new long[] { 3, 2 }, gguf["blk.0.ffn_up.weight"].Shape.ToArray());
        CollectionAssert.AreEqual(new float[] { 1, 4, 2, 5, 3, 6 }, gguf.Floats("blk.0.ffn_up.weight"));
        CollectionAssert.AreEqual(new float[] { 7, 8, 9 }, gguf.Floats("blk.0.ffn_up.bias"));
        SmallList.Translated back = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new long[] { 2, 3 }, back[Convolution].Shape.ToArray());
        CollectionAssert.AreEqual(list.Payloads[0], back.Bytes(Convolution));
    }

    [TestMethod]
    public void A_quantized_weight_of_gpt2_is_decoded_before_it_is_transposed()
    {
        // Two rows of one block: scale 0.5 with quants 0, 1, 2, …; scale 2 with 0, -1, -2, ….
        byte[] blocks = [
            0x00, 0x38, .. Enumerable.Range(0, 32).Select(item => (byte)item), 0x00, 0x40, .. Enumerable.Range(0, 32)
                .Select(item => (byte)-item)];
        SmallList.Translated folder = new SmallList("gpt2").Add("blk.0.ffn_up.weight", TensorType.Q8_0, blocks, 2, 32).ToHuggingFace()
            .ShouldComeBackExcept("blk.0.ffn_up.weight");
        Assert.AreEqual(TensorType.F32, folder[Convolution].Type);
        CollectionAssert.AreEqual(new long[] { 32, 2 }, folder[Convolution].Shape.ToArray());
        CollectionAssert.AreEqual(
            Enumerable.Range(0, 32).SelectMany(item => new[] { item * 0.5f, item * -2f }).ToArray(), folder.Floats(Convolution));
    }

    [TestMethod]
    [DataRow("llama", "model.norm.weight", "output_norm.weight", 1)]
    [DataRow("qwen2", "model.layers.0.self_attn.v_proj.bias", "blk.0.attn_v.bias", 1)]
    [DataRow("qwen2moe", "model.layers.0.mlp.gate.weight", "blk.0.ffn_gate_inp.weight", 2)]
    [DataRow("qwen2moe", "model.layers.0.mlp.shared_expert_gate.weight", "blk.0.ffn_gate_inp_shexp.weight", 2)]
    [DataRow("gpt2", "wpe.weight", "position_embd.weight", 2)]
    [DataRow("bert", "embeddings.token_type_embeddings.weight", "token_types.weight", 2)]
    [DataRow("deepseek2", "model.layers.0.mlp.gate.e_score_correction_bias", "blk.0.exp_probs_b.bias", 1)]
    public void What_the_converter_stores_as_f32_is_widened_and_comes_back(string architecture, string huggingFace, string gguf, int rank)
    {
        // Signalling and quiet NaNs, infinities, subnormals and -0 of both types are among these.
        byte[] words = [0x80, 0x3F, 0x81, 0x7F, 0x01, 0x7C, 0x00, 0x80, 0x01, 0x00, 0xFF, 0xFF, 0x00, 0x7C, 0x80, 0xFF];
        long[] shape = rank == 1 ? [8] : [2, 4];
        foreach (TensorType type in new[] { TensorType.BF16, TensorType.F16 })
        {
            SmallList.Translated made = new SmallList(architecture).Add(huggingFace, type, words, shape).ToGguf().ShouldComeBackExcept();
            Assert.AreEqual(TensorType.F32, made[gguf].Type);
            CollectionAssert.AreEqual(shape, made[gguf].Shape.ToArray());
            Assert.AreEqual(
                type == TensorType.BF16 ? 0x7F810000u : NaiveRecipe.WideHalf(0x7F81), BitConverter.ToUInt32(made.Bytes(gguf), 4));
        }
    }

    [TestMethod]
    [DataRow(TensorType.BF16)]
    [DataRow(TensorType.F16)]
    [DataRow(TensorType.F32)]
    [DataRow(TensorType.F8E4M3)]
    public void A_matrix_keeps_its_type(TensorType type)
    {
        SmallList list = new SmallList("llama").AddRandom(new Random(1), "model.layers.0.mlp.up_proj.weight", type, 4, 6);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        Assert.AreEqual(type, gguf["blk.0.ffn_up.weight"].Type);
        CollectionAssert.AreEqual(list.Payloads[0], gguf.Bytes("blk.0.ffn_up.weight"));
    }

    [TestMethod]
    public void A_gate_of_one_output_is_a_matrix_in_a_folder()
    {
        SmallList list = new SmallList("qwen2moe").Add("blk.0.ffn_gate_inp_shexp.weight", [1, 2, 3], 3);
        CollectionAssert.AreEqual(
            new long[] { 1, 3 }, list.ToHuggingFace()
                .ShouldComeBackExcept()["model.layers.0.mlp.shared_expert_gate.weight"].Shape.ToArray());
        SmallList matrix = new SmallList("qwen2moe").Add("blk.0.ffn_gate_inp_shexp.weight", [1, 2, 3], 1, 3);
        CollectionAssert.AreEqual(
            new long[] { 1, 3 }, matrix.ToHuggingFace()["model.layers.0.mlp.shared_expert_gate.weight"].Shape.ToArray());
    }
}
