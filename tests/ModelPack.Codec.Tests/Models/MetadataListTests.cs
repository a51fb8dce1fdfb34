using System.Text;
using ModelPack.Codec.Tests.Formats.Apr;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Codec.Tests.Formats.SafeTensors;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Models;

/// <summary>Metadata by type, the same for every format.</summary>
[TestClass]
public sealed class MetadataListTests
{
    [TestMethod]
    [DataRow("kv-all-types")]
    public void Values_of_GGUF_come_as_what_they_are(string name)
    {
        using Model model = Model.Open(ModelFixtures.Gguf(name));
        MetadataList metadata = model.Metadata;
        Assert.AreEqual("test", metadata.GetString("general.architecture"));
        Assert.AreEqual("😀🧬𠀀", metadata.GetString("t.str.nonbmp"));
        Assert.AreEqual(255, metadata.GetInt64("t.u8.max"));
        Assert.AreEqual(-128, metadata.GetInt64("t.i8.min"));
        Assert.AreEqual(4294967295, metadata.GetInt64("t.u32.max"));
        Assert.AreEqual(long.MinValue, metadata.GetInt64("t.i64.min"));
        Assert.AreEqual(Math.PI, metadata.GetDouble("t.f64.pi"));
        Assert.AreEqual(1, metadata.GetDouble("t.f32.one"));
        Assert.AreEqual(4294967295, metadata.GetDouble("t.u32.max"));
        Assert.IsTrue(metadata.GetBoolean("t.bool.true"));
        Assert.IsFalse(metadata.GetBoolean("t.bool.false"));
        CollectionAssert.AreEqual(new[] { "", "a", "é", "🚀" }, metadata.GetStrings("t.arr.str"));
        CollectionAssert.AreEqual(new long[] { -32768, 0, 32767 }, metadata.GetInt64s("t.arr.i16"));
        CollectionAssert.AreEqual(new[] { 0, 1, 65535.0 }, metadata.GetDoubles("t.arr.u16"));
        Assert.AreEqual(0.5, metadata.GetDoubles("t.arr.f32")![0]);
        Assert.IsEmpty(metadata.GetInt64s("t.arr.empty_u32")!);
        Assert.IsEmpty(metadata.GetStrings("t.arr.empty_str")!);
    }

    [TestMethod]
    public void Values_of_every_encoding_are_the_same()
    {
        foreach (Func<GgufBytes> encoding in GgufBytes.Encodings)
        {
            byte[] file = encoding().Header(0, 3)
                .Key("n", GgufValueType.UInt16).U16(513)
                .Key("s", GgufValueType.Array).Array(GgufValueType.String, 2).Text("a").Text("é")
                .Key("i", GgufValueType.Array).Array(GgufValueType.Int32, 2).U32(unchecked((uint)-2)).U32(70000)
                .Pad().ToArray();
            using Model model = Model.Open(file);
            Assert.AreEqual(513, model.Metadata.GetInt64("n"));
            CollectionAssert.AreEqual(new[] { "a", "é" }, model.Metadata.GetStrings("s"));
            CollectionAssert.AreEqual(new long[] { -2, 70000 }, model.Metadata.GetInt64s("i"));
        }
    }

    [TestMethod]
    public void Values_of_APR_come_as_what_they_are()
    {
        const string Json =
            """{"model_type":"test","hidden_size":64,"rope_theta":1e4,"tied_embeddings":true,"x.strings":["a","\u00e9"],"x.whole":[1,2],"x.mixed":[1,2.5],"x.object":{},"x.large":1e999}""";
        using Model model = Model.Open(AprBytes.WithMetadata(Json).Build());
        MetadataList metadata = model.Metadata;
        Assert.AreEqual("test", metadata.GetString("model_type"));
        Assert.AreEqual(64, metadata.GetInt64("hidden_size"));
        Assert.AreEqual(64, metadata.GetDouble("hidden_size"));
        Assert.AreEqual(10000, metadata.GetDouble("rope_theta"));
        Assert.IsTrue(metadata.GetBoolean("tied_embeddings"));
        CollectionAssert.AreEqual(new[] { "a", "é" }, metadata.GetStrings("x.strings"));
        CollectionAssert.AreEqual(new long[] { 1, 2 }, metadata.GetInt64s("x.whole"));
        CollectionAssert.AreEqual(new[] { 1, 2.5 }, metadata.GetDoubles("x.mixed"));
        AreRefused(metadata, "rope_theta", "json number", "call GetDouble", list => list.GetInt64("rope_theta"));
        AreRefused(metadata, "x.mixed", "json array", "call GetDoubles", list => list.GetInt64s("x.mixed"));
        AreRefused(metadata, "x.object", "json object", "RawBytes", list => list.GetString("x.object"));
        AreRefused(metadata, "x.large", "json number", "RawBytes", list => list.GetDouble("x.large"));
    }

    [TestMethod]
    public void Values_of_SafeTensors_are_texts()
    {
        using Model model = Model.Open(
            SafeTensorsTestFile.Build(
                """{"__metadata__":{"format":"pt","layers":"4"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4));
        Assert.AreEqual("pt", model.Metadata.GetString("format"));
        AreRefused(model.Metadata, "layers", "json string", "call GetString", list => list.GetInt64("layers"));
    }

    [TestMethod]
    public void A_companion_is_a_file_and_no_value()
    {
        using Model model = Model.Open(ModelFixtures.SafeTensors("sharded_three"));
        AreRefused(
            model.Metadata, "model.safetensors.index.json", "file", "call Model.DeriveFile",
            list => list.GetString("model.safetensors.index.json"));
    }

    [TestMethod]
    public void A_key_that_is_not_there_gives_null()
    {
        using Model model = Model.Open(ModelFixtures.Gguf("kv-all-types"));
        Assert.IsNull(model.Metadata.GetString("no"));
        Assert.IsNull(model.Metadata.GetStrings("no"));
        Assert.IsNull(model.Metadata.GetInt64("no"));
        Assert.IsNull(model.Metadata.GetInt64s("no"));
        Assert.IsNull(model.Metadata.GetDouble("no"));
        Assert.IsNull(model.Metadata.GetDoubles("no"));
        Assert.IsNull(model.Metadata.GetBoolean("no"));
        Assert.IsFalse(model.Metadata.Contains("no"));
        Assert.IsTrue(model.Metadata.Contains("t.u8.min"));
    }

    [TestMethod]
    [DataRow("t.u32.max", "u32", "GetInt64")]
    [DataRow("t.f32.one", "f32", "GetDouble")]
    [DataRow("t.bool.true", "bool", "GetBoolean")]
    [DataRow("t.arr.str", "array[string]", "GetStrings")]
    [DataRow("t.arr.i16", "array[i16]", "GetInt64s")]
    [DataRow("t.arr.f64", "array[f64]", "GetDoubles")]
    [DataRow("t.u64.max", "u64", "RawBytes")]
    [DataRow("t.arr.u64", "array[u64]", "RawBytes")]
    [DataRow("t.arr.bool", "array[bool]", "RawBytes")]
    public void Another_type_is_refused_with_the_right_call(string key, string type, string call)
    {
        using Model model = Model.Open(ModelFixtures.Gguf("kv-all-types"));
        AreRefused(model.Metadata, key, type, call, list => list.GetString(key));
    }

    [TestMethod]
    public void A_number_that_does_not_fit_is_never_rounded()
    {
        using Model model = Model.Open(ModelFixtures.Gguf("kv-all-types"));
        Assert.ThrowsExactly<InvalidOperationException>(() => model.Metadata.GetInt64("t.u64.max"));
        AreRefused(model.Metadata, "t.i64.max", "i64", "call GetInt64", list => list.GetDouble("t.i64.max"));
        AreRefused(model.Metadata, "t.arr.i64", "array[i64]", "call GetInt64s", list => list.GetDoubles("t.arr.i64"));
    }

    [TestMethod]
    public void Bytes_that_are_not_UTF_8_are_refused()
    {
        byte[] file = new GgufBytes().Header(0, 2)
            .Key("bad", GgufValueType.String).Text([0x61, 0xFF])
            .Key("list", GgufValueType.Array).Array(GgufValueType.String, 2).Text("a").Text([0xC3])
            .Pad().ToArray();
        using Model model = Model.Open(file);
        AreRefused(model.Metadata, "bad", "whose bytes are not UTF-8", "RawBytes", list => list.GetString("bad"));
        AreRefused(model.Metadata, "list", "of which one is not UTF-8", "RawBytes", list => list.GetStrings("list"));
        CollectionAssert.AreEqual(Encoding.Latin1.GetBytes("aÿ"), ((GgufValue)model.Metadata["bad"]).StringBytes.ToArray());
    }

    private static void AreRefused(MetadataList metadata, string key, string type, string call, Action<MetadataList> read)
    {
        string message = Assert.ThrowsExactly<InvalidOperationException>(() => read(metadata)).Message;
        StringAssert.Contains(message, $"'{key}' is");
        StringAssert.Contains(message, type);
        StringAssert.Contains(message, call);
    }

    [TestMethod]
    public void Entries_come_as_pairs_in_the_order_of_the_file()
    {
        using Model model = Model.Open(ModelFixtures.Small);
        Assert.HasCount(model.Metadata.Count, model.Metadata.ToArray());
        for (int i = 0; i < model.Metadata.Count; i++)
        {
            (string key, MetadataValue value) = model.Metadata[i];
            Assert.AreEqual(model.File.Metadata[i].Key, key);
            Assert.AreSame(model.File.Metadata[i].Value, value);
            CollectionAssert.AreEqual(value.TypeName == "array[string]" ? model.Metadata.GetStrings(key) : null, value.AsStrings());
        }
    }
}
