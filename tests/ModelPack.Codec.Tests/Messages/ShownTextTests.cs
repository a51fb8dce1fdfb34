using System.Text.Json;
using System.Text.RegularExpressions;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification;
using ModelPack.Conversion;
using ModelPack.Diagnostics;
using ModelPack.Diagnostics.Logs;
using ModelPack.Formats.Gguf;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Messages;

/// <summary>Texts for people that the library makes of names and values of a file: whoever prints them prints no command.</summary>
[TestClass]
public sealed partial class ShownTextTests
{
    private const string Hostile = "w\u001b[2J ##vso[x]\u202e error CS1";
    private const string Key = "##vso[y] error CS1";

    [TestMethod]
    public void What_an_object_says_of_itself_is_escaped()
    {
        using TempFolder folder = new();
        string path = Write(folder, $"{Hostile}.gguf", 1);
        using Model model = Model.Open(path);
        Certificate certificate = ModelConverter.Convert(path, folder.At($"{Hostile}.apr"), ModelFormat.Apr, new());
        using ModelFile file = ModelFiles.Open(path);
        VerificationReport changed = ModelVerifier.Verify(path, Write(folder, "nan.gguf", float.NaN));
        object[] shown =
        [
            model.Tensors[0], model.Metadata[0].Value, certificate, certificate.Source, certificate.Output, certificate.Tensors[0],
            ModelConverter.Plan(path, folder.At("other.safetensors")), ModelHash.Compute(model).Tensors[0],
            ModelStatistics.Compute(model.Tensors[0]), file.AllMembers[0],
            ModelValidator.Validate(Write(folder, "nan.gguf", float.NaN)).Findings.Single(finding => finding.IsNonFinite),
            new Finding(ProofErrors.NonFiniteTensor, Hostile, Hostile).Text,
            changed, changed.Differences.First(difference => difference.Kind == DifferenceKind.Payload),
            ModelVerifier.Verify(path, folder.At("nan.gguf"), ValueTolerance.Absolute(0)), new LeftOutFile(Hostile, 1, Hostile),
            new MetadataEntry(Hostile, model.Metadata[0].Value), model.ToBuilder().Save(folder.At($"saved {Hostile}.gguf")),
        ];
        foreach (object item in shown)
        {
            AssertHarmless(item.ToString()!, item.GetType().Name);
        }
    }

    [TestMethod]
    public void What_an_exception_of_the_platform_says_is_escaped()
    {
        using TempFolder folder = new();
        using Model model = Model.Open(Write(folder, "m.gguf", 1));
        Tensor tensor = model.Tensors[0];
        using ModelFile named = ModelFiles.Open(Write(folder, $"{Hostile}.gguf", 1));
        Directory.CreateDirectory(folder.At("set"));
        folder.Write("set/model.safetensors", SmallModels.SafeTensors());
        folder.Write($"set/{Key}.txt", [0xFF]);
        using ModelFile set = ModelFiles.Open(folder.At("set"));
        ModelSetMember text = set.AllMembers.Single(member => member.Model is null);
        foreach (Action act in new Action[]
        {
            () => tensor.CopyTo([]), () => tensor.ToArray<double>(), () => _ = model.Tensors[Hostile + "x"],
            () => _ = model.Metadata[Key + "x"], () => model.Metadata.GetInt64(Key), () => named.AllMembers[0].ReadAllText(),
            () => text.ReadAllText(),
        })
        {
            AssertHarmless(Assert.Throws<Exception>(act).Message, "exception");
        }
    }

    [TestMethod]
    public void Findings_of_a_log_are_escaped_and_mean_the_same()
    {
        ErrorCode code = new("MP9999", "", ErrorKind.InvalidFile, "s", "Remedy.");
        const string Path = "/models/a::error::b ##[x].gguf";
        string log = System.Text.Encoding.UTF8.GetString(
            SarifLog.Of([new SarifResult(code, Hostile, Path, Hostile, 3, Hostile), new SarifResult(code, Hostile, Path)], "1"));
        AssertHarmless(log.Replace("\n", " ", StringComparison.Ordinal), "log");
        using JsonDocument document = JsonDocument.Parse(log);
        JsonElement[] results = [.. document.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()];
        string safe = SafeText.Escape(Hostile);
        JsonElement place = results[0].GetProperty("locations")[0];
        Assert.AreEqual(safe, place.GetProperty("logicalLocations")[0].GetProperty("fullyQualifiedName").GetString());
        Assert.AreEqual(safe, results[0].GetProperty("suppressions")[0].GetProperty("justification").GetString());
        Assert.AreEqual(SafeText.Escape($"{Hostile}: {Hostile}"), results[0].GetProperty("message").GetProperty("text").GetString());
        Assert.AreEqual(safe, results[1].GetProperty("message").GetProperty("text").GetString());
        string uri = place.GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString()!;
        Assert.AreEqual(Path, new Uri(uri).LocalPath);
    }

    private static string Write(TempFolder folder, string name, float value) => folder.Write(
        name, TestModels.GgufBytes([TestTensor.F32(Hostile, value, 2)], (Key, GgufValue.FromString(Hostile))));

    private static void AssertHarmless(string text, string what)
    {
        Assert.IsFalse(text.Any(character => char.IsControl(character) || character == '\u202e'), $"{what}: {text}");
        Assert.IsFalse(Heard().IsMatch(text), $"{what}: {text}");
    }

    // GitHub Actions; Azure Pipelines and TeamCity; a diagnostic once a colon follows it.
    [GeneratedRegex(@"::|##[a-z]*\[|error CS1\s*:", RegexOptions.IgnoreCase)]
    private static partial Regex Heard();
}
