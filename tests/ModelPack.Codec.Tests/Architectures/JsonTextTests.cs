using System.Text;
using ModelPack.IO.Json;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class JsonTextTests
{
    [TestMethod]
    [DataRow(0f, "0.0")]
    [DataRow(-0f, "-0.0")]
    [DataRow(1f, "1.0")]
    [DataRow(1e-5f, "1e-05")]
    [DataRow(1e-6f, "1e-06")]
    [DataRow(1.5e-5f, "1.5e-05")]
    [DataRow(0.0001f, "0.0001")]
    [DataRow(0.00012f, "0.00012")]
    [DataRow(0.1f, "0.1")]
    [DataRow(-2.0122928619384766f, "-2.0122929")]
    [DataRow(10000f, "10000.0")]
    [DataRow(500000f, "500000.0")]
    [DataRow(1000000f, "1000000.0")]
    [DataRow(16777216f, "16777216.0")]
    [DataRow(1e15f, "1000000000000000.0")]
    [DataRow(1e16f, "1e+16")]
    [DataRow(1.2345679e20f, "1.2345679e+20")]
    [DataRow(float.Epsilon, "1e-45")]
    [DataRow(float.MaxValue, "3.4028235e+38")]
    public void Single_is_spelled_as_Python_spells_its_shortest_decimal(float number, string expected) =>
    Assert.AreEqual(expected, new FiniteNumber(number).Text);

    [TestMethod]
    [DataRow(0.1, "0.1")]
    [DataRow(1e-5, "1e-05")]
    [DataRow(9.999999747378752e-06, "9.999999747378752e-06")]
    [DataRow(123456789.125, "123456789.125")]
    [DataRow(1e22, "1e+22")]
    [DataRow(1e-300, "1e-300")]
    [DataRow(0.75, "0.75")]
    public void Double_is_spelled_as_Python_spells_it(double number, string expected) =>
    Assert.AreEqual(expected, new FiniteNumber(number).Text);

    [TestMethod]
    [DataRow(1u)]
    [DataRow(0x3089_705Fu)]
    [DataRow(0x4B7F_FFFFu)]
    [DataRow(0x5A0E_1BCAu)]
    [DataRow(0x7F7F_FFFFu)]
    public void Spelling_reads_back_as_the_same_bits(uint bits)
    {
        float number = BitConverter.UInt32BitsToSingle(bits);
        Assert.AreEqual(
            bits, BitConverter.SingleToUInt32Bits(
                float.Parse(new FiniteNumber(number).Text, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [TestMethod]
    public void Nested_and_empty_containers_are_laid_out_as_json_dumps_does()
    {
        JsonText text = new(JsonCharacters.Ascii);
        text.StartObject();
        text.Name("a");
        text.StartArray();
        text.EndArray();
        text.Name("b");
        text.StartObject();
        text.EndObject();
        text.Name("c");
        text.StartArray();
        text.Number(1);
        text.Number(new FiniteNumber(2f));
        text.StartObject();
        text.Name("d");
        text.Null();
        text.EndObject();
        text.Bool(true);
        text.EndArray();
        text.EndObject();
        text.NewLineAtEnd();
        Assert.AreEqual(
            "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    2.0,\n    {\n      \"d\": null\n    },\n    true\n  ]\n}\n",
            Encoding.UTF8.GetString(text.ToArray()));
    }

    [TestMethod]
    [DataRow("plain /<>&'+", "plain /<>&'+", "plain /<>&'+")]
    [DataRow("\"\\\b\f\n\r\t", "\\\"\\\\\\b\\f\\n\\r\\t", "\\\"\\\\\\b\\f\\n\\r\\t")]
    [DataRow("\u0000\u001F", "\\u0000\\u001f", "\\u0000\\u001f")]
    [DataRow("\u007F", "\\u007f", "\u007F")]
    [DataRow("Ġé▁\u2028", "\\u0120\\u00e9\\u2581\\u2028", "Ġé▁\u2028")]
    [DataRow("😀x", "\\ud83d\\ude00x", "😀x")]
    [DataRow("", "", "")]
    public void Characters_are_escaped_as_Python_does(string value, string ascii, string unicode)
    {
        Assert.AreEqual($"\"{ascii}\"", Write(JsonCharacters.Ascii));
        Assert.AreEqual($"\"{unicode}\"", Write(JsonCharacters.Unicode));

        string Write(JsonCharacters characters)
        {
            JsonText text = new(characters);
            text.String(value);
            return Encoding.UTF8.GetString(text.ToArray());
        }
    }
}
