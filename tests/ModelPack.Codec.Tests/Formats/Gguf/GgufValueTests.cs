using System.Text;
using System.Text.Json;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Formats.Gguf;

[TestClass]
public sealed class GgufValueTests
{
    [TestMethod]
    public void Values_are_shown_with_what_json_cannot_hold_as_objects()
    {
        Check(GgufValue.FromUInt64(ulong.MaxValue), "u64", "18446744073709551615", "18446744073709551615");
        Check(GgufValue.FromInt64(long.MinValue), "i64", "-9223372036854775808", "-9223372036854775808");
        Check(GgufValue.FromUInt32(7), "u32", "7", "7");
        Check(GgufValue.FromInt32(-7), "i32", "-7", "-7");
        Check(GgufValue.FromUInt16(65535), "u16", "65535", "65535");
        Check(GgufValue.FromBool(true), "bool", "true", "true");
        Check(GgufValue.FromRawBytes(GgufValueType.Bool, new byte[] { 2 }), "bool", "true (stored as 2)", """{"bool":2}""");
        Check(GgufValue.FromRawBytes(GgufValueType.Int8, new byte[] { 0x80 }), "i8", "-128", "-128");
        Check(GgufValue.FromFloat32(0.1f), "f32", "0.1", "0.1");
        Check(GgufValue.FromFloat32Bits(0x8000_0000), "f32", "-0", "-0.0");
        Check(GgufValue.FromFloat32Bits(0x7F80_0001), "f32", "f32 0x7f800001", """{"f32":"0x7f800001"}""");
        Check(GgufValue.FromFloat64(double.NegativeInfinity), "f64", "f64 0xfff0000000000000", """{"f64":"0xfff0000000000000"}""");
        Check(GgufValue.FromString("a\"b\u001b[31m"), "string", "\"a\\\"b\\u001B[31m\"", "\"a\\u0022b\\u001B[31m\"");
        Check(GgufValue.FromStringBytes([0x61, 0xFF]), "string", "hex 61ff", """{"hex":"61ff"}""");
        Check(GgufValue.FromStrings(["a", "", "ž"]), "array[string]", "[\"a\", \"\", \"ž\"]", """["a","","\u017E"]""");
        Check(GgufValue.FromArray<int>([]), "array[i32]", "[]", "[]");
        Check(GgufValue.FromArray<bool>([true, false]), "array[bool]", "[true, false]", "[true,false]");
        Check(GgufValue.FromArray<float>([1, float.PositiveInfinity]), "array[f32]", "[1, f32 0x7f800000]", """[1,{"f32":"0x7f800000"}]""");
        Check(GgufValue.FromArray<uint>([uint.MaxValue]), "array[u32]", "[4294967295]", "[4294967295]");
    }

    [TestMethod]
    public void Long_arrays_are_cut_and_say_so()
    {
        GgufValue numbers = GgufValue.FromArray<int>([1, 2, 3, 4, 5]);
        Assert.AreEqual("[1, 2, … 3 more]", numbers.Display(2));
        Assert.AreEqual("""[1,2,{"more":3}]""", Json(numbers, 2));
        Assert.AreEqual("[… 5 more]", numbers.Display(0));
        Assert.AreEqual("[1, 2, 3, 4, 5]", numbers.Display(5));
    }

    [TestMethod]
    public void Cut_nested_arrays_go_on_behind_the_cut()
    {
        byte[] raw = new GgufBytes().Array(GgufValueType.Array, 3)
            .Array(GgufValueType.UInt8, 3).Raw(1, 2, 3).Array(GgufValueType.Array, 1).Array(GgufValueType.String, 1).Text("x")
            .Array(GgufValueType.UInt8, 0).ToArray();
        GgufValue value = GgufValue.FromRawBytes(GgufValueType.Array, raw);
        Assert.AreEqual("[[1, 2, 3], [[\"x\"]], []]", value.Display());
        Assert.AreEqual("[[1, 2, … 1 more], [[\"x\"]], … 1 more]", value.Display(2));
        Assert.AreEqual("""[[1,2,{"more":1}],[["x"]],{"more":1}]""", Json(value, 2));
        Assert.AreEqual("[[1, … 2 more], … 2 more]", value.Display(1));
    }

    [TestMethod]
    public void Accessors_read_only_their_own_types()
    {
        Assert.IsTrue(GgufValue.FromUInt32(9).TryGetUInt32(out uint number) && number == 9);
        Assert.IsFalse(GgufValue.FromInt32(9).TryGetUInt32(out _));
        Assert.IsTrue(GgufValue.FromInt64(-9).TryGetInteger(out Int128 integer) && integer == -9);
        Assert.IsFalse(GgufValue.FromBool(true).TryGetInteger(out _));
        Assert.IsTrue(GgufValue.FromFloat32(0.5f).TryGetFloat(out double half) && half == 0.5);
        Assert.IsFalse(GgufValue.FromInt32(1).TryGetFloat(out _));
        Assert.IsTrue(GgufValue.FromRawBytes(GgufValueType.Bool, new byte[] { 128 }).TryGetBool(out bool flag) && flag);
        Assert.IsFalse(GgufValue.FromInt32(1).TryGetBool(out _));
        Assert.IsTrue(GgufValue.FromString("ž").TryGetString(out string? text) && text == "ž");
        Assert.IsFalse(GgufValue.FromStringBytes([0xFF]).TryGetString(out _));
        Assert.IsTrue(
            GgufValue.FromArray<int>([1, -2]).TryGetIntegers(out Int128[]? integers) && integers is [var one, var two] && one == 1
                && two == -2);
        Assert.IsFalse(GgufValue.FromArray<float>([1]).TryGetIntegers(out _));
        Assert.IsFalse(GgufValue.FromStrings(["1"]).TryGetIntegers(out _));
    }

    [TestMethod]
    public void Strings_are_enumerated_as_stored()
    {
        foreach (Func<GgufBytes> encoding in GgufBytes.Encodings)
        {
            using GgufFile file = encoding().Header(0, 1).Key("a", GgufValueType.Array).Array(GgufValueType.String, 3).Text("x")
                .Text([0xFF]).Text("").Open();
            GgufValue value = file.Find("a")!;
            List<string> strings = [];
            foreach (ReadOnlyMemory<byte> text in value.EnumerateStrings())
            {
                strings.Add(System.Convert.ToHexString(text.Span));
            }

            CollectionAssert.AreEqual(new[] { "78", "FF", "" }, strings);
            CollectionAssert.AreEqual(
                new GgufBytes().Array(GgufValueType.String, 3).Text("x").Text([0xFF]).Text("").ToArray(),
                value.ToStandardEncoding().RawBytes.ToArray());
        }

        Assert.IsFalse(GgufValue.FromInt32(1).EnumerateStrings().MoveNext());
    }

    [TestMethod]
    public void Bytes_that_are_not_one_value_are_not_taken()
    {
        Assert.ThrowsExactly<ArgumentException>(() => GgufValue.FromRawBytes(GgufValueType.UInt32, new byte[3]));
        Assert.ThrowsExactly<ArgumentException>(() => GgufValue.FromRawBytes(GgufValueType.UInt32, new byte[5]));
        Assert.ThrowsExactly<ArgumentException>(() => GgufValue.FromRawBytes(GgufValueType.String, new byte[7]));
        Assert.ThrowsExactly<ArgumentException>(
            () => GgufValue.FromRawBytes(GgufValueType.Array, new byte[] { 13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => GgufValue.FromRawBytes((GgufValueType)13, new byte[1]));
        Assert.Throws<ArgumentException>(() => GgufValue.FromString("\ud800"));
        Assert.Throws<ArgumentException>(() => GgufValue.FromStrings(["\udc00"]));
    }

    private static void Check(GgufValue value, string type, string display, string json)
    {
        Assert.AreEqual(type, value.TypeName);
        Assert.AreEqual(display, value.Display());
        Assert.AreEqual(json, Json(value));
        CollectionAssert.AreEqual(value.RawBytes.ToArray(), GgufValue.FromRawBytes(value.Type, value.RawBytes).RawBytes.ToArray());
    }

    private static string Json(GgufValue value, int maxItems = int.MaxValue)
    {
        using MemoryStream output = new();
        using (Utf8JsonWriter writer = new(output))
        {
            value.WriteJson(writer, maxItems);
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    [TestMethod]
    public void An_array_has_the_type_of_its_items()
    {
        GgufValue[] arrays =
        [
            GgufValue.FromArray<byte>([1]), GgufValue.FromArray<sbyte>([-1]), GgufValue.FromArray<ushort>([2]),
            GgufValue.FromArray<short>([-2]), GgufValue.FromArray<uint>([3]), GgufValue.FromArray<int>([-3]),
            GgufValue.FromArray<ulong>([4]),
            GgufValue.FromArray<long>([-4]), GgufValue.FromArray<float>([0.5f]), GgufValue.FromArray<double>([0.25]),
            GgufValue.FromArray<bool>([true]),
        ];
        Assert.AreEqual(
            "u8 [1], i8 [-1], u16 [2], i16 [-2], u32 [3], i32 [-3], u64 [4], i64 [-4], f32 [0.5], f64 [0.25], bool [true]",
            string.Join(", ", arrays.Select(array => $"{array.TypeName[6..^1]} {array}")));
        Assert.ThrowsExactly<NotSupportedException>(() => GgufValue.FromArray<Half>([Half.One]));
    }
}
