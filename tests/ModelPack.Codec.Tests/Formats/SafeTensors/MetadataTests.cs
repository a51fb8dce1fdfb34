using System.Text;
using System.Text.Json;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

[TestClass]
public sealed class MetadataTests
{
    [TestMethod]
    public void Values_are_unescaped_and_keep_the_order_of_the_file()
    {
        using SafeTensorsFile file = SafeTensorsTestFile.Open("{\"__metadata__\":{\"b\":\"x\\u00e9\\n\",\"a\":\"plain \u00e9\"}}", 0);
        CollectionAssert.AreEqual(new[] { "b", "a" }, file.Metadata.Select(entry => entry.Key).ToArray());
        CollectionAssert.AreEqual(Encoding.UTF8.GetBytes("xé\n"), file.Metadata[0].Value.RawBytes.ToArray());
        CollectionAssert.AreEqual(Encoding.UTF8.GetBytes("plain é"), file.Metadata[1].Value.RawBytes.ToArray());
        Assert.AreEqual("plain é", file.Metadata[1].Value.Display());
        Assert.AreEqual("json string", file.Metadata[1].Value.TypeName);
    }

    [TestMethod]
    public void A_value_is_written_as_a_json_string()
    {
        using SafeTensorsFile file = SafeTensorsTestFile.Open("{\"__metadata__\":{\"a\":\"1\\u0022\\u0000é\"}}", 0);
        using MemoryStream output = new();
        using (Utf8JsonWriter writer = new(output))
        {
            file.Metadata[0].Value.WriteJson(writer);
        }

        using JsonDocument read = JsonDocument.Parse(output.ToArray());
        Assert.AreEqual("1\"\0é", read.RootElement.GetString());
    }

    [TestMethod]
    [DataRow((byte)'"', "a quote ends it sooner")]
    [DataRow((byte)'\n', "a line feed stands in it")]
    [DataRow((byte)'\\', "an escape means nothing")]
    [DataRow((byte)0xFF, "a byte is no UTF-8")]
    public void A_long_value_is_read_again_and_has_to_be_the_text_that_it_was(byte changed, string how)
    {
        string text = new string('x', 5000) + "é";
        byte[] bytes = SafeTensorsTestFile.Build($"{{\"__metadata__\":{{\"a\":\"{text}\",\"b\":\"{text}\\n\"}}}}", 0);
        using SafeTensorsFile file = SafeTensorsFile.Open(new MemoryByteSource(bytes, "m.safetensors"));
        Assert.AreEqual(text, file.Metadata[0].Value.Text);
        Assert.AreEqual(text + "\n", file.Metadata[1].Value.Text);
        foreach (MetadataEntry entry in file.Metadata)
        {
            bytes[((SafeTensorsValue)entry.Value).Position + 2000] = changed;
            ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(() => entry.Value.RawBytes, how);
            Assert.AreEqual((SafeTensorsErrors.NotJson, "m.safetensors"), (exception.Code, exception.FilePath));
        }
    }

    [TestMethod]
    public void The_origin_record_is_decoded()
    {
        byte[] record = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        using SafeTensorsFile file = SafeTensorsTestFile.Open(
            $"{{\"__metadata__\":{{\"modelpack.origin\":\"{Convert.ToBase64String(record)}\"}}}}", 0);
        CollectionAssert.AreEqual(record, file.OriginRecord!.Value.ToArray());
    }

    [TestMethod]
    public void Without_an_origin_record_there_is_none()
    {
        using SafeTensorsFile file = SafeTensorsTestFile.Open("{\"__metadata__\":{\"format\":\"pt\"}}", 0);
        Assert.IsNull(file.OriginRecord);
        Assert.IsNull(file.Architecture);
    }

    [TestMethod]
    [DataRow("AAA")]
    [DataRow("AAAA ")]
    [DataRow("AA AA")]
    [DataRow("A-_A")]
    [DataRow("AA==AAAA")]
    public void An_origin_record_that_is_not_base64_is_refused_at_its_byte(string value)
    {
        string header = $"{{\"__metadata__\":{{\"modelpack.origin\":\"{value}\"}}}}";
        ModelFormatException refusal = OriginRefusal(header);
        Assert.AreEqual("MP1227", refusal.Code.Id);
        Assert.AreEqual(8 + header.IndexOf(":\"" + value, StringComparison.Ordinal) + 1, refusal.ByteOffset);
    }

    [TestMethod]
    public void The_architecture_is_what_the_metadata_names()
    {
        using SafeTensorsFile file = SafeTensorsTestFile.Open("{\"__metadata__\":{\"general.architecture\":\"llama\"}}", 0);
        Assert.AreEqual("llama", file.Architecture);
    }

    internal static ModelFormatException OriginRefusal(string header)
    {
        using SafeTensorsFile file = SafeTensorsTestFile.Open(header, 0);
        return Assert.ThrowsExactly<ModelFormatException>(() => file.OriginRecord);
    }
}
