using System.Text;
using System.Text.Json;
using ModelPack.Formats.Apr;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Apr;

[TestClass]
public sealed class AprMetadataTests
{
    [TestMethod]
    public void Values_keep_their_order_and_their_spelling()
    {
        const string Json = """ { "b" : 1.10 , "a":[ 1,2 ],"k\u0065y":"\u0041","o":{"x":null} ,"t":true,"n":null } """;

        using AprFile file = AprBytes.WithMetadata(Json).Open();

        string[] seen = [
            .. file.Metadata.Select(entry => $"{entry.Key}|{entry.Value.TypeName}|{Encoding.UTF8.GetString(entry.Value.RawBytes.Span)}")];
        string[] expected =
        [
            "b|json number|1.10", "a|json array|[ 1,2 ]", "key|json string|\"\\u0041\"", "o|json object|{\"x\":null}", "t|json bool|true",
            "n|json null|null",
        ];
        CollectionAssert.AreEqual(expected, seen);
        Assert.AreEqual(Json, Encoding.UTF8.GetString(file.MetadataJson.Span));
        Assert.AreEqual("A", file.FindMetadata("key")!.AsText());
    }

    [TestMethod]
    public void The_last_of_duplicate_keys_counts_and_all_are_kept()
    {
        using AprFile file = AprBytes.WithMetadata("""{"x":1,"y":2,"x":3}""").Open();

        Assert.HasCount(3, file.Metadata);
        Assert.AreEqual("3", file.FindMetadata("x")!.Display());
        Assert.IsNull(file.FindMetadata("z"));
    }

    [TestMethod]
    public void The_note_on_duplicate_keys_names_the_first_repetition()
    {
        using AprFile file = AprBytes.WithMetadata("""{"x":{"k":1,"k":2},"x":3}""").Open();

        Note note = file.Notes.Single();
        Assert.AreEqual(64 + 12, note.ByteOffset);
        StringAssert.Contains(note.Text, "'k'", StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow("""{"model_type":"Qwen2","architecture":"qwen2"}""", "qwen2")]
    [DataRow("""{"model_type":"Qwen2","architecture":null}""", "Qwen2")]
    [DataRow("""{"model_type":"Qwen2"}""", "Qwen2")]
    [DataRow("{}", null)]
    public void The_architecture_is_the_field_of_that_name_or_the_model_type(string json, string? expected)
    {
        using AprFile file = AprBytes.WithMetadata(json).Open();

        Assert.AreEqual(expected, file.Architecture);
    }

    [TestMethod]
    [DataRow("""{"modelpack.origin":"AQID"}""", "010203")]
    [DataRow("""{"modelpack.origin":"AQI\u0044"}""", "010203")]
    [DataRow("""{"modelpack.origin":"not base64!"}""", null)]
    [DataRow("""{"modelpack.origin":[1]}""", null)]
    [DataRow("{}", null)]
    public void The_origin_record_is_decoded(string json, string? expected)
    {
        using AprFile file = AprBytes.WithMetadata(json).Open();

        Assert.AreEqual(expected, file.OriginRecord is ReadOnlyMemory<byte> record ? Convert.ToHexString(record.Span) : null);
    }

    [TestMethod]
    [DataRow("[1,2,3]", 3, "[1,2,3]")]
    [DataRow("[1,2,3]", 2, "[1,2,\"… 1 more\"]")]
    [DataRow("[[1,2,3],{\"a\":1,\"b\":2,\"c\":3},4]", 2, "[[1,2,\"… 1 more\"],{\"a\":1,\"b\":2,\"…\":\"1 more\"},\"… 1 more\"]")]
    [DataRow("[[1,2,3],[4]]", 0, "[\"… 2 more\"]")]
    [DataRow("1.10", 0, "1.10")]
    [DataRow("\"a\\u001b\\u00e9\"", 0, "\"a\\u001Bé\"")]
    public void Long_containers_are_shown_cut(string value, int items, string expected)
    {
        using AprFile file = AprBytes.WithMetadata($"{{\"x\":{value}}}").Open();

        Assert.AreEqual(expected, file.Metadata[0].Value.Display(items));
    }

    [TestMethod]
    public void A_value_at_the_deepest_level_is_written_whole()
    {
        string value = new string('[', 126) + new string(']', 126);
        using AprFile file = AprBytes.WithMetadata($"{{\"x\":{value}}}").Open();
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            file.Metadata[0].Value.WriteJson(writer);
        }

        Assert.AreEqual(value, Encoding.UTF8.GetString(stream.ToArray()));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("\"token\",")]
    [DataRow("1,")]
    [DataRow("{\"k\":1,\"l\":2},")]
    public void Sixteen_megabytes_of_metadata_are_read_once_and_without_an_object_per_item(string item)
    {
        string items = string.Concat(Enumerable.Repeat(item, (16 << 20) / item.Length));
        byte[] bytes = AprBytes.WithMetadata($"{{\"x\":[{items}0]}}").Build();
        new AprBytes().Open().Dispose();
        long before = GC.GetAllocatedBytesForCurrentThread();
        CountingByteSource source = new(new MemoryByteSource(bytes));

        using AprFile file = AprFile.Open(source);

        Assert.IsLessThan(20 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.IsLessThan((2 * bytes.Length) + 4096, source.BytesRead);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_million_keys_in_one_object_are_told_apart_by_hashes()
    {
        string keys = string.Join(",", Enumerable.Range(0, 1_000_000).Select(i => $"\"{i:x}\":1"));
        byte[] bytes = AprBytes.WithMetadata($"{{\"x\":{{{keys},\"abc\":2}}}}").Build();

        // Compared in pairs, a million keys would take days.
        using AprFile file = AprFile.Open(new MemoryByteSource(bytes));

        StringAssert.Contains(file.Notes.Single().Text, "'abc'", StringComparison.Ordinal);
    }
}
