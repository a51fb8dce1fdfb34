using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.IO.Names;
using ModelPack.Models;
using ModelPack.Origin;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>Outputs whose blocks lie in a side file: damage and edits of either file.</summary>
[TestClass]
public sealed class SideFileDamageTests
{
    private const string Widened = "blocks";

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void Whole_pair_passes_at_every_level(ModelFormat to)
    {
        using Pair pair = new(to);
        foreach (ProofLevel level in Enum.GetValues<ProofLevel>())
        {
            foreach ((string first, string second) in new[] { (pair.Source, pair.Output), (pair.Output, pair.Source),
                (pair.Certificate, pair.Output), (pair.Certificate, pair.Source) })
            {
                VerificationReport report = ModelVerifier.Verify(first, second, level);
                Assert.IsTrue(report.Passed, $"{first} {second}: {string.Join("; ", report.Differences)}");
            }
        }

        Assert.IsEmpty(ModelValidator.Validate(pair.Output).Findings);
        ByteAssert.AreEqual(File.ReadAllBytes(pair.Source), File.ReadAllBytes(pair.Back()));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow(ModelFormat.Apr, false)]
    [DataRow(ModelFormat.Apr, true)]
    [DataRow(ModelFormat.SafeTensors, false)]
    [DataRow(ModelFormat.SafeTensors, true)]
    public void Flipped_byte_of_either_file_is_found_and_no_edit_is_undone(ModelFormat to, bool ofSide)
    {
        using Pair pair = new(to);
        string path = ofSide ? pair.Side : pair.Output;
        byte[] whole = File.ReadAllBytes(path);
        byte[] source = File.ReadAllBytes(pair.Source);
        List<(TensorInfo Tensor, string Name)> tensors = TensorsOf(path);
        List<string> failures = [];
        Parallel.For(0, whole.Length, offset =>
        {
            using Pair copy = pair.Copy();
            byte[] bytes = [.. whole];
            bytes[offset] ^= (byte)(1 << (offset % 8));
            File.WriteAllBytes(ofSide ? copy.Side : copy.Output, bytes);
            (TensorInfo? tensor, string? named) = tensors.FirstOrDefault(
                item => offset >= item.Tensor.Offset && offset < item.Tensor.Offset + item.Tensor.ByteLength);
            try
            {
                CheckVerify(copy.Source, copy.Output, named);
                CheckVerify(copy.Certificate, copy.Output, tensor?.Name);
                CheckBack(copy, source, named);
            }
            catch (Exception exception)
            {
                lock (failures)
                {
                    failures.Add($"byte {offset} ({named}): {exception.GetType().Name} {exception.Message}");
                }
            }
        });
        Assert.IsEmpty(failures, string.Join("\n", failures.Take(20)));
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void Edited_view_is_named_and_is_what_the_file_says_from_then_on(ModelFormat to)
    {
        using Pair pair = new(to);
        TensorInfo view = TensorOf(pair.Output);
        SmallModels.Flip(pair.Output, view.Offset + 9);
        Difference difference = ModelVerifier.Verify(pair.Source, pair.Output, ProofLevel.L1).Differences.Single();
        Assert.AreEqual((DifferenceKind.Payload, Widened), (difference.Kind, difference.Place));
        Certificate certificate = pair.Convert(pair.Output, "back.gguf", ModelFormat.Gguf);
        Assert.IsTrue(
            certificate.Notes.Any(note => note.Contains($"tensor '{Widened}' was edited", StringComparison.Ordinal)),
            string.Join("; ", certificate.Notes));
        byte[] expected = File.ReadAllBytes(pair.Output)[(int)view.Offset..(int)(view.Offset + view.ByteLength)];
        using ModelFile back = ModelFiles.Open(pair.At("back.gguf"));
        TensorInfo returned = back.Tensors.Single(tensor => tensor.Name == Widened);
        Assert.AreEqual(TensorType.F32, returned.Type);
        CollectionAssert.AreEqual(expected, back.Source.ReadBytes(returned.Offset, (int)returned.ByteLength));

        // The way on to a third format does not bring the blocks back either.
        ModelFormat third = to == ModelFormat.Apr ? ModelFormat.SafeTensors : ModelFormat.Apr;
        string on = $"on.{third.Extension()}";
        Assert.AreEqual(ProofLevel.L3, pair.Convert(pair.Output, on, third).Level);
        using ModelFile further = ModelFiles.Open(pair.At(on));
        TensorInfo shown = further.Tensors.Single(tensor => tensor.Name == Widened);
        CollectionAssert.AreEqual(expected, further.Source.ReadBytes(shown.Offset, (int)shown.ByteLength));
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void Edited_block_in_the_side_file_is_named_and_not_used(ModelFormat to)
    {
        using Pair pair = new(to);
        SmallModels.Flip(pair.Side, TensorOf(pair.Side).Offset + 20);
        Difference difference = ModelVerifier.Verify(pair.Source, pair.Output, ProofLevel.L1).Differences.Single();
        Assert.AreEqual((DifferenceKind.Payload, Widened), (difference.Kind, difference.Place));
        Assert.AreEqual(Widened, ModelVerifier.Verify(pair.Certificate, pair.Output, ProofLevel.L1).Differences.First().Place);
        Certificate certificate = pair.Convert(pair.Output, "back.gguf", ModelFormat.Gguf);
        Assert.IsTrue(
            certificate.Notes.Any(note => note.Contains($"tensor '{Widened}' was edited", StringComparison.Ordinal)),
            string.Join("; ", certificate.Notes));
        using ModelFile back = ModelFiles.Open(pair.At("back.gguf"));
        Assert.AreEqual(TensorType.F32, back.Tensors.Single(tensor => tensor.Name == Widened).Type);
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void Missing_side_file_is_asked_for_by_its_name(ModelFormat to)
    {
        using Pair pair = new(to);
        File.Delete(pair.Side);
        ModelFormat third = to == ModelFormat.Apr ? ModelFormat.SafeTensors : ModelFormat.Apr;
        foreach (Action action in new Action[]
        {
            () => pair.Back(),
            () => pair.Convert(pair.Output, $"third.{third.Extension()}", third),
            () => ModelVerifier.Verify(pair.Source, pair.Output),
            () => ModelVerifier.Verify(pair.Output, pair.Source, ProofLevel.L1),
        })
        {
            ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(action);
            Assert.AreEqual("MP2010", exception.Code.Id);
            Assert.AreEqual(pair.Output, exception.FilePath);
            StringAssert.Contains(exception.Detail, $"'{Path.GetFileName(pair.Side)}'");
            StringAssert.Contains(exception.Code.Remedy, "beside the model");
        }

        Assert.IsFalse(ModelVerifier.Verify(pair.Certificate, pair.Output).Passed);

        // What the file itself says can be converted all the same.
        Assert.AreEqual(
            ProofLevel.L1,
            pair.Convert(pair.Output, $"own.{third.Extension()}", third, ConversionCorpus.Allow with { Origin = OriginMode.None }).Level);
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void Renamed_pair_leads_back(ModelFormat to)
    {
        using Pair pair = new(to);
        string renamed = pair.At($"Another Name.v2.{to.Extension()}");
        File.Move(pair.Output, renamed);
        File.Move(pair.Side, pair.At(SideFile.NameFor(Path.GetFileName(renamed))));
        Assert.AreEqual(ProofLevel.L3, pair.Convert(renamed, "back.gguf", ModelFormat.Gguf).Level);
        ByteAssert.AreEqual(File.ReadAllBytes(pair.Source), File.ReadAllBytes(pair.At("back.gguf")));
        Assert.IsTrue(ModelVerifier.Verify(pair.Source, renamed, ProofLevel.L3).Passed);
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void Side_file_of_another_model_is_found(ModelFormat to)
    {
        using Pair pair = new(to);
        byte[] other = SmallModels.Gguf();
        other[^200] ^= 1;
        string path = pair.At("other.gguf");
        File.WriteAllBytes(path, other);
        pair.Convert(path, $"other.{to.Extension()}", to);
        File.Copy(pair.At(SideFile.NameFor($"other.{to.Extension()}")), pair.Side, overwrite: true);
        VerificationReport report = ModelVerifier.Verify(pair.Source, pair.Output, ProofLevel.L1);
        Assert.AreEqual(Widened, report.Differences.Single().Place);
        Assert.IsFalse(ModelVerifier.Verify(pair.Certificate, pair.Output, ProofLevel.L1).Passed);
        Certificate certificate = pair.Convert(pair.Output, "back.gguf", ModelFormat.Gguf);
        Assert.IsTrue(
            certificate.Notes.Any(note => note.Contains($"tensor '{Widened}' was edited", StringComparison.Ordinal)),
            string.Join("; ", certificate.Notes));
    }

    private static void CheckVerify(string first, string second, string? named)
    {
        try
        {
            VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L3);
            Assert.IsFalse(report.Passed);
            Assert.IsTrue(
                named is null || report.Differences.Any(difference => difference.Place == named), string.Join("; ", report.Differences));
        }
        catch (ModelPackException exception)
        {
            Assert.AreEqual(ErrorKind.InvalidFile, exception.Code.Kind, exception.Describe());
        }
    }

    private static void CheckBack(Pair pair, byte[] source, string? named)
    {
        try
        {
            Certificate certificate = pair.Convert(pair.Output, "back.gguf", ModelFormat.Gguf);
            bool isSource = File.ReadAllBytes(pair.At("back.gguf")).AsSpan().SequenceEqual(source);
            Assert.IsFalse(isSource && named is not null, "the edit was undone");
            using ModelFile damaged = ModelFiles.Open(pair.Output);
            bool isNoted = certificate.Notes.Any(note => note.Contains("edited", StringComparison.Ordinal));
            Assert.IsTrue(isNoted || damaged.OriginRecord is null, string.Join("; ", certificate.Notes));
        }
        catch (ModelPackException exception)
        {
            // A byte that neither a tensor nor metadata hold, and that no record knows: what comes back does not give it, and less than L3
            // is an error.
            Assert.IsTrue(
                exception.Code.Kind == ErrorKind.InvalidFile || exception.Code == OriginErrors.ForgedOrigin, exception.Describe());
        }
    }

    private static List<(TensorInfo Tensor, string Name)> TensorsOf(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        return [.. file.Tensors.Zip(
            TensorDescriptions.Logical(file), (stored, logical) => (stored, SideFile.IsName(path) ? Widened : logical.Name))];
    }

    private static TensorInfo TensorOf(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        return file.Tensors.Single(tensor => tensor.Name == Widened);
    }

    /// <summary>A small GGUF file, what was made of it, and the side file of that.</summary>
    private sealed class Pair : IDisposable
    {
        private readonly TempFolder folder = new();
        private readonly ModelFormat format;

        public Pair(ModelFormat to)
        {
            format = to;
            SmallModels.Write(folder, ModelFormat.Gguf);
            Assert.AreEqual(ProofLevel.L3, Convert(Source, Path.GetFileName(Output), to).Level);
            Assert.IsTrue(File.Exists(Side));
        }

        private Pair(Pair other)
        {
            format = other.format;
            foreach (string path in new[] { other.Source, other.Output, other.Side, other.Certificate })
            {
                File.Copy(path, folder.At(Path.GetFileName(path)));
            }
        }

        public string Source => folder.At("source.gguf");

        public string Output => folder.At($"output.{format.Extension()}");

        public string Side => folder.At(SideFile.NameFor(Path.GetFileName(Output)));

        public string Certificate => ModelConverter.CertificatePath(Output);

        public string At(string name) => folder.At(name);

        public Pair Copy() => new(this);

        public Certificate Convert(string from, string name, ModelFormat to, ConversionOptions? options = null) =>
            Unflushed.Convert(from, At(name), to, options ?? ConversionCorpus.Allow);

        public string Back()
        {
            Convert(Output, "back.gguf", ModelFormat.Gguf);
            return At("back.gguf");
        }

        public void Dispose() => folder.Dispose();
    }
}
