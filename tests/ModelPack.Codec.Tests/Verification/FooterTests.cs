using System.Collections.Immutable;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Formats.Apr;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>A file whose footer is wrong is not valid (apr-v2.md R-FOOTER), which every verb that reads all of it has to say.</summary>
[TestClass]
public sealed class FooterTests
{
    [TestMethod]
    public void A_file_with_a_wrong_footer_is_not_valid_whatever_it_equals()
    {
        using TempFolder folder = new();
        string whole = folder.Write("whole.apr", new AprBytes().Build());
        string damaged = folder.Write("damaged.apr", new AprBytes { FooterFlip = 1 }.Build());
        Assert.IsTrue(ValueTolerance.TryParse("1e-3", out ValueTolerance? tolerance));
        foreach ((string first, string second) in new[] { (damaged, damaged), (whole, damaged), (damaged, whole) })
        {
            VerificationReport verified = ModelVerifier.Verify(first, second, ProofLevel.L1);
            Assert.IsFalse(verified.Passed);
            Assert.IsNull(verified.Proved);
            IsFooter(verified.Differences);
            IsFooter(ModelVerifier.Verify(first, second, tolerance).Differences);
            using ModelFile one = ModelFiles.Open(first);
            using ModelFile other = ModelFiles.Open(second);
            IsFooter(ModelDiff.Compare(one, other).Differences);
        }

        using ModelFile file = ModelFiles.Open(damaged);
        Assert.AreEqual(AprErrors.Footer, Assert.ThrowsExactly<ModelFormatException>(() => file.CheckFooter()).Code);

        static void IsFooter(ImmutableArray<Difference> differences) => Assert.IsTrue(
            !differences.IsEmpty && differences.All(difference => difference is { Kind: DifferenceKind.Container, Place: "the footer" }),
            string.Join("; ", differences));
    }

    [TestMethod]
    public void A_file_with_a_wrong_footer_is_not_what_a_container_was_proved_of()
    {
        using TempFolder folder = new();
        foreach (bool isBroken in new[] { false, true })
        {
            byte[] original = SmallModels.Apr();
            original[^1] ^= (byte)(isBroken ? 1 : 0);
            using ComposedConversion composed = new(
                original, ModelFormat.Apr, ModelFormat.SafeTensors, ConversionCorpus.Allow with { Quantized = QuantizedMode.Blocks });
            string source = folder.Write($"{isBroken}.apr", original);
            string container = folder.Write($"{isBroken}.safetensors", composed.Output(composed.Plan));
            foreach (VerificationReport report in new[] { ModelVerifier.Verify(source, container),
                ModelVerifier.Verify(container, source) })
            {
                Assert.AreEqual(isBroken ? null : ProofLevel.L3, report.Proved);
                Assert.AreEqual(
                    isBroken, report.Differences.Any(difference => difference is { Kind: DifferenceKind.Container, Place: "the footer" }),
                    string.Join("; ", report.Differences));
            }
        }
    }

    [TestMethod]
    public void A_wrong_footer_beside_a_side_file_is_found_by_what_reads_all_of_the_model()
    {
        using TempFolder folder = new();
        string output = folder.At("q.apr");
        byte[] source = TestModels.GgufBytes([HostileCaseTests.Q5K("blk.0.ffn_up.weight", 0x3C00)]);
        ModelConverter.Convert(folder.Write("q.gguf", source), output, ModelFormat.Apr, new());
        Assert.IsTrue(File.Exists(ModelFiles.SideFilePath(output)));
        AssertFooterIsFound(folder, output);
    }

    [TestMethod]
    public void A_wrong_footer_is_found_by_what_reads_all_of_the_model()
    {
        using TempFolder folder = new();
        AssertFooterIsFound(folder, SmallModels.Write(folder, ModelFormat.Apr));
    }

    [TestMethod]
    public void A_file_that_stands_behind_others_ends_behind_them() =>
        Assert.AreEqual(new FootedFile(5, 9), new FootedFile(2, 6).After(3));

    private static void AssertFooterIsFound(TempFolder folder, string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        foreach (Action act in new Action[]
        {
            () => ModelConverter.Convert(path, folder.At("back.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow),
            () => ModelConverter.Convert(path, folder.At("other.safetensors"), ModelFormat.SafeTensors, ConversionCorpus.Allow),
            () => ModelValidator.Validate(path),
        })
        {
            Assert.AreEqual(AprErrors.Footer, Assert.ThrowsExactly<ModelFormatException>(act).Code);
        }
    }
}
