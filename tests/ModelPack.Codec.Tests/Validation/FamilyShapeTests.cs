using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats.Gguf;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Validation;

[TestClass]
public sealed class FamilyShapeTests : ValidationTest
{
    private static readonly (string Key, uint Value)[] Dense =
        [("block_count", 1), ("embedding_length", 64), ("feed_forward_length", 96), ("attention.head_count", 4),
            ("attention.head_count_kv", 2)];

    private static readonly (string Name, long[] Shape)[] Attention =
    [
        ("token_embd", [100, 64]), ("output", [100, 64]), ("output_norm", [64]), ("blk.0.attn_norm", [64]), ("blk.0.ffn_norm", [64]),
        ("blk.0.attn_q", [64, 64]), ("blk.0.attn_k", [32, 64]), ("blk.0.attn_v", [32, 64]), ("blk.0.attn_output", [64, 64]),
    ];

    private static readonly (string Name, long[] Shape)[] FeedForward = [
        ("blk.0.ffn_gate", [96, 64]), ("blk.0.ffn_up", [96, 64]), ("blk.0.ffn_down", [64, 96])];

    private static readonly (string Name, long[] Shape)[] LongHeads =
    [
        ("token_embd", [100, 64]), ("output_norm", [64]), ("blk.0.attn_norm", [64]), ("blk.0.ffn_norm", [64]), ("blk.0.attn_q_norm", [24]),
        ("blk.0.attn_k_norm", [24]),
        ("blk.0.attn_q", [96, 64]), ("blk.0.attn_k", [48, 64]), ("blk.0.attn_v", [40, 64]), ("blk.0.attn_output", [64, 80]),
        ("blk.0.post_attention_norm", [64]), ("blk.0.post_ffw_norm", [64]),
    ];

    public static IEnumerable<object[]> Families =>
    [
        ["llama", Dense, (Attention, FeedForward)],
        ["qwen2", Dense, (Attention, FeedForward)],
        ["gemma", Dense, (Attention, FeedForward)],
        ["llama", More(("expert_count", 8)), (Attention, Experts("ffn_gate_inp", 8, 96))],
        ["qwen3moe", More(("expert_count", 8), ("expert_feed_forward_length", 48)),
            ((((string, long[])[])[.. Attention, ("blk.0.attn_q_norm", [16]), ("blk.0.attn_k_norm", [16])]),
                Experts("ffn_gate_inp", 8, 48))],
        ["qwen2moe", More(("expert_count", 8), ("expert_feed_forward_length", 48), ("expert_shared_feed_forward_length", 80)),
            (Attention,
                ((string, long[])[])[
                    .. Experts("ffn_gate_inp", 8, 48), ("blk.0.ffn_gate_shexp", [80, 64]), ("blk.0.ffn_up_shexp", [80, 64]),
                    ("blk.0.ffn_down_shexp", [64, 80]), ("blk.0.ffn_gate_inp_shexp", [64])])],
        ["qwen3", More(("attention.key_length", 24), ("attention.value_length", 20)), (LongHeads, FeedForward)],
        ["gemma2", More(("attention.key_length", 24), ("attention.value_length", 20)), (LongHeads, FeedForward)],
        ["gemma3", More(("attention.key_length", 24), ("attention.value_length", 20)), (LongHeads, FeedForward)],
        ["phi3", Dense,
            (((string, long[])[])[
                .. Attention.Where(
                    row => !row.Name.Contains(".attn_q", StringComparison.Ordinal) && row.Name is not ("blk.0.attn_k" or "blk.0.attn_v")),
                    ("blk.0.attn_qkv", [128, 64])],
            ((string, long[])[])[("blk.0.ffn_up", [192, 64]), ("blk.0.ffn_down", [64, 96])])],
    ];

    [TestMethod]
    [DynamicData(nameof(Families))]
    public void The_shapes_of_a_family_are_known(
        string architecture, (string Key, uint Value)[] settings,
        ((string Name, long[] Shape)[] First, (string Name, long[] Shape)[] Second) tensors)
    {
        EditableGguf model = Model(architecture, settings, [.. tensors.First, .. tensors.Second]);
        ValidationReport report = Validate(model);
        Sound(report);
        Assert.IsFalse(report.Notes.Any(note => note.Rule is "K-SHAPES" or "K-NAMES"));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Families))]
    public void Every_dimension_of_every_tensor_is_compared(
        string architecture, (string Key, uint Value)[] settings,
        ((string Name, long[] Shape)[] First, (string Name, long[] Shape)[] Second) tensors)
    {
        (string Name, long[] Shape)[] all = [.. tensors.First, .. tensors.Second];
        int compared = 0;
        for (int i = 0; i < all.Length; i++)
        {
            for (int dimension = 0; dimension < all[i].Shape.Length; dimension++)
            {
                // No vocabulary size is stated.
                if (dimension == 0 && all[i].Shape[0] == 100)
                {
                    continue;
                }

                (string Name, long[] Shape)[] damaged = [.. all];
                damaged[i].Shape = [.. all[i].Shape];
                damaged[i].Shape[dimension] += 2;
                Finding finding = Finding(Model(architecture, settings, damaged));
                Assert.AreEqual(ValidationErrors.Shape, finding.Code);
                Assert.AreEqual(all[i].Name + ".weight", finding.Place);
                compared++;
            }
        }

        Assert.IsGreaterThan(10, compared);
    }

    [TestMethod]
    public void Values_for_each_layer_are_taken_layer_by_layer()
    {
        EditableGguf model = TinyModel.Gguf();
        model.Set("qwen2.feed_forward_length", GgufValue.FromArray<uint>([512, 1024]));
        Assert.IsTrue(
            Findings(model).Select(finding => finding.Place).All(place => place.StartsWith("blk.1.ffn_", StringComparison.Ordinal)));
        Assert.HasCount(3, Findings(model));
        model.Set("qwen2.feed_forward_length", GgufValue.FromArray<uint>([512, 512]));
        Sound(Validate(model));
    }

    [TestMethod]
    public void A_leading_dimension_of_one_is_none()
    {
        EditableGguf model = TinyModel.Gguf();
        model["output_norm.weight"].Shape = [1, TinyModel.Hidden];
        Sound(Validate(model));
    }

    private static (string Key, uint Value)[] More(params (string Key, uint Value)[] settings) => [.. Dense, .. settings];

    private static (string Name, long[] Shape)[] Experts(string router, long count, long length) =>
        [($"blk.0.{router}", [count, 64]), ("blk.0.ffn_gate_exps", [count, length, 64]), ("blk.0.ffn_up_exps", [count, length, 64]),
            ("blk.0.ffn_down_exps", [count, 64, length])];

    private static EditableGguf Model(string architecture, (string Key, uint Value)[] settings, (string Name, long[] Shape)[] tensors)
    {
        EditableGguf model = new();
        model.SetText("general.architecture", architecture);
        foreach ((string key, uint value) in settings)
        {
            model.Set($"{architecture}.{key}", GgufValue.FromUInt32(value));
        }

        foreach ((string name, long[] shape) in tensors)
        {
            model.Tensors.Add(new(name + ".weight", TensorType.F16, shape, FinitePayload.Make(TensorType.F16, shape, model.Tensors.Count)));
        }

        return model;
    }
}
