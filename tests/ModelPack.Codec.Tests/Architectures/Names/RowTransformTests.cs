namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>T1, T7, T8: rows change places (hf-companions.md §3.2).</summary>
[TestClass]
public sealed class RowTransformTests
{
    private const string Query = "model.layers.0.self_attn.q_proj.weight";
    private const string Key = "model.layers.0.self_attn.k_proj.weight";

    [TestMethod]
    public void Rows_of_q_and_k_follow_the_formula()
    {
        const int Width = 6;
        SmallList list = Llama(4, 2).AddCounting(Query, 4 * Width, 5).AddCounting(Key, 2 * Width, 3);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new long[] { 24, 5 }, gguf["blk.0.attn_q.weight"].Shape.ToArray());
        AssertRows(gguf.Bytes("blk.0.attn_q.weight"), 4, Width, 5);
        AssertRows(gguf.Bytes("blk.0.attn_k.weight"), 2, Width, 3);
        SmallList.Translated back = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        CollectionAssert.AreEqual(list.Payloads[0], back.Bytes(Query));
        CollectionAssert.AreEqual(list.Payloads[1], back.Bytes(Key));
    }

    [TestMethod]
    public void A_small_permutation_is_this_one()
    {
        SmallList.Translated gguf = Llama(2, 2).AddCounting("model.layers.0.self_attn.q_proj.bias", 8).ToGguf();
        CollectionAssert.AreEqual(new byte[] { 0, 2, 1, 3, 4, 6, 5, 7 }, gguf.Bytes("blk.0.attn_q.bias"));
        CollectionAssert.AreEqual(new long[] { 8 }, gguf["blk.0.attn_q.bias"].Shape.ToArray());
    }

    [TestMethod]
    public void A_quantized_matrix_moves_by_rows_of_blocks()
    {
        Random random = new(3);
        SmallList list = Llama(4, 2).AddRandom(random, "blk.0.attn_q.weight", TensorType.Q4_0, 16, 64)
            .AddRandom(random, "blk.0.attn_k.weight", TensorType.Q6_K, 8, 256);
        SmallList.Translated folder = list.ToHuggingFace().ShouldComeBackExcept();
        Assert.AreEqual(TensorType.Q4_0, folder[Query].Type);
        for (int row = 0; row < 16; row++)
        {
            // The inverse of the formula with four rows a head: HF row (4i + 2s + j) is GGUF row (4i + 2j + s).
            int from = (row / 4 * 4) + (row % 2 * 2) + (row % 4 / 2);
            CollectionAssert.AreEqual(
                list.Payloads[0][(from * 36)..((from + 1) * 36)], folder.Bytes(Query)[(row * 36)..((row + 1) * 36)], $"row {row}");
        }
    }

    [TestMethod]
    public void A_family_without_permutation_keeps_its_rows()
    {
        SmallList list = new SmallList("qwen2").Key("attention.head_count", 2).AddCounting(Query, 8, 3);
        CollectionAssert.AreEqual(list.Payloads[0], list.ToGguf().Bytes("blk.0.attn_q.weight"));
    }

    [TestMethod]
    public void Falcon_groups_of_queries_come_apart()
    {
        // Two groups of two q, one k, one v, with heads of one row: the rows are q0 q1 k0 v0 q2 q3 k1 v1.
        SmallList list = Falcon(4, 2).AddCounting("transformer.h.0.self_attention.query_key_value.weight", 8, 2)
            .AddCounting("transformer.h.0.self_attention.query_key_value.bias", 16);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new byte[] { 0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15 }, gguf.Bytes("blk.0.attn_qkv.weight"));
        CollectionAssert.AreEqual(new byte[] { 0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15 }, gguf.Bytes("blk.0.attn_qkv.bias"));
        CollectionAssert.AreEqual(
            list.Payloads[0], gguf.AsList().ToHuggingFace().ShouldComeBackExcept()
                .Bytes("transformer.h.0.self_attention.query_key_value.weight"));
    }

    [TestMethod]
    public void A_single_group_of_falcon_is_in_order_already()
    {
        SmallList list = Falcon(4, 1).AddCounting("transformer.h.0.self_attention.query_key_value.weight", 12, 5);
        CollectionAssert.AreEqual(list.Payloads[0], list.ToGguf().Bytes("blk.0.attn_qkv.weight"));
    }

    [TestMethod]
    public void Heads_of_bloom_come_apart()
    {
        // Three heads of q, k, v with two rows each.
        SmallList list = new SmallList("bloom").Key("attention.head_count", 3)
            .AddCounting("h.0.self_attention.query_key_value.weight", 18, 1);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(
            new byte[] { 0, 1, 6, 7, 12, 13, 2, 3, 8, 9, 14, 15, 4, 5, 10, 11, 16, 17 }, gguf.Bytes("blk.0.attn_qkv.weight"));
        CollectionAssert.AreEqual(
            list.Payloads[0], gguf.AsList().ToHuggingFace().ShouldComeBackExcept().Bytes("h.0.self_attention.query_key_value.weight"));
    }

    private static SmallList Llama(uint heads, uint shared) =>
        new SmallList("llama").Key("attention.head_count", heads).Key("attention.head_count_kv", shared);

    private static SmallList Falcon(uint heads, uint shared) =>
        new SmallList("falcon").Key("attention.head_count", heads).Key("attention.head_count_kv", shared);

    /// <summary>GGUF row (i·d + 2j + s) is HF row (i·d + s·d/2 + j); byte b of HF's payload is b.</summary>
    private static void AssertRows(byte[] gguf, int heads, int width, int columns)
    {
        Assert.HasCount(heads * width * columns, gguf);
        for (int head = 0; head < heads; head++)
        {
            for (int pair = 0; pair < width / 2; pair++)
            {
                for (int side = 0; side < 2; side++)
                {
                    for (int column = 0; column < columns; column++)
                    {
                        int row = (head * width) + (2 * pair) + side;
                        int source = (head * width) + (side * width / 2) + pair;
                        Assert.AreEqual((source * columns) + column, gguf[(row * columns) + column]);
                    }
                }
            }
        }
    }
}
