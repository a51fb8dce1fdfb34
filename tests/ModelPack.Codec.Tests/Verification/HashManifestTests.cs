using System.Collections.Immutable;
using ModelPack.Models;
using ModelPack.Verification.Hashing;

namespace ModelPack.Codec.Tests.Verification;

[TestClass]
public sealed class HashManifestTests
{
    private static readonly TestTensor[] Tensors =
    [
        TestTensor.F32("a", 1, 2, 3), TestTensor.Random("b\"c\" \\\n\u202e 型", TensorType.I16, 1, 2, 2),
        new("scalar", TensorType.F32, [], [0, 0, 0x80, 0x3F]), TestTensor.F32("z", 9),
    ];

    private readonly string path = Path.GetTempFileName();

    [TestCleanup]
    public void RemoveFile() => File.Delete(path);

    [TestMethod]
    public void A_manifest_is_read_as_it_was_written()
    {
        string text = HashManifest.Write(Hash(Tensors));
        Assert.IsTrue(text.All(c => c is '\n' or >= ' ' and <= '~'), "a name of the file must not reach a terminal as it is");
        ModelHash read = Read(text);
        Assert.AreEqual(text, HashManifest.Write(read));
        Assert.IsEmpty(ManifestCheck.Compare(read, Hash(Tensors)));
    }

    [TestMethod]
    public void Manifest_with_SHA256_tells_two_models_of_one_XXH128_apart()
    {
        (ModelHash weakFirst, ModelHash strongFirst) = (OfCase("a.gguf", sha256: false), OfCase("a.gguf", sha256: true));
        (ModelHash weakSecond, ModelHash strongSecond) = (OfCase("b.gguf", sha256: false), OfCase("b.gguf", sha256: true));
        Assert.AreEqual((weakFirst.Model, null), (weakSecond.Model, weakSecond.Sha256));
        Assert.AreNotEqual(strongFirst.Sha256, strongSecond.Sha256);
        Assert.IsEmpty(ManifestCheck.Compare(Read(HashManifest.Write(weakFirst)), weakSecond));
        string manifest = HashManifest.Write(strongFirst);
        Assert.IsEmpty(ManifestCheck.Compare(Read(manifest), strongFirst));
        Assert.AreEqual(strongFirst.Sha256, Read(manifest).Sha256);
        StringAssert.Contains(ManifestCheck.Compare(Read(manifest), strongSecond).Single().Text, "does not happen by accident");
        Assert.IsFalse(ManifestCheck.Compare(Read(manifest), weakFirst).IsEmpty, "a hash that is asked for and not there proves nothing");
        foreach (string wrong in new[] { manifest.Replace("sha256 ", "sha256 0", StringComparison.Ordinal),
            manifest.Replace("manifest 2", "manifest 1", StringComparison.Ordinal),
                manifest.Replace(strongFirst.Tensors[0].Sha256!, strongSecond.Tensors[0].Sha256!, StringComparison.Ordinal) })
        {
            Assert.AreEqual("MP2141", Assert.Throws<ModelPackException>(() => Read(wrong)).Code.Id);
        }
    }

    private static ModelHash OfCase(string name, bool sha256)
    {
        using ModelFile file = ModelFiles.Open(RepositoryData.Path("cases", "hostile", "collision", name));
        return ModelHash.Compute(file, sha256, progress: null, CancellationToken.None);
    }

    [TestMethod]
    public void A_model_without_tensors_has_a_manifest() => Assert.IsEmpty(Read(HashManifest.Write(Hash())).Tensors);

    [TestMethod]
    [DataRow("modelpack-manifest 1", "modelpack-manifest 3", "line 1: ")]
    [DataRow("modelpack-manifest 1", "modelpack-manifest 2", "line 5: ")]
    [DataRow("modelpack-manifest 1\n", "", "line 1: ")]
    [DataRow("model ", "model 0", "line 2: ")]
    [DataRow("values ", "values 0", "line 3: ")]
    [DataRow(" F32 [3]", " F32 [4]", "line 4: the first hash does not follow")]
    [DataRow(" F32 [3]", " BF16 [3]", "line 4: the first hash does not follow")]
    [DataRow(" F32 [3]", " F32 [3", "line 4: shape or name cannot be read")]
    [DataRow(" F32 [3]", " F32 {}", "line 4: shape or name cannot be read")]
    [DataRow(" F32 [3]", " F32 [99999999999999999999]", "line 4: shape or name cannot be read")]
    [DataRow(" F32 [3]", " F32", "line 4: ")]
    [DataRow(" \"a\"", " \"b\"", "line 4: the first hash does not follow")]
    [DataRow(" \"a\"", " null", "line 4: shape or name cannot be read")]
    [DataRow(" \"a\"", " 7", "line 4: shape or name cannot be read")]
    [DataRow(" \"a\"\n", " \"a\"", "line 4: ")]
    [DataRow(" - I16", " x I16", "line 5: the third hash is none")]
    [DataRow(" - I16", " 00000000000000000000000000000000 I16", "line 3: the hash of the values")]
    public void An_edited_manifest_is_refused_with_its_line(string part, string instead, string message)
    {
        string text = HashManifest.Write(Hash(Tensors));
        int at = text.IndexOf(part, StringComparison.Ordinal);
        Assert.IsGreaterThanOrEqualTo(0, at);
        ShouldBeRefused(text[..at] + instead + text[(at + part.Length)..], message);
    }

    [TestMethod]
    public void Every_flipped_digit_and_every_missing_line_is_noticed()
    {
        string text = HashManifest.Write(Hash(Tensors));
        int digits = 0;
        for (int i = text.IndexOf("model ", StringComparison.Ordinal) + 6; i < text.Length; i++)
        {
            if (Uri.IsHexDigit(text[i]) && text[i] is not ('e' or 'f') && char.IsAsciiDigit(text[i]))
            {
                char[] edited = text.ToCharArray();
                edited[i] = text[i] == '0' ? '1' : '0';
                ShouldBeRefused(new(edited), "line ");
                digits++;
            }
        }

        Assert.IsGreaterThan(100, digits);
        string[] lines = text.Split('\n');
        for (int line = 0; line < lines.Length - 1; line++)
        {
            ShouldBeRefused(string.Join('\n', lines.Where((_, i) => i != line)), "line ");
        }

        ShouldBeRefused(text[..^1], "line ");
        ShouldBeRefused("", "line 1: ");
        ShouldBeRefused(new string('x', 100_000), "line 1: ");
    }

    [TestMethod]
    public void A_manifest_that_ends_too_early_or_has_no_end_is_refused()
    {
        string text = HashManifest.Write(Hash(Tensors));
        ShouldBeRefused("modelpack-manifest 1\n", "line 2: it ends too early");
        ShouldBeRefused(text[..^1], $"line {text.Count(c => c == '\n')}: it ends too early");
        using (FileStream sparse = File.OpenWrite(path))
        {
            sparse.Write("modelpack-manifest 1\n"u8);
            sparse.SetLength((256 << 20) + 1);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(
            "line 1: the file has 268435457 bytes", Assert.ThrowsExactly<ModelPackException>(() => HashManifest.Read(path)).Detail);
        Assert.IsLessThan(1 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    [DataRow(false, 0)]
    [DataRow(false, 1)]
    [DataRow(true, 3)]
    public void A_hash_that_is_none_is_refused_with_its_line(bool sha256, int field)
    {
        string[] lines = HashManifest.Write(OfCase("a.gguf", sha256)).Split('\n');
        int line = sha256 ? 4 : 3;
        string[] fields = lines[line].Split(' ');
        fields[field] = "g" + fields[field][1..];
        lines[line] = string.Join(' ', fields);
        ShouldBeRefused(string.Join('\n', lines), $"line {line + 1}: it is not 'hash hash hash type");
    }

    [TestMethod]
    public void A_tensor_that_stands_twice_is_refused()
    {
        TensorHash tensor = Hash(Tensors[0]).Tensors[0];
        ShouldBeRefused(HashManifest.Write(ModelHash.Of([tensor, tensor], [])), "the tensor 'a' stands twice");
    }

    // The order of lines, the spelling of names and every hash: what was written once has to be found again.
    [TestMethod]
    [DataRow("mix.gguf.manifest", false)]
    [DataRow("mix.gguf.sha256.manifest", true)]
    public void A_manifest_that_was_written_before_is_what_would_be_written(string manifest, bool sha256)
    {
        string kept = RepositoryData.Path("manifests", manifest);
        using ModelFile model = ModelFiles.Open(RepositoryData.Path("written-by", "0.1.0", "mix.gguf"));
        ModelHash hash = ModelHash.Compute(model, sha256, progress: null, CancellationToken.None);
        Assert.AreEqual(File.ReadAllText(kept), HashManifest.Write(hash));
        Assert.IsEmpty(ManifestCheck.Compare(HashManifest.Read(kept), hash));
    }

    [TestMethod]
    public void Each_difference_is_named()
    {
        TestTensor half = new("h", TensorType.F16, [2], [0, 0x3C, 0, 0x40]);
        ModelHash expected = Hash([.. Tensors, half]);
        ImmutableArray<HashMismatch> mismatches = ManifestCheck.Compare(
            expected,
            Hash(TestTensor.F32("a", 1, 2, 4), Tensors[1] with { Shape = [4] }, Tensors[2], TestTensor.F32("new", 1),
                TestTensor.F32("h", 1, 2)));
        Assert.HasCount(5, mismatches);
        Assert.StartsWith("tensor 'a' holds other bytes: ", Text("a"));
        Assert.AreEqual($"tensor '{Tensors[1].Name}' has the shape [4] instead of [2, 2]", Text(Tensors[1].Name));
        Assert.AreEqual("tensor 'z' is missing", Text("z"));
        Assert.AreEqual("tensor 'new' is not in the manifest", Text("new"));
        Assert.AreEqual("tensor 'h' is F32 instead of F16; its decoded values are the same", Text("h"));

        string Text(string name) => mismatches.Single(mismatch => mismatch.Name == name).Text;
    }

    [TestMethod]
    public void The_catalogue_has_unique_codes()
    {
        Assert.HasCount(ManifestErrors.All.Count, ManifestErrors.All.Select(code => code.Id).Distinct());
        Assert.IsTrue(ManifestErrors.All.All(code => code.Summary.EndsWith('.') && code.Remedy.EndsWith('.')));
    }

    private static ModelHash Hash(params TestTensor[] tensors)
    {
        using ModelFile file = TestModels.SafeTensors(tensors);
        return ModelHash.Compute(file);
    }

    private ModelHash Read(string text)
    {
        File.WriteAllText(path, text);
        return HashManifest.Read(path);
    }

    private void ShouldBeRefused(string text, string message)
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => Read(text));
        Assert.AreEqual("MP2141", error.Code.Id);
        Assert.AreEqual(path, error.FilePath);
        Assert.Contains(message, error.Detail);
    }
}
