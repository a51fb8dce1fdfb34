using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Models.Building;

namespace ModelPack.Codec.Tests.Building;

[TestClass]
public sealed class ModelBuilderTests
{
    private readonly TempFolder folder = new();

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void What_was_built_is_read(ModelFormat format)
    {
        string path = Target(format);
        float[] values = [.. Enumerable.Range(0, 64 * 32).Select(i => i / 7f)];
        SaveReport report = New(format).Set("general.name", "small").Add("w", [64, 32], values)
            .Add("b", TensorType.I32, [3], new byte[12])
            .Add("s", TensorType.F16, [2], () => new MemoryStream([1, 2, 3, 4]))
            .Save(path);

        Assert.AreEqual(new FileInfo(path).Length, report.Length);
        using ModelFile model = ModelFiles.Open(path);
        Assert.AreEqual(format, model.Format);
        Assert.AreEqual("small", model.Metadata.First(entry => entry.Key == "general.name").Value.Text);
        CollectionAssert.AreEqual(new long[] { 64, 32 }, model.Tensors.Single(tensor => tensor.Name == "w").Shape.ToArray());
        CollectionAssert.AreEqual(values.SelectMany(BitConverter.GetBytes).ToArray(), Payload(model, "w"));
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 4 }, Payload(model, "s"));
        model.CheckFooter();
        AssertAlone(path);
    }

    [TestMethod]
    public void Values_have_the_types_that_their_overloads_state()
    {
        string path = Target(ModelFormat.Gguf);
        New(ModelFormat.Gguf).Set("i", 1).Set("u", 2u).Set("l", 3L).Set("f", 0.5f).Set("d", 0.25).Set("b", true).Set("t", "x")
            .Set("ts", ["a", "b"]).Set("is", [1, -2]).Set("fs", [1f, 2f]).Set("exact", GgufValue.FromUInt64(ulong.MaxValue)).Save(path);
        using ModelFile model = ModelFiles.Open(path);
        Assert.AreEqual(
            "i=i32 1, u=u32 2, l=i64 3, f=f32 0.5, d=f64 0.25, b=bool true, t=string x, ts=array[string] [a, b], is=array[i32] [1, -2], "
                + "fs=array[f32] [1, 2], exact=u64 18446744073709551615",
            string.Join(
                ", ", model.Metadata.Select(entry => $"{entry.Key}={entry.Value.TypeName} {entry.Value.Display().Replace("\"", "")}")));
    }

    [TestMethod]
    public void Apr_values_are_json()
    {
        string path = Target(ModelFormat.Apr);
        New(ModelFormat.Apr).Set("hidden_size", 64).Set("rope_theta", 10000f).Set("z.list", ["é", "\""]).Set("a.flag", false)
            .Set("n", [1, 2]).Set("f", [0.1f]).Save(path);
        using ModelFile model = ModelFiles.Open(path);
        StringAssert.Contains(
            System.Text.Encoding.UTF8.GetString(((ModelPack.Formats.Apr.AprFile)model).MetadataJson.Span),
            "\"hidden_size\":64,\"rope_theta\":10000.0,\"a.flag\":false,\"f\":[0.1],\"n\":[1,2],\"z.list\":[\"é\",\"\\\"\"]}");
    }

    [TestMethod]
    [DataRow(ModelFormat.Gguf, "model-00001-of-00002.gguf|model-00002-of-00002.gguf")]
    [DataRow(
        ModelFormat.SafeTensors,
        "config.json|model-00001-of-00002.safetensors|model-00002-of-00002.safetensors|model.safetensors.index.json")]
    public void A_folder_holds_shards_and_the_files_beside_them(ModelFormat format, string expected)
    {
        string path = Path.Combine(folder.Root, "model") + Path.DirectorySeparatorChar;
        ModelBuilder builder = New(format).Add("a", [8], new float[8]).Add("b", [8], new float[8]);
        if (format == ModelFormat.SafeTensors)
        {
            builder.SetFile("config.json", "{\"model_type\":\"llama\"}"u8.ToArray());
        }

        builder.Save(path, new() { MaxShardBytes = 32 });
        Assert.AreEqual(
            expected, string.Join('|', Directory.GetFiles(path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)));
        using ModelFile model = ModelFiles.Open(path);
        CollectionAssert.AreEqual(new[] { "a", "b" }, model.Tensors.Select(tensor => tensor.Name).ToArray());
    }

    [TestMethod]
    public void A_stream_gets_the_same_bytes_as_a_file()
    {
        string path = Target(ModelFormat.Apr);
        ModelBuilder builder = New(ModelFormat.Apr).Add("w", [3], new float[] { 1, 2, 3 });
        builder.Save(path);
        using MemoryStream stream = new();
        builder.Save(stream);
        ByteAssert.AreEqual(File.ReadAllBytes(path), stream.ToArray());
    }

    [TestMethod]
    public async Task A_cancelled_save_leaves_nothing()
    {
        using CancellationTokenSource source = new();
        ModelBuilder builder = New(ModelFormat.Gguf).Add("w", TensorType.I8, [4], () =>
        {
            source.Cancel();
            return new MemoryStream(new byte[4]);
        });
        await Assert.ThrowsAsync<OperationCanceledException>(() => builder.SaveAsync(Target(ModelFormat.Gguf), cancellation: source.Token));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Root));
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(5)]
    public void A_stream_of_another_length_is_refused_and_nothing_is_left(int length)
    {
        ModelBuilder builder = New(ModelFormat.SafeTensors).Add("w", TensorType.U8, [4], () => new MemoryStream(new byte[length]));
        Assert.AreEqual(
            BuildingErrors.WrongLength, Assert.ThrowsExactly<ModelPackException>(() => builder.Save(Target(ModelFormat.SafeTensors))).Code);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Root));
    }

    [TestMethod]
    public void A_stream_that_fails_leaves_what_was_there()
    {
        string path = Target(ModelFormat.Gguf);
        File.WriteAllText(path, "earlier");
        ModelBuilder builder = New(ModelFormat.Gguf).Add("w", TensorType.I8, [4], () => throw new IOException("gone"));
        Assert.ThrowsExactly<IOException>(() => builder.Save(path, new() { Existing = ExistingTarget.Replace }));
        Assert.AreEqual("earlier", File.ReadAllText(path));
        AssertAlone(path);
    }

    [TestMethod]
    [DataRow(0, 0, true)]
    [DataRow(200, 0, false)]
    [DataRow(100, 31, false)]
    public void What_is_read_back_has_to_be_what_was_written(int place, int bit, bool passes)
    {
        BuilderFile file = new() { Name = "" };
        file.Set("k", GgufValue.FromString("v"));
        file.Tensors.Add(new() { Name = "w", Type = TensorType.I8, Shape = [128], Payload = new MemoryByteSource(new byte[128]) });
        SavePlan plan = SavePlan.Of(ModelFormat.Gguf, null, [file], null, new());
        using MemoryStream written = new();
        ModelPack.IO.Hash128[] hashes = new SaveStream((bytes, _) => written.Write(bytes), default).Write(plan);
        byte[] read = written.ToArray();
        read[place] ^= (byte)(passes ? 0 : 1 << (bit % 8));
        using ModelFile model = ModelFiles.Open(new MemoryByteSource(read), ModelFormat.Gguf);
        if (passes)
        {
            SaveProof.Check(plan, model, hashes, default);
            return;
        }

        Assert.AreEqual(
            BuildingErrors.NotProved, Assert.ThrowsExactly<ModelPackException>(() => SaveProof.Check(plan, model, hashes, default)).Code);
    }

    [TestMethod]
    public void What_a_reader_finds_has_to_be_what_was_set()
    {
        ModelFile Written(Action<ModelBuilder> build)
        {
            MemoryStream stream = new();
            ModelBuilder builder = New(ModelFormat.Gguf);
            build(builder);
            builder.Save(stream);
            return ModelFiles.Open(new MemoryByteSource(stream.ToArray()), ModelFormat.Gguf);
        }

        BuilderFile file = new() { Name = "" };
        file.Set("k", GgufValue.FromString("v"));
        file.Tensors.Add(new() { Name = "w", Type = TensorType.I8, Shape = [4], Payload = new MemoryByteSource(new byte[4]) });
        SavePlan plan = SavePlan.Of(ModelFormat.Gguf, null, [file], null, new());
        SaveProof.Check(plan, Written(b => b.Set("k", "v").Add("w", TensorType.I8, [4], new byte[4])), [], default);
        foreach (Action<ModelBuilder> other in new Action<ModelBuilder>[]
        {
            b => b.Set("k", "x").Add("w", TensorType.I8, [4], new byte[4]),
            b => b.Set("k", 5).Add("w", TensorType.I8, [4], new byte[4]),
            b => b.Set("l", "v").Add("w", TensorType.I8, [4], new byte[4]),
            b => b.Set("k", "v").Add("v", TensorType.I8, [4], new byte[4]),
            b => b.Set("k", "v").Add("w", TensorType.I8, [2, 2], new byte[4]),
            b => b.Set("k", "v").Add("w", TensorType.I16, [2], new byte[4]),
            b => b.Set("k", "v").Add("a", TensorType.I8, [4], new byte[4]).Add("w", TensorType.I8, [4], new byte[4]),
            b => b.Set("k", "v").Add("w", TensorType.I8, [4], new byte[4]).Add("z", TensorType.I8, [4], new byte[4]),
        })
        {
            Assert.AreEqual(
                BuildingErrors.NotProved,
                Assert.ThrowsExactly<ModelPackException>(() => SaveProof.Check(plan, Written(other), [], default)).Code);
        }
    }

    [TestMethod]
    public void A_target_that_exists_is_refused_unless_it_is_to_be_replaced()
    {
        string path = Target(ModelFormat.Gguf);
        File.WriteAllText(path, "earlier");
        File.WriteAllText(path + ".modelpack.json", "{}");
        ModelBuilder builder = New(ModelFormat.Gguf).Add("w", [1], new float[1]);
        Assert.AreEqual("MP3001", Assert.ThrowsExactly<ModelPackException>(() => builder.Save(path)).Code.Id);
        builder.Save(path, new() { Existing = ExistingTarget.Replace });
        using ModelFile model = ModelFiles.Open(path);
        Assert.HasCount(1, model.Tensors);
        Assert.IsFalse(File.Exists(path + ".modelpack.json"), "the certificate speaks of an output that is no more");
    }

    [TestMethod]
    public void A_folder_with_a_foreign_file_is_not_replaced()
    {
        string path = Path.Combine(folder.Root, "m") + Path.DirectorySeparatorChar;
        ModelBuilder builder = New(ModelFormat.SafeTensors).Add("w", [1], new float[1]);
        builder.Save(path);
        builder.Save(path, new() { Existing = ExistingTarget.Replace });
        File.WriteAllText(Path.Combine(path, "mine.txt"), "mine");
        Assert.AreEqual(
            BuildingErrors.ForeignFolder,
            Assert.ThrowsExactly<ModelPackException>(() => builder.Save(path, new() { Existing = ExistingTarget.Replace })).Code);
        Assert.AreEqual("mine", File.ReadAllText(Path.Combine(path, "mine.txt")));
    }

    public static IEnumerable<object[]> Refusals { get; } =
    [
        ["MP2401", (Action<ModelBuilder>)(b => b.Add("w", [1], new float[1]).Add("w", [1], new float[1]))],
        ["MP2401", (Action<ModelBuilder>)(b => b.Add("w", [1], new float[1]).Add("v", [1], new float[1]).Rename("v", "w"))],
        ["MP2402", (Action<ModelBuilder>)(b => b.Rename("no", "yes"))],
        ["MP2402", (Action<ModelBuilder>)(b => b.Remove("no"))],
        ["MP2402", (Action<ModelBuilder>)(b => b.Unset("no"))],
        ["MP2402", (Action<ModelBuilder>)(b => b.RemoveFile("no.json"))],
        ["MP2403", (Action<ModelBuilder>)(b => b.Add("w", [2], new float[3]))],
        ["MP2404", (Action<ModelBuilder>)(b => b.Add(new string('n', 64), [1], new float[1]))],
        ["MP2404", (Action<ModelBuilder>)(b => b.Add("\ud800", [1], new float[1]))],
        ["MP2404", (Action<ModelBuilder>)(b => b.Set("", "x"))],
        ["MP2404", (Action<ModelBuilder>)(b => b.Set("é", "x"))],
        ["MP2405", (Action<ModelBuilder>)(b => b.Add("w", TensorType.U32, [1], new byte[4]))],
        ["MP2405", (Action<ModelBuilder>)(b => b.Add("w", [], new float[1]))],
        ["MP2405", (Action<ModelBuilder>)(b => b.Add("w", [1, 1, 1, 1, 1], new float[1]))],
        ["MP2405", (Action<ModelBuilder>)(b => b.Add("w", [long.MaxValue, 4], new float[1]))],
        ["MP2405", (Action<ModelBuilder>)(b => b.Add("w", [-1], new float[1]))],
        ["MP2405", (Action<ModelBuilder>)(b => b.Add("w", TensorType.Q8_0, [33], new byte[34]))],
        ["MP2406", (Action<ModelBuilder>)(b => b.Set("k", 1u).Set("k", "text"))],
        ["MP2406", (Action<ModelBuilder>)(b => b.Set("k", 1u).Set("k", -1))],
        ["MP2406", (Action<ModelBuilder>)(b => b.Set("modelpack.origin", "x"))],
        ["MP2406", (Action<ModelBuilder>)(b => b.Set("k", "\ud800"))],
        ["MP2406", (Action<ModelBuilder>)(b => b.Set("general.alignment", 48u).Save(Stream.Null))],
        ["MP2406", (Action<ModelBuilder>)(b => b.Set("k", 1f).Set("k", 1e300))],
        ["MP2406", (Action<ModelBuilder>)(b => b.Set("k", 1f).Set("k", -1e300))],
        ["MP2407", (Action<ModelBuilder>)(b => b.SetFile("config.json", default))],
    ];

    [TestMethod]
    [DynamicData(nameof(Refusals))]
    public void What_a_gguf_cannot_hold_is_refused_when_it_is_said(string code, Action<ModelBuilder> call) =>
        Assert.AreEqual(code, Assert.ThrowsExactly<ModelPackException>(() => call(new(ModelFormat.Gguf))).Code.Id);

    [TestMethod]
    public void Null_and_what_is_no_format_are_the_callers_fault()
    {
        ModelBuilder builder = New(ModelFormat.SafeTensors);
        Action[] calls =
        [
            () => builder.Set(null!, "x"), () => builder.Set("k", (string)null!), () => builder.Set("k", (IEnumerable<string>)null!),
            () => builder.Set("k", (IEnumerable<int>)null!), () => builder.Set("k", (IEnumerable<float>)null!),
            () => builder.Set("k", (MetadataValue)null!), () => builder.Unset(null!), () => builder.Add(null!, [1], new float[1]),
            () => builder.Add("w", TensorType.F32, [1], (ByteSource)null!),
            () => builder.Add("w", TensorType.F32, [1], (Func<Stream>)null!),
            () => builder.Rename(null!, "x"), () => builder.Add("v", [1], new float[1]).Rename("v", null!), () => builder.Remove(null!),
            () => builder.SetFile(null!, default), () => builder.RemoveFile(null!), () => builder.Save((Stream)null!),
            () => builder.Save((string)null!),
        ];
        for (int i = 0; i < calls.Length; i++)
        {
            ArgumentNullException thrown = Assert.ThrowsExactly<ArgumentNullException>(calls[i], $"call {i}");
            Assert.IsNotNull(thrown.ParamName, $"call {i}");
            Assert.AreNotEqual("source", thrown.ParamName, $"call {i}");
        }

        Assert.ThrowsExactly<ArgumentException>(() => builder.Save(""));
        Assert.AreEqual("value", Assert.ThrowsExactly<ArgumentException>(() => builder.Set("k", new string[] { null! })).ParamName);
        Assert.AreEqual("texts", Assert.ThrowsExactly<ArgumentException>(() => GgufValue.FromStrings([null!])).ParamName);
        Assert.AreEqual("text", Assert.ThrowsExactly<ArgumentNullException>(() => GgufValue.FromString(null!)).ParamName);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ModelBuilder((ModelFormat)7));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => builder.Add("w", (TensorType)255, [1], new byte[4]));
    }

    [TestMethod]
    public void An_infinity_that_was_meant_is_set_in_a_key_of_32_bits()
    {
        string path = Target(ModelFormat.Gguf);
        New(ModelFormat.Gguf).Set("k", 1f).Set("k", double.PositiveInfinity).Save(path);
        using Model model = Model.Open(path);
        Assert.AreEqual(double.PositiveInfinity, model.Metadata.GetDouble("k"));
    }

    [TestMethod]
    public void What_other_formats_cannot_hold_is_refused_with_the_call_that_is_right()
    {
        Refused("pass a text, such as \"5\"", () => New(ModelFormat.SafeTensors).Set("k", 5));
        Refused("JSON cannot say", () => New(ModelFormat.Apr).Set("k", double.NaN));
        Refused("alias of 'hidden_size'", () => New(ModelFormat.Apr).Set("n_embd", 5));
        Refused("'model_type'", () => new ModelBuilder(ModelFormat.Apr).Save(Stream.Null));
        Refused("APR has no shards", () => New(ModelFormat.Apr).Save(folder.Root + "/x/", new() { MaxShardBytes = 1 }));
        Refused("MaxShardBytes was set", () => New(ModelFormat.Gguf).Save(Target(ModelFormat.Gguf), new() { MaxShardBytes = 1 }));
        Refused("ends like APR", () => New(ModelFormat.Gguf).Save(Target(ModelFormat.Apr)));
        Refused("MP2418", () => New(ModelFormat.Apr).Set("hidden_size", "large").Save(Target(ModelFormat.Apr)));
        Refused("'hidden_size'", () => New(ModelFormat.Apr).Set("hidden_size", -1).Save(Stream.Null));
        Refused("float32 values", () => New(ModelFormat.SafeTensors).Add("w", TensorType.Q8_0, [32], new byte[34]));
        Refused("is no name of a file beside tensors", () => New(ModelFormat.SafeTensors).SetFile("../x.json", default));
        Refused("is no name of a file beside tensors", () => New(ModelFormat.SafeTensors).SetFile("a.safetensors", default));
        Refused("a stream holds one", () => New(ModelFormat.SafeTensors).SetFile("config.json", default).Save(Stream.Null));
        Refused("is the name of a side file", () => New(ModelFormat.SafeTensors)
            .Save(Path.Combine(folder.Root, "x.ggml-blocks.safetensors")));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => New(ModelFormat.Gguf).Save(folder.Root + "/x/", new() { MaxShardBytes = 0 }));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Root));
    }

    [TestMethod]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void Payloads_of_more_than_two_gigabytes_are_laid_out_without_being_read(ModelFormat format)
    {
        // The disk is too small for them, or writing fails at the first byte: either way the plan was made, and nothing is left.
        ModelBuilder builder = New(format).Add("a", TensorType.I8, [3, 1L << 31], new Endless(3L << 31))
            .Add("b", TensorType.I8, [1L << 33], new Endless(1L << 33));
        Assert.ThrowsExactly<IOException>(() => builder.Save(new Refusing()));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Random_models_are_read_as_they_were_built()
    {
        Random random = new(14);
        for (int round = 0; round < 120; round++)
        {
            ModelFormat format = (ModelFormat)random.Next(3);
            ModelBuilder builder = New(format);
            Dictionary<string, byte[]> expected = [];
            for (int i = random.Next(12); i > 0; i--)
            {
                long[] shape = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => (long)random.Next(5))];
                TensorType type = new[] { TensorType.F32, TensorType.F16, TensorType.I8, TensorType.F64 }[random.Next(4)];
                Assert.IsTrue(TensorTypes.Get(type).TryGetPayloadBytes(shape, out long bytes));
                byte[] payload = new byte[bytes];
                random.NextBytes(payload);
                string name = $"t{random.Next()}.{(char)random.Next('a', 0x3000)}";
                expected.Add(name, payload);
                builder.Add(name, type, shape, payload);
            }

            foreach (string name in expected.Keys.Where(_ => random.Next(4) == 0).ToArray())
            {
                expected.Remove(name, out byte[]? payload);
                if (random.Next(2) == 0)
                {
                    builder.Remove(name);
                    continue;
                }

                builder.Rename(name, name + "!");
                expected.Add(name + "!", payload!);
            }

            string path = Path.Combine(folder.Root, $"{round}.{format.Extension()}");
            builder.Save(path);
            using ModelFile model = ModelFiles.Open(path);
            CollectionAssert.AreEquivalent(expected.Keys, model.Tensors.Select(tensor => tensor.Name).ToArray());
            foreach ((string name, byte[] payload) in expected)
            {
                CollectionAssert.AreEqual(payload, Payload(model, name));
            }
        }
    }

    private static void Refused(string part, Action call) =>
        StringAssert.Contains(Assert.ThrowsExactly<ModelPackException>(call).Message, part);

    private static ModelBuilder New(ModelFormat format) =>
        format == ModelFormat.Apr ? new ModelBuilder(format).Set("model_type", "llama") : new(format);

    internal static byte[] Payload(ModelFile model, string name)
    {
        int place = Enumerable.Range(0, model.Tensors.Count).Single(i => model.Tensors[i].Name == name);
        return model.OpenPayload(place).ReadBytes(0, (int)model.Tensors[place].ByteLength);
    }

    private string Target(ModelFormat format) => Path.Combine(folder.Root, $"m.{format.Extension()}");

    private void AssertAlone(string path) => CollectionAssert.AreEqual(new[] { path }, Directory.GetFileSystemEntries(folder.Root));

    private sealed class Endless(long length) : ByteSource
    {
        public override string Name => "<endless>";

        public override long Length => length;

        public override void ReadAt(long offset, Span<byte> destination) => throw new IOException("read");
    }

    private sealed class Refusing : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
        }
    }
}
