using System.Collections.Immutable;
using System.Text;
using CsCheck;
using ModelPack.Formats;
using ModelPack.Formats.SafeTensors;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

[TestClass]
public sealed class ShardsTests
{
    [TestMethod]
    [DataRow(10, new long[] { 6, 6, 2, 6, 2, 2 }, "0|1,2|3,4,5")]
    [DataRow(10, new long[] { 5, 5, 0, 1 }, "0,1,2|3")]
    [DataRow(10, new long[] { 1, 11, 2 }, "1|0,2")]
    [DataRow(10, new long[] { 11, 12 }, "0|1")]
    [DataRow(10, new long[] { 1, 2 }, "0,1")]
    [DataRow(10, new long[0], "")]
    public void Tensors_fill_shards_in_order_and_large_ones_stand_alone(long limit, long[] sizes, string expected) =>
        Assert.AreEqual(expected, string.Join('|', OutputForm.Split(sizes, limit).Select(shard => string.Join(',', shard))));

    [TestMethod]
    public void Every_tensor_lands_in_one_shard_and_only_lone_ones_exceed_the_limit() =>
        Gen.Select(Gen.Long[0, 30].Array[0, 40], Gen.Long[1, 40]).Sample((sizes, limit) =>
        {
            ImmutableArray<ImmutableArray<int>> shards = OutputForm.Split(sizes, limit);
            return shards.SelectMany(shard => shard).Order().SequenceEqual(Enumerable.Range(0, sizes.Length))
                && shards.All(shard => shard.Length == 1 || (shard.Length > 0 && shard.Sum(i => sizes[i]) <= limit));
        });

    [TestMethod]
    [DataRow(1, 1, "model.safetensors")]
    [DataRow(1, 3, "model-00001-of-00003.safetensors")]
    [DataRow(100000, 100000, "model-100000-of-100000.safetensors")]
    public void Shards_are_numbered_from_one_with_five_digits(int number, int count, string expected) =>
        Assert.AreEqual(expected, SafeTensorsShards.FileName("model", number, count));

    [TestMethod]
    [DataRow("sharded_three")]
    [DataRow("sharded_one_file")]
    public void An_index_of_transformers_is_written_again_byte_for_byte(string folder)
    {
        byte[] text = File.ReadAllBytes(SafeTensorsTestFile.CorpusPath("valid", folder, "model.safetensors.index.json"));
        SafeTensorsIndex index = SafeTensorsIndex.Parse(text, folder);
        IEnumerable<KeyValuePair<string, string>> weightMap = index.WeightMap.Select(entry => KeyValuePair.Create(entry.Tensor, entry.File))
            .Reverse();
        CollectionAssert.AreEqual(text, SafeTensorsIndexWriter.Write(weightMap, index.TotalSize!.Value));
    }

    [TestMethod]
    public void An_index_escapes_and_sorts_as_python_does()
    {
        string[] names = ["\U0001F642", "\uFF5E", "\"\\/\b\t\n\f\r\u0000\u007f", "é"];
        string text = Encoding.ASCII.GetString(
            SafeTensorsIndexWriter.Write(names.Select(name => KeyValuePair.Create(name, "a.safetensors")), 5));
        string expected = "{\n  \"metadata\": {\n    \"total_size\": 5\n  },\n  \"weight_map\": {\n"
            + "    \"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u007f\": \"a.safetensors\",\n    \"\\u00e9\": \"a.safetensors\",\n"
            + "    \"\\uff5e\": \"a.safetensors\",\n    \"\\ud83d\\ude42\": \"a.safetensors\"\n  }\n}\n";
        Assert.AreEqual(expected, text);
    }

    [TestMethod]
    public void An_index_of_nothing_has_an_empty_map() => Assert.AreEqual(
        "{\n  \"metadata\": {\n    \"total_size\": 0\n  },\n  \"weight_map\": {}\n}\n",
        Encoding.ASCII.GetString(SafeTensorsIndexWriter.Write([], 0)));
}
