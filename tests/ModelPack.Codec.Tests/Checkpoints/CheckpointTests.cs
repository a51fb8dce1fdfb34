namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>Checkpoints in the structure of published models against what llama.cpp's converter made of them
/// (tests/data/corpus/hf/README.md).</summary>
[TestClass]
public sealed class CheckpointTests
{
    /// <summary>Fields that no value of which changes what a model computes once its weights are there.</summary>
    private static readonly string[] AnyValue =
    [
        "initializer_range", "attention_dropout", "attn_pdrop", "embd_pdrop", "resid_pdrop", "hidden_dropout", "hidden_dropout_prob",
        "attention_probs_dropout_prob", "embedding_dropout",
        "residual_dropout", "router_aux_loss_coef", "output_router_logits", "use_cache", "transformers_version", "_name_or_path",
        "cache_implementation", "use_flash_attn", "fused_bias_fc",
        "fused_dropout_add_ln", "use_xentropy", "inference_runner", "validate_runner_input", "pre_allocate_kv_cache", "pad_key_length",
    ];

    public static IEnumerable<object[]> Names => CheckpointTrip.Names.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_checkpoint_converts_as_the_reference_says(string name)
    {
        CheckpointResult result = CheckpointResult.All[name];
        KnownDifference.ShouldBeAll(name, result.Differences, part => part != Part.Texts);
    }

    [TestMethod]
    public void What_is_compared_of_no_checkpoint_does_differ_in_one()
    {
        CheckpointDifference[] found = [.. CheckpointResult.All.Values.SelectMany(result => result.Differences)];
        string[] idle = [
            .. KnownDifference.Of(KnownDifference.AnyCase).Where(known => !found.Any(known.Covers))
                .Select(known => known.Difference.ToString())];
        Assert.IsEmpty(idle, string.Join('\n', idle));
    }

    [TestMethod]
    public void Every_difference_has_a_reason_and_a_checkpoint()
    {
        string[] names = [.. CheckpointTrip.Names, KnownDifference.AnyCase];
        Assert.IsEmpty(
            KnownDifference.All.Where(known => known.Reason.Length == 0 || !names.Contains(known.Case))
                .Select(known => $"{known.Case}: {known.Difference}"));
        Assert.IsEmpty(
            KnownDifference.All.GroupBy(known => (known.Case, known.Difference)).Where(group => group.Count() > 1)
                .Select(group => $"{group.Key} is there twice"));
    }

    [TestMethod]
    public void What_is_compared_of_no_checkpoint_changes_no_result()
    {
        KnownDifference[] any = [.. KnownDifference.Of(KnownDifference.AnyCase)];
        Assert.IsEmpty(any.Where(known => known.Effect == Effect.Less).Select(known => known.Difference.ToString()));
        CollectionAssert.AreEquivalent(
            AnyValue.Select(field => $"{field}:*").ToArray(), any.Where(known => known.Difference.What.EndsWith('*'))
                .Select(known => known.Difference.What).ToArray());
    }

    [TestMethod]
    public void One_reason_has_one_effect() =>
        Assert.IsEmpty(
            KnownDifference.All.GroupBy(known => known.Reason).Where(group => group.Select(known => known.Effect).Distinct().Count() > 1)
                .Select(group => group.Key));
}
