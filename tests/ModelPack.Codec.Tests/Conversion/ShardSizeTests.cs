using ModelPack.Conversion;

namespace ModelPack.Codec.Tests.Conversion;

[TestClass]
public sealed class ShardSizeTests
{
    [TestMethod]
    [DataRow("500MB", 500_000_000)]
    [DataRow("5GB", 5_000_000_000)]
    [DataRow("300KB", 300_000)]
    [DataRow("1.5gb", 1_500_000_000)]
    [DataRow("2TB", 2_000_000_000_000)]
    [DataRow(" 12 kb ", 12_000)]
    [DataRow("17B", 17)]
    [DataRow("17", 17)]
    [DataRow("9223372036854775807", long.MaxValue)]
    public void A_size_is_understood_with_decimal_units(string text, long expected)
    {
        Assert.IsTrue(ShardSize.TryParse(text, out long bytes));
        Assert.AreEqual(expected, bytes);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("MB")]
    [DataRow("0")]
    [DataRow("0GB")]
    [DataRow("-1GB")]
    [DataRow("1.5")]
    [DataRow("0.0001KB")]
    [DataRow("5 G B")]
    [DataRow("5GiB")]
    [DataRow("1e9")]
    [DataRow("1,5GB")]
    [DataRow("9223372036854775808")]
    [DataRow("9999999999TB")]
    public void Anything_else_is_refused(string text) => Assert.IsFalse(ShardSize.TryParse(text, out _));
}
