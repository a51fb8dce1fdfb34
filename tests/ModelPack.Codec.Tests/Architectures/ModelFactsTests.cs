using ModelPack.Architectures;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class ModelFactsTests
{
    [TestMethod]
    public void Keys_are_read_below_the_architecture()
    {
        ModelFacts facts = Facts(
            ("llama.block_count", GgufValue.FromUInt32(2)), ("llama.embedding_length", GgufValue.FromUInt64(64)),
            ("llama.attention.head_count", GgufValue.FromInt32(4)),
            ("qwen2.attention.head_count", GgufValue.FromUInt32(9)), ("llama.expert_count", GgufValue.FromUInt32(8)),
            ("llama.attention.kv_lora_rank", GgufValue.FromUInt32(512)));
        Assert.AreEqual("llama", facts.Architecture);
        Assert.AreEqual(2, facts.LayerCount);
        Assert.AreEqual(4, facts.RequireHeadCount(1));
        Assert.AreEqual(4, facts.RequireHeadCountKv(1));
        Assert.AreEqual(8, facts.ExpertCount);
        Assert.AreEqual(512, facts.KvLoraRank);
        Assert.IsNull(facts.KeyLengthMla);
    }

    [TestMethod]
    public void Counts_of_each_layer_are_read_from_arrays()
    {
        ModelFacts facts = Facts(
            ("llama.attention.head_count", GgufValue.FromArray<uint>([8, 4])),
            ("llama.attention.head_count_kv", GgufValue.FromArray<int>([2, 1])),
            ("llama.feed_forward_length", GgufValue.FromArray<int>([160, -1])), ("llama.attention.key_length", GgufValue.FromUInt32(32)));
        Assert.AreEqual(8, facts.RequireHeadCount(0));
        Assert.AreEqual(4, facts.RequireHeadCount(1));
        Assert.AreEqual(2, facts.RequireHeadCountKv(0));
        Assert.AreEqual(1, facts.RequireHeadCountKv(1));
        Assert.AreEqual(32, facts.KeyLength);
        AssertError("llama.attention.head_count has 2 items, but there is a layer 2", () => facts.HeadCount(2));
        AssertError("llama.feed_forward_length is -1 at 1, not a count", () => facts.FeedForwardLength(1));
    }

    [TestMethod]
    public void Missing_zero_and_wrong_values_name_their_key()
    {
        ModelFacts facts = Facts(
            ("llama.attention.head_count", GgufValue.FromUInt32(0)), ("llama.embedding_length", GgufValue.FromFloat32(1)),
            ("llama.expert_count", GgufValue.FromStrings(["a"])),
            ("llama.feed_forward_length", GgufValue.FromArray<bool>([true])), ("llama.attention.key_length", GgufValue.FromUInt32(0)));
        AssertError("llama.attention.head_count is 0", () => facts.RequireHeadCount(0));
        AssertError("llama.attention.key_length_mla is missing", () => facts.RequireKeyLengthMla());
        AssertError("llama.embedding_length is f32 1, not a count", () => _ = facts.EmbeddingLength);
        AssertError("llama.expert_count is array[string] of 1 item, not a count", () => _ = facts.ExpertCount);
        AssertError("llama.feed_forward_length is array[bool] of 1 item, not a list of counts", () => facts.FeedForwardLength(0));
    }

    private static ModelFacts Facts(params (string Key, GgufValue Value)[] entries) =>
        ModelFacts.From("llama", [.. entries.Select(entry => new MetadataEntry(entry.Key, entry.Value))]);

    private static void AssertError(string message, Func<long?> read)
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => read());
        Assert.AreEqual(HuggingFaceErrors.UnusableKey, error.Code);
        Assert.AreEqual(message, error.Detail);
    }
}
