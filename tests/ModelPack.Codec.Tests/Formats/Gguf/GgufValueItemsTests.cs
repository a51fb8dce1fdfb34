using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Formats.Gguf;

[TestClass]
public sealed class GgufValueItemsTests
{
    [TestMethod]
    [DataRow(nameof(GgufValueType.UInt8), 0L, 255L, "FF")]
    [DataRow(nameof(GgufValueType.Int8), -128L, 127L, "7F")]
    [DataRow(nameof(GgufValueType.UInt16), 0L, 65535L, "FFFF")]
    [DataRow(nameof(GgufValueType.Int16), -32768L, 32767L, "FF7F")]
    [DataRow(nameof(GgufValueType.UInt32), 0L, 4294967295L, "FFFFFFFF")]
    [DataRow(nameof(GgufValueType.Int32), -2147483648L, 2147483647L, "FFFFFF7F")]
    [DataRow(nameof(GgufValueType.Int64), long.MinValue, long.MaxValue, "FFFFFFFFFFFFFF7F")]
    public void An_integer_is_one_of_its_type_or_none(string name, long lowest, long highest, string bytes)
    {
        GgufValueType type = Enum.Parse<GgufValueType>(name);
        Assert.IsTrue(GgufValue.TryFromInteger(type, highest, out GgufValue? value));
        Assert.AreEqual((type, bytes), (value.Type, Convert.ToHexString(value.RawBytes.Span)));
        Assert.IsTrue(GgufValue.TryFromInteger(type, lowest, out _));
        Assert.IsFalse(GgufValue.TryFromInteger(type, (Int128)highest + 1, out _));
        Assert.IsFalse(GgufValue.TryFromInteger(type, (Int128)lowest - 1, out _));
    }

    [TestMethod]
    [DataRow(nameof(GgufValueType.Float32))]
    [DataRow(nameof(GgufValueType.String))]
    [DataRow("99")]
    public void What_is_no_type_of_integers_has_none(string name) =>
        Assert.IsFalse(GgufValue.TryFromInteger(Enum.Parse<GgufValueType>(name), 1, out _));

    [TestMethod]
    public void An_array_holds_items_of_one_type()
    {
        GgufValue array = GgufValue.FromItems(GgufValueType.String, [GgufValue.FromString("a"), GgufValue.FromString("bc")]);
        CollectionAssert.AreEqual(GgufValue.FromStrings(["a", "bc"]).RawBytes.ToArray(), array.RawBytes.ToArray());
        Assert.Throws<ArgumentException>(() => GgufValue.FromItems(GgufValueType.UInt32, [GgufValue.FromFloat32(1)]));
    }
}
