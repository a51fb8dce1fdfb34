using System.Collections.Immutable;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Verification.Mutations;

/// <summary>Every kind of corruption, in every format in which it makes sense: the verb that has to notice it does, says where, and nothing
/// else complains.</summary>
[TestClass]
public sealed class MutationTableTests
{
    private static readonly ModelFolder Originals = new();
    private static readonly Mutation[] Table = [
        .. PayloadMutations.All, .. TensorMutations.All, .. MetadataMutations.All, .. ContainerMutations.All];

    private readonly ModelFolder folder = new();

    public static IEnumerable<object[]> Rows =>
        Table.SelectMany(mutation => mutation.Formats.Select(format => new object[] { mutation.Name, format }));

    public static IEnumerable<object[]> OpenedRows => Rows.Where(row => Find((string)row[0]).Refusal((ModelFormat)row[1]) is null);

    [ClassInitialize]
    public static void WriteOriginals(TestContext _)
    {
        foreach (ModelFormat format in Enum.GetValues<ModelFormat>())
        {
            ModelFormat to = format == ModelFormat.Gguf ? ModelFormat.Apr : ModelFormat.Gguf;
            Unflushed.Convert(Originals.Write("model", TinyModel.In(format)), Originals[$"{format}.{to.Extension()}"], to, new());
        }
    }

    [ClassCleanup]
    public static void RemoveOriginals() => Originals.Dispose();

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    public void The_table_has_the_kinds_that_were_asked_for()
    {
        Assert.AreEqual(Table.Length, Table.DistinctBy(mutation => mutation.Name).Count());
        Assert.IsGreaterThanOrEqualTo(40, Table.Length);
        foreach (ModelFormat format in Enum.GetValues<ModelFormat>())
        {
            Assert.IsGreaterThanOrEqualTo(40, Table.Count(mutation => mutation.Formats.Contains(format)), $"{format}");
        }
    }

    [TestMethod]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void An_untouched_copy_is_equal_at_every_level(ModelFormat format)
    {
        string copy = folder.Write("copy", TinyModel.In(format));
        foreach (ProofLevel level in Enum.GetValues<ProofLevel>())
        {
            VerificationReport report = ModelVerifier.Verify(Original(format), copy, level);
            Assert.IsTrue(report.Passed);
            Assert.AreEqual(ProofLevel.L3, report.Proved);
            Assert.IsTrue(ModelVerifier.Verify(Certificate(format), copy, level).Passed);
        }

        Assert.IsEmpty(ModelValidator.Validate(copy).Findings);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Rows))]
    public void A_file_that_breaks_a_rule_is_refused_by_every_verb(string name, ModelFormat format)
    {
        Mutation mutation = Find(name);
        (string damaged, _) = Write(mutation, format);
        if (mutation.Refusal(format) is not { } code)
        {
            using ModelFile file = ModelFiles.Open(damaged);
            Assert.AreEqual(format, file.Format);
            return;
        }

        ModelFormatException[] errors =
        [
            Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(damaged).Dispose()),
            Assert.ThrowsExactly<ModelFormatException>(() => ModelVerifier.Verify(Original(format), damaged)),
            Assert.ThrowsExactly<ModelFormatException>(() => ModelVerifier.Verify(damaged, Original(format))),
            Assert.ThrowsExactly<ModelFormatException>(() => ModelVerifier.Verify(Certificate(format), damaged)),
            Assert.ThrowsExactly<ModelFormatException>(() => ModelValidator.Validate(damaged)),
        ];
        foreach (ModelFormatException error in errors)
        {
            Assert.AreEqual(code, error.Code, error.Describe());
            Assert.AreEqual(damaged, error.FilePath);
            Assert.IsNotNull(error.ByteOffset);
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(OpenedRows))]
    public void A_comparison_fails_from_its_level_on_and_names_kind_and_place(string name, ModelFormat format)
    {
        Mutation mutation = Find(name);
        (string damaged, EditableModel model) = Write(mutation, format);
        foreach (ProofLevel level in new[] { ProofLevel.L1, ProofLevel.L2, ProofLevel.L3 })
        {
            VerificationReport report = ModelVerifier.Verify(Original(format), damaged, level);
            string found = string.Join(
                "\n", report.Differences.Select(difference => $"{difference.Kind} {difference.Place}: {difference.Text}"));
            Assert.AreEqual(level < mutation.Level, report.Passed, $"{level}\n{found}");
            Assert.AreEqual(report.Passed, ModelVerifier.Verify(damaged, Original(format), level).Passed, $"{level}, the other way round");
            Assert.IsTrue(report.Proved is null || report.Proved < mutation.Level, $"{report.Proved}");
            if (!report.Passed)
            {
                Difference[] matching = [
                    .. report.Differences.Where(
                        difference => difference.Kind == mutation.Kind
                            && (mutation.Place is null || difference.Place == mutation.Place(model)))];
                Assert.HasCount(1, matching, found);
                CheckPayload(matching[0], model, damaged);
            }
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(OpenedRows))]
    public void The_certificate_of_the_original_does_not_fit(string name, ModelFormat format)
    {
        Mutation mutation = Find(name);
        (string damaged, EditableModel model) = Write(mutation, format);
        VerificationReport report = ModelVerifier.Verify(Certificate(format), damaged, ProofLevel.L1);
        Assert.IsFalse(report.Passed);
        Assert.IsNotEmpty(report.Differences);
        if (mutation.Kind is DifferenceKind.Payload or DifferenceKind.MissingTensor or DifferenceKind.ExtraTensor)
        {
            Assert.Contains(mutation.Kind, report.Differences.Select(difference => difference.Kind));
            Assert.IsTrue(mutation.Place is null || report.Differences.Any(difference => difference.Place == mutation.Place(model)));
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(OpenedRows))]
    public void A_validation_finds_what_it_can_know_and_nothing_else(string name, ModelFormat format)
    {
        Mutation mutation = Find(name);
        (string damaged, EditableModel model) = Write(mutation, format);
        if (mutation.WrongChecksum is { } code)
        {
            Assert.AreEqual(code, Assert.ThrowsExactly<ModelFormatException>(() => ModelValidator.Validate(damaged)).Code);
            return;
        }

        ImmutableArray<Finding> findings = ModelValidator.Validate(damaged).Findings;
        string found = string.Join("\n", findings.Select(finding => $"{finding.Code.Id} {finding.Place}: {finding.Text}"));
        bool isKnowable = mutation.Finding is not null && (format != ModelFormat.SafeTensors || NeedsNoConfig(mutation.Finding));
        isKnowable &= format == ModelFormat.Gguf || mutation.Finding != ValidationErrors.Required;
        Assert.AreEqual(isKnowable, !findings.IsEmpty, found);
        if (isKnowable)
        {
            string place = (mutation.FindingPlace ?? mutation.Place)!(model);
            Assert.IsTrue(findings.Any(finding => finding.Code == mutation.Finding && finding.Place == place), found);
        }
    }

    // A single SafeTensors file states no hyperparameters.
    private static bool NeedsNoConfig(ErrorCode code) => code.Rule is not ("V-SHAPE" or "V-LAYERS");

    private static void CheckPayload(Difference difference, EditableModel damaged, string path)
    {
        if (difference.Kind != DifferenceKind.Payload)
        {
            return;
        }

        byte[] before = TinyModel.In(damaged.Format).Tensors.Single(tensor => tensor.Name == difference.Place).Payload;
        using ModelFile file = ModelFiles.Open(path);
        TensorInfo stored = file.Tensors.Single(tensor => tensor.Name == difference.Place);
        byte[] after = file.Source.ReadBytes(stored.Offset, (int)stored.ByteLength);
        Assert.AreEqual(stored.Offset + before.AsSpan().CommonPrefixLength(after), difference.ByteOffset);
        Assert.AreEqual(before.Zip(after).Count(pair => pair.First != pair.Second), difference.Count);
    }

    private static Mutation Find(string name) => Table.Single(mutation => mutation.Name == name);

    private static string Original(ModelFormat format) => Originals[$"model.{format.Extension()}"];

    private static string Certificate(ModelFormat format) => Directory.GetFiles(Originals.Path, $"{format}.*.modelpack.json").Single();

    private (string Path, EditableModel Model) Write(Mutation mutation, ModelFormat format)
    {
        EditableModel model = TinyModel.In(format);
        mutation.Damage(model);
        byte[] bytes = mutation.Bytes(model.Build());
        Assert.IsFalse(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(Original(format))), "nothing was damaged");
        return (folder.Write($"damaged.{format.Extension()}", bytes), model);
    }
}
