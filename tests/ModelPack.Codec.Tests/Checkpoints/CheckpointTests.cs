namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>Checkpoints in the structure of published models against what llama.cpp's converter made of them (tests/data/corpus/hf/README.md).</summary>
[TestClass]
public sealed class CheckpointTests
{

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
        Difference[] found = [.. CheckpointResult.All.Values.SelectMany(result => result.Differences)];
        string[] idle = [.. KnownDifference.Of(KnownDifference.AnyCase).Where(known => !found.Any(known.Covers)).Select(known => known.Difference.ToString())];
        Assert.IsEmpty(idle, string.Join('\n', idle));
    }

    [TestMethod]
    public void Every_difference_has_a_reason_and_a_checkpoint()
    {
        string[] names = [.. CheckpointTrip.Names, KnownDifference.AnyCase];
        Assert.IsEmpty(KnownDifference.All.Where(known => known.Reason.Length == 0 || !names.Contains(known.Case)).Select(known => $"{known.Case}: {known.Difference}"));
        Assert.IsEmpty(KnownDifference.All.GroupBy(known => (known.Case, known.Difference)).Where(group => group.Count() > 1).Select(group => $"{group.Key} is there twice"));
    }
}
