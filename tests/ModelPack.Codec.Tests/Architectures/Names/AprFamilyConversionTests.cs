using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Models;
using ModelPack.Verification;

namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>Folders of families that are not llama-like, on their way through APR.</summary>
[TestClass]
public sealed class AprFamilyConversionTests
{
    private static readonly ConversionOptions Bare = new() { Origin = OriginMode.None };

    public static IEnumerable<string> Labels => FamilyCheckpoint.Labels;

    public static IEnumerable<string> Split => ["gpt2", "bare gpt2", "gpt_neox"];

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Labels))]
    public void Apr_has_the_names_shapes_and_values_of_the_specification_whatever_the_way(string label)
    {
        using TempFolder folder = new();
        FamilyCheckpoint model = FamilyCheckpoint.Of(label);
        string source = model.Write(folder);
        string direct = To(folder, source, "direct.apr");
        AssertTensors(model.Apr, direct);
        string gguf = To(folder, source, "model.gguf");
        AssertTensors(model.Apr, To(folder, gguf, "by-gguf.apr"));
        AssertTensors(model.Tensors, To(folder, source, "verbatim.apr", new() { Naming = NamingMode.Verbatim }));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Labels))]
    public void Folder_comes_back_file_for_file_from_apr_and_through_gguf(string label)
    {
        using TempFolder folder = new();
        string source = FamilyCheckpoint.Of(label).Write(folder);
        string apr = To(folder, source, "model.apr");
        string gguf = To(folder, source, "model.gguf");
        AssertSameFolder(source, To(folder, apr, "back/"));
        AssertSameFolder(source, To(folder, To(folder, gguf, "by-gguf.apr"), "back-by-gguf/"));
        AssertSameFolder(source, To(folder, To(folder, apr, "by-apr.gguf"), "back-by-apr/"));
        string again = To(folder, apr, "again.gguf");
        AssertTensors([.. Read(gguf)], again);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Labels))]
    public void Verify_and_diff_find_all_of_them_equal(string label)
    {
        using TempFolder folder = new();
        string source = FamilyCheckpoint.Of(label).Write(folder);
        string gguf = To(folder, source, "model.gguf");
        string apr = To(folder, gguf, "model.apr");
        foreach ((string first, string second) in new[] { (source, gguf), (source, apr), (apr, source), (gguf, apr) })
        {
            VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L3);
            Assert.IsTrue(report.Passed, string.Join("; ", report.Differences));
            using ModelFile left = ModelFiles.Open(first);
            using ModelFile right = ModelFiles.Open(second);
            Assert.IsEmpty(ModelDiff.Compare(left, right).Differences);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Split))]
    public void Edit_of_one_part_is_found_named_and_not_undone(string label)
    {
        const string Edited = "model.layers.1.self_attn.k_proj.weight";
        using TempFolder folder = new();
        FamilyCheckpoint model = FamilyCheckpoint.Of(label);
        string source = model.Write(folder);
        string apr = To(folder, source, "model.apr");
        TensorInfo part = Stored(apr, Edited);
        SmallModels.Flip(apr, part.Offset + 4);
        string whole = model.Tensors.Single(
            tensor => tensor.Name.Contains(".1.att", StringComparison.Ordinal) && tensor.Shape.Length == 2
                && tensor.Shape.Sum() == 4 * tensor.Shape.Min()).Name;
        foreach (VerificationReport report in new[] { ModelVerifier.Verify(source, apr), ModelVerifier.Verify(apr, source) })
        {
            Difference difference = report.Differences.Single();
            Assert.AreEqual((DifferenceKind.Payload, whole), (difference.Kind, difference.Place));
            StringAssert.Contains(difference.Text, $"it lies in '{Edited}' there");
            Assert.AreEqual(part.Offset + 4, difference.ByteOffset!.Value);
        }

        string back = folder.At("back") + Path.DirectorySeparatorChar;
        Certificate certificate = Unflushed.Convert(apr, back, ModelFormat.SafeTensors, new());
        string note = certificate.Notes.Single(note => note.Contains("origin record was left behind", StringComparison.Ordinal));
        StringAssert.Contains(
            note, $"one of the 3 tensors '{Edited.Replace("k_", "q_", StringComparison.Ordinal)}' to "
                + $"'{Edited.Replace("k_", "v_", StringComparison.Ordinal)}' was edited");
        Assert.AreEqual(ProofLevel.L3, certificate.Level);

        // What the file says by itself is joined, with the edit.
        string joined = whole.StartsWith("h.", StringComparison.Ordinal) ? $"transformer.{whole}" : whole;
        byte[] before = model.Tensors.Single(tensor => tensor.Name == whole).Payload;
        byte[] after = Read(back).Single(tensor => tensor.Name == joined).Payload;
        Assert.AreEqual(1, before.Zip(after).Count(pair => pair.First != pair.Second));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Labels))]
    public void Apr_without_a_record_becomes_the_checkpoint_and_the_gguf_by_what_it_says(string label)
    {
        using TempFolder folder = new();
        FamilyCheckpoint model = FamilyCheckpoint.Of(label);
        string source = model.Write(folder);
        string apr = To(folder, source, "model.apr", Bare);
        string prefix = label == "bare gpt2" ? "transformer." : "";
        EditableTensor[] expected = [
            .. model.Tensors.Select(tensor => new EditableTensor(prefix + tensor.Name, tensor.Type, tensor.Shape, tensor.Payload))];
        AssertTensors(expected, To(folder, apr, "back/"));
        if (label is not ("gpt_neox" or "opt" or "whisper"))
        {
            // The folder's own buffer has no place in a GGUF.
            AssertTensors([.. Read(To(folder, source, "direct.gguf"))], To(folder, apr, "by-apr.gguf"));
            Assert.IsTrue(File.Exists(Path.Combine(folder.At("back"), "config.json")));
        }
        else
        {
            AssertTensors(expected, To(folder, apr, "by-apr.gguf"));
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Labels))]
    public void Apr_that_no_folder_stands_behind_comes_back_byte_for_byte(string label)
    {
        using TempFolder folder = new();
        string apr = To(folder, FamilyCheckpoint.Of(label).Write(folder), "model.apr", Bare);
        Assert.IsTrue(RoundTrip.Run(apr, [ModelFormat.Gguf, ModelFormat.SafeTensors], new()).Identical);
        Assert.IsTrue(RoundTrip.Run(apr, [ModelFormat.SafeTensors, ModelFormat.Gguf], new()).Identical);
    }

    [TestMethod]
    public void Apr_made_of_a_gguf_by_another_program_keeps_its_names()
    {
        using TempFolder folder = new();
        FamilyCheckpoint model = FamilyCheckpoint.Of("opt");
        string apr = To(folder, model.Write(folder), "model.apr", Bare);
        SmallModels.Replace(apr, "\"original_format\":\"safetensors\"", "\"original_format\":\"gguf\",\"x\":\"\"");
        Certificate certificate = Unflushed.Convert(apr, folder.At("model.gguf"), ModelFormat.Gguf, new());
        AssertTensors(model.Apr, folder.At("model.gguf"));
        Assert.IsTrue(
            certificate.Notes.Any(note => note.Contains("does not say whose rows", StringComparison.Ordinal)),
            string.Join("; ", certificate.Notes));
    }

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void Models_without_a_record_are_matched_by_name_but_for_what_is_split(string label)
    {
        using TempFolder folder = new();
        FamilyCheckpoint model = FamilyCheckpoint.Of(label);
        string source = model.Write(folder);
        string apr = To(folder, source, "model.apr", Bare);
        string[] own = [.. model.Tensors.Select(tensor => tensor.Name)];
        string[] parts = [
            .. model.Apr.Select(tensor => tensor.Name)
                .Where(name => !Split.Contains(label) ? false : name.Contains("q_proj", StringComparison.Ordinal)
            || name.Contains("k_proj", StringComparison.Ordinal) || name.Contains("v_proj", StringComparison.Ordinal))];
        VerificationReport report = ModelVerifier.Verify(source, apr, ProofLevel.L1);
        CollectionAssert.AreEquivalent(parts, Places(report, DifferenceKind.ExtraTensor));
        Assert.HasCount(parts.Length / 3, Places(report, DifferenceKind.MissingTensor));
        Assert.HasCount(parts.Length / 3 * 4, report.Differences);
        CollectionAssert.IsSubsetOf(Places(report, DifferenceKind.MissingTensor), own);
    }

    [TestMethod]
    public void Models_of_gguf_and_apr_without_a_record_are_the_same_tensor_by_tensor()
    {
        using TempFolder folder = new();
        string source = FamilyCheckpoint.Of("new falcon").Write(folder);
        string apr = To(folder, source, "model.apr", Bare);
        string gguf = To(folder, source, "model.gguf", Bare);
        foreach ((string first, string second) in new[] { (gguf, apr), (apr, gguf) })
        {
            // The rows of q, k and v are in another order there.
            VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L1);
            Assert.AreEqual(ProofLevel.L1, report.Proved, string.Join("; ", report.Differences));
        }
    }

    [TestMethod]
    public void Rows_that_another_program_cut_through_heads_are_not_joined()
    {
        using TempFolder folder = new();
        FamilyCheckpoint model = FamilyCheckpoint.Of("gpt_neox");
        string apr = To(folder, model.Write(folder), "model.apr", Bare);
        SmallModels.Replace(apr, "\"modelpack.row_order\"", "\"elsewhere.row_order\"");
        Certificate certificate = Unflushed.Convert(apr, folder.At("back/"), ModelFormat.SafeTensors, new());
        AssertTensors(model.Apr, folder.At("back"));
        Assert.Contains("'modelpack.row_order' does not say whose rows q, k and v have: tensors keep their names", certificate.Notes);
    }

    [TestMethod]
    public void Falcon_that_does_not_say_what_its_norms_are_keeps_its_names()
    {
        using TempFolder folder = new();
        FamilyCheckpoint model = FamilyCheckpoint.Of("new falcon");
        string apr = To(folder, model.Write(folder), "model.apr", Bare);
        SmallModels.Replace(apr, "\"hf_config\"", "\"no_config\"");
        foreach (string target in new[] { "back/", "model.gguf" })
        {
            Certificate certificate = Unflushed.Convert(
                apr, folder.At(target), target == "back/" ? ModelFormat.SafeTensors : ModelFormat.Gguf, new());
            AssertTensors(model.Apr, folder.At(target));
            Assert.IsTrue(
                certificate.Notes.Any(note => note.Contains("'hf_config' is missing", StringComparison.Ordinal)),
                string.Join("; ", certificate.Notes));
        }
    }

    [TestMethod]
    [DataRow("v_proj.weight", "w_proj.weight", "is missing")]
    [DataRow("\"num_attention_heads\":2", "\"num_attention_heads\":3", "do not make up")]
    public void Parts_that_do_not_make_up_one_tensor_keep_their_names(string old, string with, string reason)
    {
        using TempFolder folder = new();
        string apr = To(folder, FamilyCheckpoint.Of("gpt_neox").Write(folder), "model.apr", Bare);
        SmallModels.Replace(apr, old, with);
        EditableTensor[] stored = Read(apr);
        Certificate certificate = Unflushed.Convert(apr, folder.At("back/"), ModelFormat.SafeTensors, new());
        AssertTensors(stored, folder.At("back"));
        Assert.IsTrue(
            certificate.Notes.Any(
                note => note.StartsWith("tensors keep their names", StringComparison.Ordinal)
                    && note.Contains(reason, StringComparison.Ordinal)), string.Join("; ", certificate.Notes));
    }

    [TestMethod]
    public void Heads_that_do_not_divide_the_rows_leave_the_tensor_whole()
    {
        const string Fused = "gpt_neox.layers.1.attention.query_key_value.weight";
        using TempFolder folder = new();
        // With its width, the config would contradict itself.
        FamilyCheckpoint model = FamilyCheckpoint.Of("gpt_neox").Set("num_attention_heads", 3).Without("hidden_size");
        string source = model.Write(folder);
        Certificate certificate = Unflushed.Convert(source, folder.At("model.apr"), ModelFormat.Apr, new());
        string first = Fused.Replace("layers.1.", "layers.0.", StringComparison.Ordinal);
        Assert.Contains(
            $"'{first}' is not split into q, k and v: its shape [24, 8] and type F16 do not show where; so it is with '{Fused}'",
            certificate.Notes, string.Join("; ", certificate.Notes));
        EditableTensor whole = Read(folder.At("model.apr"))
            .Single(tensor => tensor.Name == "model.layers.1.attention.query_key_value.weight");
        CollectionAssert.AreEqual(model.Tensors.Single(tensor => tensor.Name == Fused).Payload, whole.Payload);
        AssertSameFolder(source, To(folder, folder.At("model.apr"), "back/"));
    }

    [TestMethod]
    public void Two_tensors_of_one_name_leave_all_names_as_they_are()
    {
        using TempFolder folder = new();
        FamilyCheckpoint model = FamilyCheckpoint.Of("opt");
        model.Tensors.Add(new("model.embed_tokens.weight", TensorType.F16, [1], [0, 0]));
        Certificate certificate = Unflushed.Convert(model.Write(folder), folder.At("model.apr"), ModelFormat.Apr, new());
        AssertTensors(model.Tensors, folder.At("model.apr"));
        Assert.IsTrue(
            certificate.Notes.Any(note => note.Contains("would both be 'model.embed_tokens.weight'", StringComparison.Ordinal)),
            string.Join("; ", certificate.Notes));
    }

    private static string[] Places(VerificationReport report, DifferenceKind kind) =>
        [.. report.Differences.Where(difference => difference.Kind == kind).Select(difference => difference.Place)];

    internal static string To(TempFolder folder, string source, string name, ConversionOptions? options = null)
    {
        string target = folder.At(name);
        ModelFormat format = name.EndsWith('/')
            ? ModelFormat.SafeTensors
            : name.EndsWith(".apr", StringComparison.Ordinal) ? ModelFormat.Apr : ModelFormat.Gguf;
        Unflushed.Convert(source, target, format, options ?? new());
        return target;
    }

    internal static EditableTensor[] Read(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        return [.. file.Tensors.Select(
            tensor => new EditableTensor(
                tensor.Name, tensor.Type, [.. tensor.Shape], file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength)))];
    }

    internal static void AssertTensors(IReadOnlyCollection<EditableTensor> expected, string path)
    {
        EditableTensor[] found = Read(path);
        CollectionAssert.AreEquivalent(expected.Select(Describe).ToArray(), found.Select(Describe).ToArray());
        foreach (EditableTensor tensor in expected)
        {
            CollectionAssert.AreEqual(tensor.Payload, found.Single(other => other.Name == tensor.Name).Payload, tensor.Name);
        }
    }

    private static string Describe(EditableTensor tensor) => $"{tensor.Name} {tensor.Type} {string.Join('x', tensor.Shape)}";

    private static TensorInfo Stored(string path, string name)
    {
        using ModelFile file = ModelFiles.Open(path);
        return file.Tensors.Single(tensor => tensor.Name == name);
    }

    private static void AssertSameFolder(string expected, string found)
    {
        string[] names = [.. Directory.EnumerateFiles(expected).Select(path => Path.GetFileName(path)!)];
        CollectionAssert.AreEquivalent(
            names, Directory.EnumerateFiles(found).Select(path => Path.GetFileName(path)!)
                .Where(name => !name.Contains(".modelpack.", StringComparison.Ordinal)).ToArray());
        foreach (string name in names)
        {
            ByteAssert.AreEqual(File.ReadAllBytes(Path.Combine(expected, name)), File.ReadAllBytes(Path.Combine(found, name)), name);
        }
    }
}
