using ModelPack.Formats.SafeTensors;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

[TestClass]
public sealed class CatalogueTests
{
    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Every_code_of_a_file_is_triggered_by_a_test()
    {
        string[] triggered =
        [
            .. RefusalTests.BrokenHeaders.Select(
                row => SafeTensorsTestFile.Refusal(RefusalTests.Unmarked((string)row[1], (int)row[2])).Code.Id),
            .. RefusalTests.BrokenFrames.Select(row => SafeTensorsTestFile.Refusal((byte[])row[1]).Code.Id),
            .. WriterRefusalTests.Models.Select(row => WriterRefusalTests.Refusal((SafeTensorsModel)row[1]).Code.Id),
            SafeTensorsTestFile.Refusal(RefusalTests.Unmarked(TensorLimitTests.TooManyKeys(), 0)).Code.Id,
            MetadataTests.OriginRefusal("{\"__metadata__\":{\"modelpack.origin\":\"*\"}}").Code.Id,
        ];
        CollectionAssert.AreEquivalent(SafeTensorsErrors.All.Select(code => code.Id).ToArray(), triggered.Distinct().ToArray());
    }

    [TestMethod]
    public void Every_code_of_a_set_is_triggered_by_a_test()
    {
        string[] triggered =
        [
            .. IndexTests.BrokenIndexes.Select(row => IndexTests.Refusal((string)row[1]).Code.Id),
            .. SetTests.HostileFolders().Select(row => SetTests.Refusal((string)row[0]).Code.Id),
            IndexTests.TooLargeRefusal().Code.Id,
        ];
        string[] known = [.. SafeTensorsSetErrors.All.Select(code => code.Id)];
        CollectionAssert.AreEquivalent(known, triggered.Intersect(known).ToArray());
    }

    [TestMethod]
    public void Codes_are_unique_complete_and_in_their_range()
    {
        ErrorCode[] all = [.. SafeTensorsErrors.All, .. SafeTensorsSetErrors.All];
        Assert.IsTrue(SafeTensorsErrors.All.All(code => code.Id.StartsWith("MP12", StringComparison.Ordinal)));
        Assert.IsTrue(SafeTensorsSetErrors.All.All(code => code.Id.StartsWith("MP13", StringComparison.Ordinal)));
        Assert.AreEqual(all.Length, all.DistinctBy(code => code.Id).Count());
        Assert.IsTrue(all.All(code => code.Rule.Length > 0 && code.Summary.EndsWith('.') && code.Remedy.EndsWith('.')));
    }
}
