using ModelPack.Codec.Tests.Architectures;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Codec.Tests.Formats.SafeTensors;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Models;
using ModelPack.Tensors.Payloads;
using ModelPack.Verification;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>Files that somebody edited on purpose, so that all checksums fit; and files that never had to do with each other.</summary>
[TestClass]
public sealed class VerifyEditTests
{
    private const string Norm = "output_norm.weight";
    private const string Table = "rope_freqs.weight";

    private static readonly ConversionOptions Options = ConversionCorpus.Allow with { Quantized = QuantizedMode.Blocks };

    public static IEnumerable<object[]> Conversions => VerifyDamageTests.Conversions;

    // The record is left behind with the edit, and with it the way back: what is shown are other numbers.
    [TestMethod]
    public void Output_with_rounded_numbers_is_not_equal_at_any_level_once_its_metadata_were_edited()
    {
        using TempFolder folder = new();
        TestTensor tensor = TestTensor.F32("blk.0.ffn_up.weight", [.. Enumerable.Range(1, 256).Select(number => number * 0.37f)]) with
        {
            Shape = [4, 64],
        };
        string source = folder.Write("m.gguf", TestModels.GgufBytes([tensor]));
        string output = folder.At("m.safetensors");
        Unflushed.Convert(source, output, ModelFormat.SafeTensors, new() { Dtype = TensorType.BF16, Loss = LossPolicy.Allow });
        Assert.IsTrue(ModelVerifier.Verify(source, output, ProofLevel.L3).Passed);
        SmallModels.Replace(output, "\"format\":\"pt\"", "\"format\":\"pq\"");
        foreach ((string first, string second) in new[] { (source, output), (output, source) })
        {
            VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L1);
            Assert.IsFalse(report.Passed);
            Assert.IsTrue(report.Differences.Any(difference => difference.Place == "blk.0.ffn_up.weight"));
        }
    }

    // A norm minus 1 is -1 for either number, and a table that the target's words have no place for is shown nowhere.
    [TestMethod]
    [DataRow(Norm)]
    [DataRow(Table)]
    public void Edited_output_of_other_numbers_that_show_alike_is_equal_at_no_level(string name)
    {
        using TempFolder folder = new();
        string Model(string file, float number) => folder.Write(file, SmallGguf.Decoder("gemma").Layers().WithoutTensor(Norm)
            .Floats(Norm, [name == Norm ? number : 1, .. new float[63]])
            .Floats(Table, [name == Table ? number : 1, .. new float[7]]).Bytes());
        string source = Model("m.gguf", 1e-10f);
        string other = Model("n.gguf", 2e-10f);
        string output = folder.At("m.safetensors");
        Unflushed.Convert(source, output, ModelFormat.SafeTensors, ConversionCorpus.Allow);
        using (ModelFile shown = ModelFiles.Open(output))
        {
            Assert.IsTrue(shown.Tensors.Any(tensor => tensor.Name == "model.norm.weight"));
            Assert.IsFalse(shown.Tensors.Any(tensor => tensor.Name == Table));
        }

        SmallModels.Replace(output, "\"format\":\"pt\"", "\"format\":\"pq\"");
        foreach ((string path, bool isSame) in new[] { (source, true), (other, false) })
        {
            foreach ((string first, string second) in new[] { (path, output), (output, path) })
            {
                VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L1);
                Assert.AreEqual(isSame, report.Passed, string.Join("; ", report.Differences));
                Assert.AreEqual(isSame ? ProofLevel.L1 : null, report.Proved);
                Assert.AreEqual(isSame, !report.Differences.Any(difference => difference.Place == name));
                Assert.IsFalse(ModelVerifier.Verify(first, second, ProofLevel.L2).Passed);
            }
        }
    }

    // What a record keeps is kept nowhere if the record says that it is made of something else.
    [TestMethod]
    [DataRow(Norm)]
    [DataRow(Table)]
    public void Edited_output_whose_record_leaves_out_what_it_kept_is_equal_at_no_level(string name)
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", SmallGguf.Decoder("gemma").Layers().WithoutTensor(Norm)
            .Floats(Norm, [1e-10f, .. new float[63]]).Floats(Table, [1, .. new float[7]]).Bytes());
        string output = folder.At("m.safetensors");
        Unflushed.Convert(source, output, ModelFormat.SafeTensors, ConversionCorpus.Allow);
        SmallModels.Replace(output, "\"format\":\"pt\"", "\"format\":\"pq\"");
        Assert.IsTrue(ModelVerifier.Verify(source, output, ProofLevel.L1).Passed);
        int kept;
        long length;
        using (ModelFile file = ModelFiles.Open(source))
        {
            kept = file.AllTensors.ToList().FindIndex(tensor => tensor.Name == name);
            length = file.AllTensors[kept].ByteLength;
        }

        StoredPayload large;
        using (ModelFile file = ModelFiles.Open(output))
        {
            int place = file.AllTensors.ToList().FindIndex(tensor => tensor.ByteLength > length);
            large = new(place, file.AllTensors[place].ByteLength);
        }

        File.WriteAllBytes(output, OriginRecords.WithRecord(File.ReadAllBytes(output), record => record with
        {
            Tensors = record.Tensors.SetItem(
                kept, record.Tensors[kept] with { Payload = new TakenPayload(large, 0, length, large.Length, 1) }),
        }));
        foreach ((string first, string second) in new[] { (source, output), (output, source) })
        {
            VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L1);
            Assert.IsFalse(report.Passed);
            Assert.IsNull(report.Proved);
            Assert.IsTrue(report.Differences.Any(difference => difference.Place == name));
        }
    }

    [TestMethod]
    [DynamicData(nameof(Conversions))]
    public void Edited_tensor_is_named_by_verify_and_survives_the_way_back(ModelFormat from, ModelFormat to)
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, from);
        string output = folder.At($"output.{to.Extension()}");
        Unflushed.Convert(source, output, to, Options);
        TensorInfo stored;
        string name;
        using (ModelFile file = ModelFiles.Open(output))
        {
            stored = file.Tensors[1];
            name = TensorDescriptions.Logical(file)[1].Name;
        }

        SmallModels.Flip(output, stored.Offset + 2);
        VerificationReport report = ModelVerifier.Verify(source, output);
        Assert.IsFalse(report.Passed);
        Difference difference = report.Differences.Single();
        Assert.AreEqual((DifferenceKind.Payload, name), (difference.Kind, difference.Place));
        Assert.AreEqual(stored.Offset + 2, difference.ByteOffset!.Value);

        string back = folder.At($"back.{from.Extension()}");
        Certificate certificate = Unflushed.Convert(output, back, from, Options);
        string note = certificate.Notes.Single(note => note.Contains("origin record was left behind", StringComparison.Ordinal));
        StringAssert.Contains(note, $"tensor '{name}'");
        Assert.AreEqual(ProofLevel.L3, certificate.Level);
        using ModelFile returned = ModelFiles.Open(back);
        TensorInfo edited = TensorDescriptions.Logical(returned).Single(tensor => tensor.Name == name);
        byte[] expected = File.ReadAllBytes(output)[(int)stored.Offset..(int)(stored.Offset + stored.ByteLength)];
        CollectionAssert.AreEqual(expected, returned.Source.ReadBytes(edited.Offset, (int)edited.ByteLength));
    }

    [TestMethod]
    [DataRow(ModelFormat.Gguf, ModelFormat.Apr, "\"name\":\"small\"", "\"name\":\"SMALL\"", "name")]
    [DataRow(ModelFormat.Gguf, ModelFormat.SafeTensors, "\"format\":\"pt\"", "\"format\":\"tf\"", "format")]
    [DataRow(ModelFormat.Apr, ModelFormat.Gguf, "general.name", "general.fame", "general.name")]
    [DataRow(ModelFormat.Apr, ModelFormat.Gguf, "small", "SMALL", "general.name")]
    [DataRow(ModelFormat.Apr, ModelFormat.SafeTensors, "\"format\":\"pt\"", "\"former\":\"pt\"", "format")]
    [DataRow(ModelFormat.SafeTensors, ModelFormat.Apr, "\"model_type\":\"unknown\"", "\"model_type\":\"Unknown\"", "model_type")]
    public void Edited_metadata_is_named_by_verify_and_survives_the_way_back(
        ModelFormat from, ModelFormat to, string old, string with, string key)
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, from);
        string output = folder.At($"output.{to.Extension()}");
        Unflushed.Convert(source, output, to, Options);
        SmallModels.Replace(output, old, with);
        foreach (VerificationReport report in new[] { ModelVerifier.Verify(source, output), ModelVerifier.Verify(output, source) })
        {
            Assert.IsFalse(report.Passed);
            Assert.AreEqual(ProofLevel.L1, report.Proved);
            CollectionAssert.Contains(report.Differences.Select(difference => difference.Place).ToArray(), key);
        }

        string back = folder.At($"back.{from.Extension()}");
        Certificate certificate = Unflushed.Convert(output, back, from, Options);
        Assert.IsTrue(
            certificate.Notes.Any(
                note => note.Contains("metadata", StringComparison.Ordinal)
                    && note.Contains("origin record was left behind", StringComparison.Ordinal)));
        CollectionAssert.AreNotEqual(File.ReadAllBytes(source), File.ReadAllBytes(back));
        Assert.IsTrue(RoundTrip.Run(output, [from], Options).Identical);
    }

    [TestMethod]
    public void Edit_in_the_middle_of_a_chain_is_not_undone_by_the_record_of_the_first_file()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        string middle = folder.At("middle.apr");
        string last = folder.At("last.safetensors");
        string back = folder.At("back.gguf");
        Unflushed.Convert(source, middle, ModelFormat.Apr, Options);
        SmallModels.Replace(middle, "\"name\":\"small\"", "\"name\":\"SMALL\"");
        Unflushed.Convert(middle, last, ModelFormat.SafeTensors, Options);
        VerificationReport report = ModelVerifier.Verify(source, last);
        Assert.IsFalse(report.Passed);
        Assert.IsFalse(report.Differences.IsEmpty);
        Certificate certificate = Unflushed.Convert(last, back, ModelFormat.Gguf, Options);
        Assert.IsTrue(
            certificate.Notes.Any(note => note.Contains("'middle.apr' was edited", StringComparison.Ordinal)),
            string.Join("; ", certificate.Notes));
        CollectionAssert.AreNotEqual(File.ReadAllBytes(source), File.ReadAllBytes(back));

        // The edited file itself still comes back.
        string edited = folder.At("edited.apr");
        Unflushed.Convert(last, edited, ModelFormat.Apr, Options);
        ByteAssert.AreEqual(File.ReadAllBytes(middle), File.ReadAllBytes(edited));
    }

    [TestMethod]
    public void Removed_record_is_not_mistaken_for_proof()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.SafeTensors);
        string output = folder.At("output.apr");
        Unflushed.Convert(source, output, ModelFormat.Apr, Options with { Origin = OriginMode.None });
        VerificationReport report = ModelVerifier.Verify(source, output);
        Assert.IsFalse(report.Passed);
        Assert.AreEqual(ProofLevel.L1, report.Proved);
        Assert.AreEqual("modelpack.origin", report.Differences.Single().Place);
        Assert.IsTrue(ModelVerifier.Verify(source, output, ProofLevel.L1).Passed);
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void A_record_that_differs_because_the_models_do_is_no_difference_of_its_own(ModelFormat to)
    {
        using TempFolder folder = new();
        string[] sources = [SmallModels.Write(folder, ModelFormat.Gguf), folder.At("named.gguf"), folder.At("edited.gguf")];
        File.Copy(sources[0], sources[1]);
        SmallModels.Replace(sources[1], "small", "SMALL");
        File.Copy(sources[0], sources[2]);
        using (ModelFile file = ModelFiles.Open(sources[0]))
        {
            SmallModels.Flip(sources[2], file.Tensors[1].Offset + 2);
        }

        string[] outputs = [.. sources.Select((source, i) =>
        {
            string output = folder.At($"{i}.{to.Extension()}");
            ModelConverter.Convert(source, output, to, Options with { NonFinite = NonFinitePolicy.Allow });
            return output;
        })];
        foreach (string other in outputs[1..])
        {
            VerificationReport report = ModelVerifier.Verify(outputs[0], other);
            Assert.IsFalse(report.Passed);
            Assert.IsNotEmpty(report.Differences);
            Assert.DoesNotContain(ModelFile.OriginKey, report.Differences.Select(difference => difference.Place));
        }
    }

    [TestMethod]
    public void Unrelated_models_differ_tensor_by_tensor()
    {
        using TempFolder folder = new();
        string gguf = SmallModels.Write(folder, ModelFormat.Gguf);
        string apr = SmallModels.Write(folder, ModelFormat.Apr);
        VerificationReport report = ModelVerifier.Verify(gguf, apr, ProofLevel.L1);
        Assert.IsFalse(report.Passed);
        Assert.IsNull(report.Proved);
        CollectionAssert.IsSubsetOf(
            new[] { "plain", "blocks", "", "last", "a", "b", "q", "z" }, report.Differences.Select(difference => difference.Place)
                .ToArray());
        Assert.AreEqual(4, report.Differences.Count(difference => difference.Kind == DifferenceKind.MissingTensor));
        Assert.AreEqual(4, report.Differences.Count(difference => difference.Kind == DifferenceKind.ExtraTensor));
    }

    [TestMethod]
    public void Container_of_another_model_with_the_same_tensor_names_differs_by_its_payload()
    {
        using TempFolder folder = new();
        string mine = SmallModels.Write(folder, ModelFormat.Gguf);
        string other = folder.Write("other.gguf", SmallModels.Gguf(first: 2));
        string output = folder.At("output.apr");
        Unflushed.Convert(other, output, ModelFormat.Apr, Options);
        VerificationReport report = ModelVerifier.Verify(mine, output, ProofLevel.L1);
        Assert.IsFalse(report.Passed);
        Difference difference = report.Differences.Single();
        Assert.AreEqual("plain", difference.Place);
        Assert.AreEqual(0L, difference.ElementIndex!.Value);
        StringAssert.Contains(difference.Text, "1 against 2");
    }

    [TestMethod]
    public void Names_that_translate_to_one_are_reported_and_not_an_accident()
    {
        using TempFolder folder = new();
        string first = folder.Write("first.gguf", Model(["token_embd.weight"], architecture: true));
        string header =
            """{"token_embd.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"model.embed_tokens.weight":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""";
        string second = folder.Write("second.safetensors", SafeTensorsTestFile.Build(header, 8));
        VerificationReport report = ModelVerifier.Verify(first, second);
        Assert.IsFalse(report.Passed);
        Assert.IsTrue(
            report.Differences.Any(difference => difference.Kind == DifferenceKind.ExtraTensor), string.Join("; ", report.Differences));
    }

    private static byte[] Model(string[] names, bool architecture)
    {
        GgufBytes file = new GgufBytes().Header((ulong)names.Length, architecture ? 1ul : 0);
        if (architecture)
        {
            file.Key("general.architecture", GgufValueType.String).Text("qwen2");
        }

        for (int i = 0; i < names.Length; i++)
        {
            file.Record(names[i], GgufBytes.F32, (ulong)i * 32, 1);
        }

        file.Pad();
        foreach (string _ in names)
        {
            file.Data(4).Pad();
        }

        return file.ToArray();
    }
}
