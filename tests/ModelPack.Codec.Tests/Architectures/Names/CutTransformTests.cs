using ModelPack.Architectures;
using ModelPack.Architectures.Names;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>T5, T21, T22: other dimensions, and pieces of a tensor (hf-companions.md §3.2; architectures/qwen35.md, llama4.md).</summary>
[TestClass]
public sealed class CutTransformTests
{
    private const string Delta = "model.layers.0.linear_attn.";

    [TestMethod]
    public void Groups_of_qwen3next_come_apart_into_q_k_v_and_z()
    {
        // Two key heads, each with q, k of one row and two value heads of one row in v and in z.
        SmallList list = DeltaNet("qwen3next", 1).AddCounting(Delta + "in_proj_qkvz.weight", 12, 1);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new byte[] { 0, 6, 1, 7, 2, 3, 8, 9 }, gguf.Bytes("blk.0.attn_qkv.weight"));
        CollectionAssert.AreEqual(new byte[] { 4, 5, 10, 11 }, gguf.Bytes("blk.0.attn_gate.weight"));
        CollectionAssert.AreEqual(
            list.Payloads[0], gguf.AsList().ToHuggingFace().ShouldComeBackExcept().Bytes(Delta + "in_proj_qkvz.weight"));
    }

    [TestMethod]
    public void Value_heads_of_qwen35_change_places_wherever_they_stand()
    {
        // Value head g·2 + j of key head g moves to j·2 + g; a head has two rows.
        SmallList list = DeltaNet("qwen35", 2).AddCounting(Delta + "in_proj_qkv.weight", 12, 1)
            .AddCounting(Delta + "conv1d.weight", 12, 1, 1)
            .AddCounting(Delta + "in_proj_b.weight", 4, 1).AddCounting(Delta + "out_proj.weight", 1, 8).AddCounting(Delta + "dt_bias", 4);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        byte[] moved = [0, 1, 2, 3, 4, 5, 8, 9, 6, 7, 10, 11];
        CollectionAssert.AreEqual(moved, gguf.Bytes("blk.0.attn_qkv.weight"));
        CollectionAssert.AreEqual(moved, gguf.Bytes("blk.0.ssm_conv1d.weight"));
        CollectionAssert.AreEqual(new long[] { 12, 1 }, gguf["blk.0.ssm_conv1d.weight"].Shape.ToArray());
        CollectionAssert.AreEqual(new byte[] { 0, 2, 1, 3 }, gguf.Bytes("blk.0.ssm_beta.weight"));
        CollectionAssert.AreEqual(new byte[] { 0, 2, 1, 3 }, gguf.Bytes("blk.0.ssm_dt.bias"));
        CollectionAssert.AreEqual(new byte[] { 0, 1, 4, 5, 2, 3, 6, 7 }, gguf.Bytes("blk.0.ssm_out.weight"));
        SmallList.Translated back = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        foreach ((TensorInfo tensor, byte[] payload) in list.Tensors.Zip(list.Payloads))
        {
            CollectionAssert.AreEqual(payload, back.Bytes(tensor.Name), tensor.Name);
        }
    }

    [TestMethod]
    public void A_quantized_matrix_moves_by_rows_and_is_decoded_where_columns_move()
    {
        Random random = new(2);
        SmallList list = DeltaNet("qwen35", 16).AddRandom(random, "blk.0.attn_gate.weight", TensorType.Q8_0, 64, 32)
            .AddRandom(random, "blk.0.ssm_out.weight", TensorType.Q8_0, 1, 64);
        SmallList.Translated folder = list.ToHuggingFace().ShouldComeBackExcept("blk.0.ssm_out.weight");
        Assert.AreEqual(TensorType.Q8_0, folder[Delta + "in_proj_z.weight"].Type);
        Assert.AreEqual(TensorType.F32, folder[Delta + "out_proj.weight"].Type);
        CollectionAssert.AreEqual(list.Payloads[0][(16 * 34)..(17 * 34)], folder.Bytes(Delta + "in_proj_z.weight")[(32 * 34)..(33 * 34)]);
    }

    [TestMethod]
    public void Stacks_of_llama4_are_transposed_before_they_are_halved()
    {
        const string Stack = "model.layers.0.feed_forward.experts.gate_up_proj";
        SmallList list = new SmallList("llama4").AddCounting(Stack, 1, 2, 4);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new byte[] { 0, 4, 1, 5 }, gguf.Bytes("blk.0.ffn_gate_exps.weight"));
        CollectionAssert.AreEqual(new byte[] { 2, 6, 3, 7 }, gguf.Bytes("blk.0.ffn_up_exps.weight"));
        CollectionAssert.AreEqual(list.Payloads[0], gguf.AsList().ToHuggingFace().ShouldComeBackExcept().Bytes(Stack));
    }

    [TestMethod]
    public void A_norm_of_mamba2_has_a_row_for_each_group()
    {
        SmallList list = new SmallList("mamba2").Key("ssm.group_count", 2)
            .Add("backbone.layers.0.mixer.norm.weight", [1, 2, 3, 4, 5, 6], 6).Add("backbone.layers.0.mixer.D", [7, 8], 2);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new long[] { 2, 3 }, gguf["blk.0.ssm_norm.weight"].Shape.ToArray());
        CollectionAssert.AreEqual(new long[] { 2, 1 }, gguf["blk.0.ssm_d"].Shape.ToArray());
        SmallList.Translated back = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new long[] { 6 }, back["backbone.layers.0.mixer.norm.weight"].Shape.ToArray());
    }

    [TestMethod]
    public void Layers_that_predict_are_counted_from_their_first()
    {
        SmallList list = new SmallList("qwen3next").Key("block_count", 3).Key("nextn_predict_layers", 1)
            .AddCounting("mtp.layers.0.self_attn.o_proj.weight", 2, 2).AddCounting("mtp.fc.weight", 2, 4)
            .AddCounting("model.layers.1.self_attn.o_proj.weight", 2, 2);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(
            new[] { "blk.1.attn_output.weight", "blk.2.attn_output.weight", "blk.2.nextn.eh_proj.weight" }, gguf.Names);
        CollectionAssert.AreEquivalent(
            list.Tensors.Select(tensor => tensor.Name).ToArray(), gguf.AsList().ToHuggingFace().ShouldComeBackExcept().Names);
    }

    [TestMethod]
    [DataRow(2u, "blk.0.ffn_gate_shexp.weight")]
    [DataRow(0u, "blk.0.ffn_gate.weight")]
    public void A_shared_expert_is_the_feed_forward_of_a_model_without_experts(uint experts, string name)
    {
        SmallList list = new SmallList("granitehybrid").Key("expert_count", experts)
            .AddCounting("model.layers.0.shared_mlp.input_linear.weight", 4, 1);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        Assert.AreEqual(name, gguf.Names[0]);
        CollectionAssert.AreEqual(list.Payloads[0], gguf.AsList().ToHuggingFace().Bytes("model.layers.0.shared_mlp.input_linear.weight"));
    }

    [TestMethod]
    public void Rows_that_are_not_those_of_the_settings_are_refused()
    {
        ShouldFail("the shape is [11, 1], which cannot be cut into 4 parts", "in_proj_qkvz", TranslationErrors.WrongShape,
            DeltaNet("qwen3next", 1).AddCounting(Delta + "in_proj_qkvz.weight", 11, 1).ToGguf);
        ShouldFail("the shape is [5, 1], which is not the left side of '(k r) ... -> (r k) ...'", "in_proj_b",
            TranslationErrors.WrongShape, DeltaNet("qwen35", 1).AddCounting(Delta + "in_proj_b.weight", 5, 1).ToGguf);
        ShouldFail("the shape is [2, 2, 1], which is not the left side of 'n -> n 1'", "mixer.D", TranslationErrors.WrongShape,
            new SmallList("mamba2").Add("backbone.layers.0.mixer.D", [7, 8, 9, 10], 2, 2, 1).ToGguf);
        ShouldFail("do not make up 'model.layers.0.linear_attn.in_proj_qkvz.weight'", "attn_gate", TranslationErrors.UnequalParts,
            DeltaNet("qwen3next", 1).AddCounting("blk.0.attn_qkv.weight", 8, 1).AddCounting("blk.0.attn_gate.weight", 3, 1).ToHuggingFace);
        ShouldFail("the shape is [9, 1], but its parts have 2 + 2 + 4 rows", "attn_qkv", TranslationErrors.WrongShape,
            DeltaNet("qwen3next", 1).AddCounting("blk.0.attn_qkv.weight", 9, 1).AddCounting("blk.0.attn_gate.weight", 4, 1).ToHuggingFace);
        ShouldFail("'blk.0.attn_gate.weight' is missing", "attn_qkv", TranslationErrors.Incomplete,
            DeltaNet("qwen3next", 1).AddCounting("blk.0.attn_qkv.weight", 8, 1).ToHuggingFace);
        ShouldFail("qwen3next.ssm.state_size is missing", null, HuggingFaceErrors.UnusableKey,
            new SmallList("qwen3next").Key("ssm.group_count", 2).AddCounting(Delta + "in_proj_qkvz.weight", 12, 1).ToGguf);
    }

    [TestMethod]
    [DataRow("a * b + 2", 14L)]
    [DataRow("2 + a * b", 14L)]
    [DataRow("(a + b) / 7 * key", 5L)]
    [DataRow("b - a - 1", 0L)]
    [DataRow("b / a", null)]
    [DataRow("a - b", null)]
    [DataRow("big * big", null)]
    [DataRow("b / (a - 3)", null)]
    public void A_size_is_what_its_expression_says(string text, long? expected)
    {
        Dictionary<string, SizeExpression> letters = [];
        letters.Add("a", new("3", letters));
        letters.Add("b", new("a + 1", letters));
        letters.Add("big", new($"{long.MaxValue} * 1", letters));
        SizeExpression size = new(text, letters);
        if (expected > 0)
        {
            Assert.AreEqual(expected, size.Evaluate(_ => 5));
            return;
        }

        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => size.Evaluate(_ => 5));
        Assert.AreEqual(HuggingFaceErrors.UnusableKey, error.Code);
        Assert.StartsWith($"a tensor's size is {text}: ", error.Detail);
    }

    [TestMethod]
    [DataRow("a b -> b")]
    [DataRow("a -> a ...")]
    [DataRow("(a b -> a b c")]
    [DataRow("a a -> a a")]
    public void A_form_has_the_same_dimensions_on_both_sides(string text) =>
        Assert.ThrowsExactly<InvalidOperationException>(() => new Rearrangement(text, new Dictionary<string, SizeExpression>()));

    [TestMethod]
    [DataRow("a +")]
    [DataRow("(a")]
    [DataRow("a b")]
    [DataRow("+")]
    [DataRow("")]
    public void What_is_no_size_is_no_row(string text) =>
        Assert.ThrowsExactly<InvalidOperationException>(() => new SizeExpression(text, new Dictionary<string, SizeExpression>()));

    [TestMethod]
    public void Any_order_of_dimensions_is_that_of_its_letters_and_can_be_undone()
    {
        Random random = new(12);
        for (int round = 0; round < 200; round++)
        {
            string[] letters = [.. "abcdef".Take(random.Next(1, 6)).Select(letter => letter.ToString())];
            string[] target = [.. letters];
            random.Shuffle(target);
            long[] shape = [.. letters.Select(_ => random.NextInt64(1, 4))];
            Rearrangement form = new(
                $"{string.Join(' ', letters)} -> {string.Join(' ', target)}", new Dictionary<string, SizeExpression>());
            SmallList list = new SmallList("llama").AddCounting("x", shape);
            TranslationMember member = new(0, list.Given[0], default);
            TensorDraft made = form.Apply(member.Draft, toGguf: true, _ => 1, member)!;
            byte[] bytes = NaiveRecipe.Evaluate(made.Payload, [member.Given], list.Payloads);
            CollectionAssert.AreEqual(Permuted(letters, target, shape), bytes, string.Join(' ', target));
            CollectionAssert.AreEqual(target.Select(letter => shape[letters.IndexOf(letter)]).ToArray(), made.Shape.ToArray());
            PayloadRecipe back = made.Back!(new StoredPayload(0, bytes.Length));
            CollectionAssert.AreEqual(list.Payloads[0], NaiveRecipe.Evaluate(back, [bytes]));
        }
    }

    private static byte[] Permuted(string[] letters, string[] target, long[] shape)
    {
        long[] sizes = [.. target.Select(letter => shape[letters.IndexOf(letter)])];
        long count = shape.Aggregate((product, size) => product * size);
        byte[] made = new byte[count];
        for (long place = 0; place < count; place++)
        {
            Dictionary<string, long> index = [];
            long rest = place;
            for (int axis = target.Length - 1; axis >= 0; axis--)
            {
                (rest, index[target[axis]]) = Math.DivRem(rest, sizes[axis]);
            }

            made[place] = (byte)letters.Zip(shape).Aggregate(0L, (at, axis) => (at * axis.Second) + index[axis.First]);
        }

        return made;
    }

    private static SmallList DeltaNet(string architecture, uint rows) =>
        new SmallList(architecture).Key("ssm.group_count", 2).Key("ssm.time_step_rank", 4).Key("ssm.state_size", 1)
        .Key("ssm.inner_size", 4 * rows);

    private static void ShouldFail(string text, string? tensor, ErrorCode code, Func<object> translate)
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(translate);
        Assert.AreEqual(code, error.Code);
        Assert.Contains(text, error.Detail);
        Assert.Contains(tensor ?? "", error.TensorName ?? "");
    }
}
