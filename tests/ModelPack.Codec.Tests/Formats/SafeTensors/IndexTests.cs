using System.Text;
using ModelPack.Formats.SafeTensors;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

/// <summary>The index alone. A caret marks the byte at which a rule breaks and is taken out.</summary>
[TestClass]
public sealed class IndexTests
{
    public static IEnumerable<object[]> BrokenIndexes { get; } =
    [
        ["MP1352", "^"],
        ["MP1352", "{^"],
        ["MP1352", "{\"weight_map\":{},^}"],
        ["MP1352", "{\"weight_map\":{\"a\":^\"\\ud800.safetensors\"}}"],
        ["MP1352", "{\"weight_map\":{},\"x\":[^\"\\ud800\"]}"],
        ["MP1352", "{\"weight_map\":{}}\n^x"],
        ["MP1352", "^\ufeff{\"weight_map\":{}}"],
        ["MP1353", "^[]"],
        ["MP1353", "{\"metadata\":{}^}"],
        ["MP1353", "{\"weight_map\":^null}"],
        ["MP1353", "{\"weight_map\":^[]}"],
        ["MP1353", "{\"metadata\":^null,\"weight_map\":{}}"],
        ["MP1353", "{\"weight_map\":{\"a\":^1}}"],
        ["MP1353", "{\"weight_map\":{\"a\":^[\"a.safetensors\"]}}"],
        ["MP1354", "{\"weight_map\":{\"a\":\"a.safetensors\",^\"\\u0061\":\"b.safetensors\"}}"],
        ["MP1354", "{\"weight_map\":{},^\"weight_map\":{}}"],
        ["MP1354", "{\"metadata\":{\"a\":1,^\"a\":2},\"weight_map\":{}}"],
        ["MP1354", "{\"metadata\":{\"a\":[{\"b\":1,\"c\":{\"b\":2},^\"b\":3}]},\"weight_map\":{}}"],
        ["MP1355", "{\"weight_map\":{\"a\":^\"../a.safetensors\"}}"],
        ["MP1355", "{\"weight_map\":{\"a\":^\"sub/a.safetensors\"}}"],
        ["MP1355", "{\"weight_map\":{\"a\":^\"sub\\\\a.safetensors\"}}"],
        ["MP1355", "{\"weight_map\":{\"a\":^\"..\\u002fa.safetensors\"}}"],
        ["MP1355", "{\"weight_map\":{\"a\":^\"/a.safetensors\"}}"],
        ["MP1355", "{\"weight_map\":{\"a\":^\"C:a.safetensors\"}}"],
        ["MP1355", "{\"weight_map\":{\"a\":^\"..safetensors\"}}"],
        ["MP1355", "{\"weight_map\":{\"a\":^\"https://host/a.safetensors\"}}"],
        ["MP1355", "{\"weight_map\":{\"a\":^\"a\\u0000.safetensors\"}}"],
        ["MP1356", "{\"weight_map\":{\"a\":^\"a.bin\"}}"],
        ["MP1356", "{\"weight_map\":{\"a\":^\"a.safetensor\"}}"],
        ["MP1356", "{\"weight_map\":{\"a\":^\".safetensors\"}}"],
        ["MP1356", "{\"weight_map\":{\"a\":^\"\"}}"],
    ];

    [TestMethod]
    [DynamicData(nameof(BrokenIndexes))]
    public void A_broken_index_is_refused_at_its_byte(string code, string marked)
    {
        ModelFormatException refusal = Refusal(marked);
        Assert.AreEqual(code, refusal.Code.Id, refusal.Describe());
        Assert.AreEqual(
            Encoding.UTF8.GetByteCount(marked[..marked.IndexOf('^', StringComparison.Ordinal)]), refusal.ByteOffset, refusal.Describe());
        Assert.AreEqual("index.json", refusal.FilePath);
    }

    [TestMethod]
    public void An_index_that_is_not_utf8_is_refused_at_its_byte()
    {
        byte[] text = [.. "{\"weight_map\":{\""u8, 0xFF, .. "\":\"a.safetensors\"}}"u8];
        ModelFormatException refusal = Assert.ThrowsExactly<ModelFormatException>(() => SafeTensorsIndex.Parse(text, "index.json"));
        Assert.AreEqual("MP1352", refusal.Code.Id);
        Assert.AreEqual(16, refusal.ByteOffset);
    }

    [TestMethod]
    public void Deep_nesting_is_refused()
    {
        string deep = new('[', 20_000);
        Assert.AreEqual("MP1352", Refusal($"{{\"x\":{deep}").Code.Id);
    }

    [TestMethod]
    public void An_index_above_the_limit_is_refused_before_it_is_read() => Assert.AreEqual("MP1351", TooLargeRefusal().Code.Id);

    [TestMethod]
    public void A_good_index_keeps_text_and_size_and_names_its_files_in_their_own_order()
    {
        byte[] text = Encoding.UTF8.GetBytes("\n{\"weight_map\": {\"z\":\"b.safetensors\",\"a\":\"a.safetensors\",\"\":\"b.safetensors\"},"
            + "\"metadata\":{\"total_size\":12,\"total_parameters\":[1.5,{\"x\":null}]},\"more\":\"x\"} \n");
        SafeTensorsIndex index = SafeTensorsIndex.Parse(text, "index.json");
        CollectionAssert.AreEqual(text, index.Text.ToArray());
        CollectionAssert.AreEqual(new[] { "z", "a", "" }, index.WeightMap.Select(entry => entry.Tensor).ToArray());
        CollectionAssert.AreEqual(new[] { "a.safetensors", "b.safetensors" }, index.Files.ToArray());
        Assert.AreEqual(12, index.TotalSize);
    }

    [TestMethod]
    [DataRow("{\"weight_map\":{}}")]
    [DataRow("{\"metadata\":{},\"weight_map\":{}}")]
    [DataRow("{\"metadata\":{\"total_size\":1.5e9},\"weight_map\":{}}")]
    [DataRow("{\"metadata\":{\"total_size\":-1},\"weight_map\":{}}")]
    [DataRow("{\"metadata\":{\"total_size\":\"12\"},\"weight_map\":{}}")]
    [DataRow("{\"metadata\":{\"total_size\":[12]},\"weight_map\":{}}")]
    [DataRow("{\"metadata\":{\"total_size\":9223372036854775808},\"weight_map\":{}}")]
    public void A_total_size_that_is_no_integer_is_none(string text) =>
    Assert.IsNull(SafeTensorsIndex.Parse(Encoding.UTF8.GetBytes(text), "index.json").TotalSize);

    internal static ModelFormatException Refusal(string marked) => Assert.ThrowsExactly<ModelFormatException>(
        () => SafeTensorsIndex.Parse(Encoding.UTF8.GetBytes(marked.Replace("^", "", StringComparison.Ordinal)), "index.json"));

    internal static ModelFormatException TooLargeRefusal()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream sparse = File.OpenWrite(path))
            {
                sparse.SetLength(100_000_001);
            }

            return Assert.ThrowsExactly<ModelFormatException>(() => SafeTensorsIndex.Open(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
