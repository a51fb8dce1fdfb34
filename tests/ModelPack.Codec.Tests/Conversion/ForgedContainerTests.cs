using ModelPack.Codec.Tests.Verification;
using ModelPack.Conversion;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>A record is the attacker's in whatever format it stands: the cases of tests/data/cases/hostile in containers of each
/// format.</summary>
[TestClass]
public sealed class ForgedContainerTests
{
    private const long AllocationLimit = 64 << 20;
    private const string Weights = "w";

    private static readonly string[] Damaged = ["overflow/two-files-sum", "forged-names/only-side", "forged-names/two-of-one-name"];

    private static readonly string[] Bombs = [
        "bombs/bomb-exchange4", "bombs/bomb-shift-8MB", "bombs/empties-16M", "bombs/zeros-256M"];

    private static readonly ModelFormat[] Formats = Enum.GetValues<ModelFormat>();

    public static IEnumerable<object[]> Literals =>
        Formats.SelectMany(format => new[] { false, true }.Select(isRecipe => new object[] { format, isRecipe }));

    public static IEnumerable<object[]> DamagedRecords =>
        Formats.SelectMany(format => Damaged.Select(name => new object[] { format, name }));

    public static IEnumerable<object[]> BombRecords => Formats.SelectMany(format => Bombs.Select(name => new object[] { format, name }));

    [TestMethod]
    [DynamicData(nameof(Literals))]
    public void Literals_stand_for_no_weights_in_any_container(ModelFormat format, bool isRecipe)
    {
        using TempFolder folder = new();
        string good = Source(folder, format);
        string evil = Converted(folder, good, format);
        (byte[] was, byte[] now) = Exchange(evil, Weights, Floats(4, 3, 2, 1));
        Rewrite(evil, format, record => isRecipe ? AsRecipe(record, was) : AsLiteral(record, was));
        CollectionAssert.AreEqual(now, Payload(evil, Weights));

        AssertUnequal(good, evil);
        Assert.AreEqual(isRecipe ? OriginErrors.ForgedOrigin.Id : ValidationErrors.Record.Id, Finding(evil));
        ModelFormat back = FormatOf(good);
        ModelPackException refused = Refused(evil, folder.At("back"), back, LossPolicy.Allow);
        Assert.AreEqual(isRecipe ? OriginErrors.ForgedOrigin : OriginErrors.DamagedOrigin, refused.Code);
        ModelConverter.Convert(evil, folder.At("own"), back, new() { Origin = OriginMode.None });
        CollectionAssert.AreEqual(now, Payload(folder.At("own"), Weights));

        // What does not count is left behind on the way to another format; what cannot be followed is refused there too.
        ModelFormat other = Formats.Single(third => third != back && third != format);
        ConversionOptions options = new() { Origin = isRecipe ? OriginMode.Embed : OriginMode.None };
        ModelConverter.Convert(evil, folder.At("other"), other, options);
        CollectionAssert.AreEqual(now, Payload(folder.At("other"), Weights));
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.SafeTensors)]
    public void Payloads_behind_other_names_make_no_equal_model_in_any_container(ModelFormat format)
    {
        using TempFolder folder = new();
        string good = Source(folder, format);
        string evil = Converted(folder, good, format);
        (byte[] h, byte[] w) = (Payload(evil, "h"), Payload(evil, Weights));
        Exchange(evil, "h", w);
        Exchange(evil, Weights, h);
        Rewrite(evil, format, record => record with
        {
            Tensors = [.. record.Tensors.Select((tensor, i) => tensor with { Payload = record.Tensors[1 - i].Payload })],
        });

        AssertUnequal(good, evil);
        Assert.AreEqual(OriginErrors.ForgedOrigin.Id, Finding(evil));
        Assert.AreEqual(OriginErrors.ForgedOrigin, Refused(evil, folder.At("back"), FormatOf(good)).Code);
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.SafeTensors)]
    public void Values_that_only_the_record_of_any_container_holds_are_looked_at(ModelFormat format)
    {
        using TempFolder folder = new();
        string good = Source(folder, format);
        string evil = Converted(folder, good, format);
        byte[] values = [.. BitConverter.GetBytes(float.NaN), .. Floats(1, 2, 3)];
        Rewrite(evil, format, record => AsRecipe(record, values));
        ModelFormat back = FormatOf(good);
        Assert.AreEqual(ConversionErrors.NonFinite, Refused(evil, folder.At("back"), back).Code);
        Assert.AreEqual(
            OriginErrors.ForgedOrigin, Refused(evil, folder.At("back"), back, nonFinite: NonFinitePolicy.Allow).Code);
        Assert.AreEqual(OriginErrors.ForgedOrigin.Id, Finding(evil));
    }

    [TestMethod]
    [DynamicData(nameof(DamagedRecords))]
    public void Damaged_record_is_refused_in_any_container(ModelFormat format, string name)
    {
        using TempFolder folder = new();
        string good = Source(folder, format);
        string evil = Holding(folder, good, format, name);
        foreach (ModelFormat to in Formats.Where(to => to != format))
        {
            Assert.AreEqual(OriginErrors.DamagedOrigin, Refused(evil, folder.At("back"), to).Code);
        }

        AssertNothingProved(good, evil);
        Assert.AreEqual(ValidationErrors.Record.Id, Finding(evil));
    }

    [TestMethod]
    [DoNotParallelize]
    [DynamicData(nameof(BombRecords))]
    public void Bomb_takes_work_that_follows_the_size_of_any_container(ModelFormat format, string name)
    {
        using TempFolder folder = new();
        string good = Source(folder, format);
        string evil = Holding(folder, good, format, name);
        foreach (Action act in new Action[]
        {
            () => ModelConverter.Convert(evil, folder.At("a.gguf"), ModelFormat.Gguf, new()),
            () => ModelConverter.Convert(evil, folder.At("a.apr"), ModelFormat.Apr, new()),
            () => ModelConverter.Convert(evil, folder.At("a.safetensors"), ModelFormat.SafeTensors, new()),
            () => AssertNothingProved(good, evil),
            () => Finding(evil),
        })
        {
            long before = GC.GetTotalAllocatedBytes();
            try
            {
                act();
            }
            catch (ModelPackException exception)
            {
                Assert.IsTrue(exception.Code.Id is "MP2004" or "MP2031", exception.Describe());
            }

            Assert.IsLessThan(AllocationLimit, GC.GetTotalAllocatedBytes() - before);
        }
    }

    // A source of another format than the container.
    private static string Source(TempFolder folder, ModelFormat container)
    {
        TestTensor[] tensors = [TestTensor.F32("h", 5, 6, 7, 8), TestTensor.F32(Weights, 1, 2, 3, 4)];
        string gguf = folder.Write("good.gguf", TestModels.GgufBytes(tensors));
        if (container != ModelFormat.Gguf)
        {
            return gguf;
        }

        string other = folder.At("good.safetensors");
        ModelConverter.Convert(gguf, other, ModelFormat.SafeTensors, new() { Origin = OriginMode.None });
        return other;
    }

    private static string Converted(TempFolder folder, string good, ModelFormat format)
    {
        string path = folder.At($"evil.{format.Extension()}");
        ModelConverter.Convert(good, path, format, new());
        byte[] genuine = File.ReadAllBytes(path);
        ByteAssert.AreEqual(genuine, ForgedContainers.With(genuine, format, record => record));
        return path;
    }

    // A container that is otherwise as a conversion wrote it, with the record of a case.
    private static string Holding(TempFolder folder, string good, ModelFormat format, string name)
    {
        string path = Converted(folder, good, format);
        byte[] container = File.ReadAllBytes(path);
        using ModelFile holder = ModelFiles.Open(RepositoryData.Path(["cases", "hostile", .. $"{name}.safetensors".Split('/')]));
        byte[] record = OriginRecords.WithDigest(holder.OriginRecord!.Value.ToArray(), ForgedContainers.Digest(container, format));
        File.WriteAllBytes(path, ForgedContainers.With(container, format, record));
        return path;
    }

    private static void Rewrite(string path, ModelFormat format, Func<OriginRecord, OriginRecord> change) =>
        File.WriteAllBytes(path, ForgedContainers.With(File.ReadAllBytes(path), format, change));

    private static OriginRecord AsRecipe(OriginRecord record, byte[] bytes)
    {
        int index = IndexOfWeights(record);
        return record with { Tensors = record.Tensors.SetItem(index, new(new LiteralPayload(bytes), Hash128.Of(bytes))) };
    }

    private static OriginRecord AsLiteral(OriginRecord record, byte[] bytes)
    {
        int index = IndexOfWeights(record);
        return record with
        {
            Files = [record.Files[0] with { Plan = new([
                .. record.Files[0].Plan.Segments.Select(
                    segment => segment is PayloadSegment payload && payload.Tensor == index ? new LiteralSegment(bytes) : segment)]) }],
        };
    }

    // The tensors are called h and w, in this order.
    private static int IndexOfWeights(OriginRecord record) => record.Tensors.Length - 1;

    private static (byte[] Was, byte[] Now) Exchange(string path, string name, byte[] now)
    {
        byte[] was = Payload(path, name);
        byte[] bytes = File.ReadAllBytes(path);
        using ModelFile file = ModelFiles.Open(new MemoryByteSource(File.ReadAllBytes(path)), FormatOf(path));
        now.CopyTo(bytes, file.Tensors.Single(tensor => tensor.Name == name).Offset);
        File.WriteAllBytes(path, SmallModels.Sign(file.Format, bytes));
        return (was, now);
    }

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static void AssertUnequal(string good, string evil)
    {
        foreach (ProofLevel level in Enum.GetValues<ProofLevel>().Where(level => level != ProofLevel.L0))
        {
            Assert.IsFalse(ModelVerifier.Verify(good, evil, level).Passed);
            Assert.IsFalse(ModelVerifier.Verify(evil, good, level).Passed);
        }

        using ModelFile right = ModelFiles.Open(good);
        using ModelFile wrong = ModelFiles.Open(evil);
        Assert.IsFalse(ModelDiff.Compare(right, wrong).Differences.IsEmpty);
        Assert.AreNotEqual(ModelHash.Compute(right).Model, ModelHash.Compute(wrong).Model);
    }

    // The weights are those of the other model, and nothing says so but they.
    private static void AssertNothingProved(string good, string evil)
    {
        foreach ((string first, string second) in new[] { (good, evil), (evil, good) })
        {
            VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L2);
            Assert.IsFalse(report.Passed);
            Assert.AreEqual(ProofLevel.L1, report.Proved);
        }

        using ModelFile file = ModelFiles.Open(evil);
        Assert.HasCount(2, ModelHash.Compute(file).Tensors);
    }

    private static string Finding(string path) =>
        ModelValidator.Validate(path).Findings.Single(finding => finding.Place == ModelFile.OriginKey).Code.Id;

    private static ModelPackException Refused(
        string path, string target, ModelFormat format, LossPolicy loss = LossPolicy.Refuse,
        NonFinitePolicy nonFinite = NonFinitePolicy.Refuse)
    {
        ModelPackException exception = Assert.Throws<ModelPackException>(
            () => ModelConverter.Convert(path, target, format, new() { Loss = loss, NonFinite = nonFinite }));
        Assert.IsFalse(Path.Exists(target));
        return exception;
    }

    private static ModelFormat FormatOf(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        return file.Format;
    }

    private static byte[] Payload(string path, string name)
    {
        using ModelFile file = ModelFiles.Open(path);
        TensorInfo tensor = file.Tensors.Single(tensor => tensor.Name == name);
        return file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength);
    }
}
