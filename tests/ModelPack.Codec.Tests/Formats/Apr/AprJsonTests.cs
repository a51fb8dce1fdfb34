using System.Globalization;
using ModelPack.Formats.Apr;

namespace ModelPack.Codec.Tests.Formats.Apr;

[TestClass]
public sealed class AprJsonTests
{
    [TestMethod]
    [DataRow(0.0, "0.0")]
    [DataRow(-0.0, "-0.0")]
    [DataRow(1.0, "1.0")]
    [DataRow(-12.5, "-12.5")]
    [DataRow(10000.0, "10000.0")]
    [DataRow(0.0001, "0.0001")]
    [DataRow(0.00001, "0.00001")]
    [DataRow(0.000001, "1e-6")]
    [DataRow(1e15, "1000000000000000.0")]
    [DataRow(1e16, "1e16")]
    [DataRow(1.5e300, "1.5e300")]
    [DataRow(9.999999974752427e-7, "9.999999974752427e-7")]
    [DataRow(5e-324, "5e-324")]
    [DataRow(double.MaxValue, "1.7976931348623157e308")]
    public void Doubles_are_spelled_with_the_shortest_digits(double value, string expected) =>
        Assert.AreEqual(expected, AprJson.Number(value).ToString());

    [TestMethod]
    [DataRow(1e-6f, "0.000001")]
    [DataRow(1e-7f, "1e-7")]
    [DataRow(0.1f, "0.1")]
    [DataRow(1000000f, "1000000.0")]
    [DataRow(1e13f, "1e13")]
    [DataRow(float.MaxValue, "3.4028235e38")]
    public void Singles_are_spelled_with_their_own_shortest_digits(float value, string expected) =>
        Assert.AreEqual(expected, AprJson.Number(value).ToString());

    [TestMethod]
    public void Every_spelling_reads_back_to_the_same_bits()
    {
        Random random = new(2);
        for (int i = 0; i < 20000; i++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            float single = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            if (double.IsFinite(value) && float.IsFinite(single))
            {
                Assert.AreEqual(Bits(value), Bits(double.Parse(AprJson.Number(value).ToString(), CultureInfo.InvariantCulture)));
                Assert.AreEqual(Bits(single), Bits(float.Parse(AprJson.Number(single).ToString(), CultureInfo.InvariantCulture)));
            }
        }
    }

    [TestMethod]
    public void What_JSON_cannot_hold_is_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => AprJson.Number(double.NaN));
        Assert.ThrowsExactly<ArgumentException>(() => AprJson.Number(float.NegativeInfinity));
        Assert.ThrowsExactly<ArgumentException>(() => AprJson.String("\ud83d"));
        Assert.ThrowsExactly<ArgumentException>(() => AprJson.Build(writer => writer.String([0xFF])));
    }

    [TestMethod]
    public void Only_quote_backslash_and_control_characters_are_escaped()
    {
        string all = string.Concat(Enumerable.Range(0, 0x20).Select(code => (char)code)) + "\"\\/\u007f<é\u2028\U0001F642";
        const string Expected = "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f"
            + "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f"
            + "\\\"\\\\/\u007f<é\u2028\U0001F642\"";

        Assert.AreEqual(Expected, AprJson.String(all).ToString());
    }

    [TestMethod]
    public void Integers_keep_all_their_digits()
    {
        Assert.AreEqual("18446744073709551615", AprJson.Number(ulong.MaxValue).ToString());
        Assert.AreEqual("-9223372036854775808", AprJson.Number(long.MinValue).ToString());
    }

    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);
}
