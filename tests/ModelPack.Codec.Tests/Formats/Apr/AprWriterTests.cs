using System.Security.Cryptography;
using System.Text;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Apr;

[TestClass]
public sealed class AprWriterTests
{
    private static readonly StoredTensor Plain = new("a", TensorType.F32, [3], 12);

    [TestMethod]
    public void Example_A_is_written_byte_for_byte()
    {
        byte[] file = AprPlanRunner.Run(AprWriter.Plan(ExampleA), Floats(1, 2, 0.5f, -0.5f, 4, -2, 0.25f, 8), Floats(0.125f));

        Assert.AreEqual("047642c8a09f5807466374928c28e370855ddb96f527d4445ee359a591594c2c", Sha256(file));
        CollectionAssert.AreEqual(Corpus("golden-example-a.apr"), file);
    }

    [TestMethod]
    public void Example_A_with_all_fields_as_nulls_is_written_byte_for_byte_and_read()
    {
        AprModel model = ExampleA with
        {
            Fields = [.. ExampleA.Fields, .. AprFields.All
                .Where(field => !ExampleA.Fields.Any(given => given.Key == field.Name) && field.Name != "total_size")
                .Select(field => KeyValuePair.Create(field.Name, AprJson.Null))],
        };

        byte[] file = AprPlanRunner.Run(AprWriter.Plan(model), Floats(1, 2, 0.5f, -0.5f, 4, -2, 0.25f, 8), Floats(0.125f));

        Assert.HasCount(1092, file);
        Assert.AreEqual("b910ee407a6e9c16ea3c3128ecba0d9ef67f4a808fd9fd480e0f1928750cdd0f", Sha256(file));
        using AprFile opened = AprFile.Open(new MemoryByteSource(file));
        opened.CheckFooter(CancellationToken.None);
        Assert.HasCount(35, opened.Metadata);
        Assert.IsEmpty(opened.Notes);
    }

    [TestMethod]
    public void Example_B_is_written_byte_for_byte()
    {
        AprModel model = new()
        {
            Fields = [KeyValuePair.Create("model_type", AprJson.String("demo"))],
            Flags = AprFlags.LayoutRowMajor,
            Tensors =
            [
                new("ε", TensorType.F32, [1], 4),
                new("d.bf16", TensorType.BF16, [4], 8),
                new("c.f16", TensorType.F16, [2, 2], 8),
                new("b.q4", TensorType.AprQ4, [17, 2], 36),
                new("a.q8", TensorType.AprQ8, [2, 4], 12),
            ],
        };

        byte[] file = AprPlanRunner.Run(
            AprWriter.Plan(model),
            Convert.FromHexString("bd378635"),
            Convert.FromHexString("803f00bf4040833a"),
            Convert.FromHexString("003c00b8ff7b0004"),
            Convert.FromHexString("92381122334455657687" + "8899aabbcbdcedfe" + "db38ff00000000000000" + "0000000000000000"),
            Convert.FromHexString("0ad7a33c329c190dfa7f0081"));

        Assert.AreEqual("ab3b545278a512ab81cafda970c7323e33a6b1ba5121d4c6ce7082683d8855bb", Sha256(file));
        CollectionAssert.AreEqual(Corpus("mixed-dtypes-example-b.apr"), file);
    }

    [TestMethod]
    public void Every_plain_file_of_the_corpus_is_rebuilt_from_its_content()
    {
        int rebuilt = 0;
        foreach (string path in RepositoryData.Files("corpus/apr/valid", "*.apr"))
        {
            using AprFile file = AprFile.Open(new FileByteSource(path));
            file.NotePadding();
            bool canBeWritten = file.Notes.Count == 0 && file.Entries.All(entry => AprTypeBytes.ToWrite(entry.Type) == entry.TypeByte);
            AprModel model = ModelOf(file);
            if (canBeWritten && AsWritten(model) == Encoding.UTF8.GetString(file.MetadataJson.Span))
            {
                byte[][] payloads = [.. file.Tensors.Select(tensor => file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength))];
                ByteAssert.AreEqual(File.ReadAllBytes(path), AprPlanRunner.Run(AprWriter.Plan(model), payloads), path);
                rebuilt++;
            }
        }

        Assert.IsGreaterThan(20, rebuilt);
    }

    [TestMethod]
    public void Flags_tell_quantization_and_vocabulary()
    {
        AprModel model = Model(Plain);
        Assert.AreEqual(AprFlags.LayoutRowMajor, AprWriter.FlagsFor(model));
        Assert.AreEqual(
            AprFlags.LayoutRowMajor | AprFlags.Quantized, AprWriter.FlagsFor(Model(new StoredTensor("a", TensorType.AprQ8, [3], 7))));
        AprModel speaking = model with { CustomKeys = [KeyValuePair.Create("tokenizer.vocabulary", AprJson.Raw("[]"u8.ToArray()))] };
        Assert.AreEqual(AprFlags.LayoutRowMajor | AprFlags.HasVocabulary, AprWriter.FlagsFor(speaking));
    }

    [TestMethod]
    public void Fields_come_in_the_order_of_the_format_and_custom_keys_by_their_bytes()
    {
        AprModel model = new()
        {
            Fields = [
                KeyValuePair.Create("rope_theta", AprJson.Number(10000f)),
                KeyValuePair.Create("model_type", AprJson.String("a\"\\\n\u001fé"))],
            CustomKeys =
            [
                KeyValuePair.Create("\U0001F642", AprJson.Bool(true)), KeyValuePair.Create("\uFF5E", AprJson.Null),
                KeyValuePair.Create("b", AprJson.Number(-1)),
                KeyValuePair.Create("B", AprJson.Build(writer =>
                {
                    writer.StartArray();
                    writer.Number(1UL);
                    writer.StartObject();
                    writer.Name("k");
                    writer.String("v");
                    writer.Name("l");
                    writer.Null();
                    writer.EndObject();
                    writer.EndArray();
                })),
            ],
            Tensors = [Plain],
        };

        const string Expected =
            """{"model_type":"a\"\\\n\u001fé","license":null,"data_source":null,"data_license":null,"total_size":0,"param_count":3,"rope_theta":10000.0,"B":[1,{"k":"v","l":null}],"b":-1,"～":null,"🙂":true}""";
        Assert.AreEqual(Expected, Encoding.UTF8.GetString(AprMetadataWriter.Write(model).Span));
    }

    [TestMethod]
    public void Payload_segments_refer_to_the_given_list_and_stand_in_name_order()
    {
        FilePlan plan = AprWriter.Plan(
            Model(new("\U0001F642", TensorType.F32, [0], 0), new("b", TensorType.F32, [16], 64), new("\uFF5E", TensorType.U8, [1], 1)));

        Segment[] payloads = [.. plan.Segments.SkipWhile(segment => segment is not PayloadSegment)];
        CollectionAssert.AreEqual(
            new Segment[] { new PayloadSegment(1, 64), new PayloadSegment(2, 1), new ZeroSegment(63), new PayloadSegment(0, 0),
                new Crc32Segment() }, payloads);
    }

    [TestMethod]
    public void A_name_that_no_reader_accepts_is_not_written()
    {
        Assert.ThrowsExactly<ArgumentException>(() => AprWriter.Plan(Model(Plain with { Name = "" })));
        Assert.ThrowsExactly<ArgumentException>(() => AprWriter.Plan(Model(Plain with { Name = "a\ud83d" })));
    }

    [TestMethod]
    public void Names_are_measured_in_bytes()
    {
        AprWriter.Plan(Model(Plain with { Name = new string('é', 128) }));
        Assert.ThrowsExactly<ArgumentException>(() => AprWriter.Plan(Model(Plain with { Name = new string('é', 128) + "a" })));
    }

    [TestMethod]
    public void Tensors_that_break_a_rule_are_not_written()
    {
        StoredTensor[] bad =
        [
            Plain with { Shape = [1, 1, 1, 1, 1, 1, 1, 1, 3] }, Plain with { ByteLength = 11 }, Plain with { Shape = [-3] },
            Plain with { Type = TensorType.Q8_0, Shape = [32], ByteLength = 34 },
            Plain with { Type = TensorType.AprQ4KRows, Shape = [1, 300], ByteLength = 288 },
            Plain with { Type = TensorType.Q4_K, Shape = [1, 300], ByteLength = 288 },
        ];
        foreach (StoredTensor tensor in bad)
        {
            Assert.ThrowsExactly<ArgumentException>(() => AprWriter.Plan(Model(tensor)), tensor.ToString());
        }

        Assert.ThrowsExactly<ArgumentException>(() => AprWriter.Plan(Model(Plain, Plain)));
    }

    [TestMethod]
    [DataRow("hidden_size")]
    [DataRow("n_ctx")]
    public void Known_fields_and_their_aliases_are_no_custom_keys(string key) => Assert.ThrowsExactly<ArgumentException>(
        () => AprWriter.Plan(Model(Plain) with { CustomKeys = [KeyValuePair.Create(key, AprJson.Null)] }));

    [TestMethod]
    public void Fields_are_known_given_once_and_name_the_model_type()
    {
        KeyValuePair<string, AprJson> type = KeyValuePair.Create("model_type", AprJson.String("a"));
        KeyValuePair<string, AprJson> unknown = KeyValuePair.Create("unknown", AprJson.Null);
        Assert.ThrowsExactly<ArgumentException>(() => AprWriter.Plan(Model(Plain) with { Fields = [] }));
        Assert.ThrowsExactly<ArgumentException>(() => AprWriter.Plan(Model(Plain) with { Fields = [type, type] }));
        Assert.ThrowsExactly<ArgumentException>(() => AprWriter.Plan(Model(Plain) with { Fields = [type, unknown] }));
        Assert.ThrowsExactly<ArgumentException>(() => AprWriter.Plan(Model(Plain) with { CustomKeys = [unknown, unknown] }));
    }

    private static AprModel ExampleA => new()
    {
        Fields =
        [
            KeyValuePair.Create("param_count", AprJson.Number(8UL)),
            KeyValuePair.Create("name", AprJson.String("golden-v2")),
            KeyValuePair.Create("created_at", AprJson.String("1700000000")),
            KeyValuePair.Create("version", AprJson.String("0.0.0-golden")),
            KeyValuePair.Create("model_type", AprJson.String("linear_regression")),
        ],
        Tensors = [new("weights", TensorType.F32, [8], 32), new("bias", TensorType.F32, [1], 4)],
    };

    private static AprModel Model(params StoredTensor[] tensors) =>
        new() { Fields = [KeyValuePair.Create("model_type", AprJson.String("test"))], Tensors = tensors };

    private static AprModel ModelOf(AprFile file)
    {
        ILookup<bool, KeyValuePair<string, AprJson>> keys = file.Metadata
            .Where(entry => AprFields.FindByAlias(entry.Key) is null)
            .Select(entry => KeyValuePair.Create(entry.Key, AprJson.Raw(entry.Value.RawBytes)))
            .DistinctBy(pair => pair.Key)
            .Append(KeyValuePair.Create("model_type", AprJson.String("absent")))
            .DistinctBy(pair => pair.Key)
            .ToLookup(pair => AprFields.Find(pair.Key) is not null);
        return new AprModel
        {
            Fields = [.. keys[true]],
            CustomKeys = [.. keys[false]],
            Flags = file.Flags,
            Tensors = [.. file.Tensors.Select(tensor => new StoredTensor(tensor.Name, tensor.Type, tensor.Shape, tensor.ByteLength))],
        };
    }

    private static string AsWritten(AprModel model) => Encoding.UTF8.GetString(AprMetadataWriter.Write(model).Span);

    private static byte[] Corpus(string name) => File.ReadAllBytes(RepositoryData.Path("corpus", "apr", "valid", name));

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
