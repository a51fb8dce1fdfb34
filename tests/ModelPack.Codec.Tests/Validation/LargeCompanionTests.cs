using System.Text;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Diagnostics;
using ModelPack.IO.Json;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Validation;

/// <summary>Companions larger than any real one are not parsed: they travel, and it is said.</summary>
[TestClass]
[DoNotParallelize]
public sealed class LargeCompanionTests : ValidationTest
{
    private const long AllocationLimit = 64 << 20;
    private const string Settings = "\"model_type\":\"qwen2\",\"a\":";

    private static readonly string[] Names = [
        "config.json", "generation_config.json", "tokenizer_config.json", "special_tokens_map.json", "modules.json",
        "preprocessor_config.json", "other.json"];

    private static IEnumerable<(string Kind, string Text)> Bombs(int bytes) =>
    [
        ("one key again and again", $"{{{Settings}0,{Times("\"k\":0,", bytes)}\"z\":0}}"),
        ("many keys", $"{{{Settings}0,{string.Concat(Enumerable.Range(0, bytes / 12).Select(i => $"\"k{i}\":0,"))}\"z\":0}}"),
        ("a list", $"{{{Settings}[{Times("0,", bytes)}0]}}"),
        ("nested lists", $"{{{Settings}[{Times("[[[0]]],", bytes)}0]}}"),
        ("numbers that JSON lacks", $"{{{Settings}[{Times("NaN,", bytes)}0]}}"),
    ];

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_companion_that_is_longer_than_is_parsed_is_found_and_takes_no_memory()
    {
        string text = Bombs(CompanionText.MostBytes * 4).First().Text;
        foreach (string name in Names)
        {
            ValidationReport report = Measured(name, text);
            StringAssert.Contains(Only(report, name).Text, $"has {text.Length} bytes, more than {CompanionText.MostBytes}");
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_companion_of_more_values_than_are_parsed_is_found_and_takes_no_memory()
    {
        foreach ((string kind, string text) in Bombs(CompanionText.MostBytes * 7 / 8))
        {
            Assert.IsLessThan(CompanionText.MostBytes, text.Length, kind);
            foreach (string name in Names[..3])
            {
                StringAssert.Contains(Only(Measured(name, text), name).Text, $"values, more than {CompanionText.MostMarks}", kind);
            }
        }
    }

    [TestMethod]
    public void A_companion_with_one_long_text_is_read()
    {
        string text = $"{{\"chat_template\":\"{new string('x', CompanionText.MostBytes - 100)}\"}}";
        Sound(ModelValidator.Validate(TinyFolder.Write(Folder, "long", null, ("generation_config.json", text))));
    }

    [TestMethod]
    public void A_list_of_tokens_or_tensors_may_be_longer()
    {
        byte[] some = new byte[CompanionText.MostBytes + 1];
        foreach (string name in (string[])["tokenizer.json", "vocab.json", "tekken.json", "model.safetensors.index.json"])
        {
            Assert.IsNull(CompanionText.WhyUnread(name, some), name);
            Assert.IsNotNull(CompanionText.WhyUnread(name, CompanionText.MostListBytes + 1L), name);
        }

        Assert.IsNotNull(CompanionText.WhyUnread("config.json", some));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("config.json", "gguf", "config.json has ")]
    [DataRow("config.json", "apr", "config.json has ")]
    [DataRow("generation_config.json", "gguf", "generation_config.json has ")]
    [DataRow("tokenizer_config.json", "gguf", "tokenizer_config.json: it has ")]
    [DataRow("special_tokens_map.json", "gguf", "special_tokens_map.json: it has ")]
    public void A_companion_that_is_not_read_travels_and_a_note_says_that_this_changes_results(string name, string ending, string words)
    {
        string text = Bombs(CompanionText.MostBytes).First().Text;
        Dictionary<string, object?> config = TinyFolder.Config();
        config["max_position_embeddings"] = 64;
        config["rms_norm_eps"] = 1e-6;
        string source = TinyFolder.Write(Folder, "large", null, ("config.json", config), (name, text));
        string target = Folder[$"out.{ending}"];
        Certificate certificate = ModelConverter.Convert(
            source, target, ending == "gguf" ? ModelFormat.Gguf : ModelFormat.Apr, new ConversionOptions());
        (NoteRank Rank, string Text)[] notes = [
            .. certificate.NoteRanks.Zip(certificate.Notes).Where(note => note.Second.StartsWith(words, StringComparison.Ordinal))];
        Assert.HasCount(1, notes, string.Join("\n", certificate.Notes));
        Assert.AreEqual(NoteRank.ChangesResults, notes[0].Rank);
        StringAssert.EndsWith(notes[0].Text, "the file travels as it is, and nothing is read from it");
        string back = Folder["back"] + "/";
        ModelConverter.Convert(target, back, ModelFormat.SafeTensors, new ConversionOptions());
        Assert.AreEqual(text, File.ReadAllText(Path.Combine(back, name)));
    }

    private static Finding Only(ValidationReport report, string name)
    {
        Finding finding = One([.. report.Findings.Where(finding => finding.Place == name)]);
        Assert.AreEqual(ValidationErrors.Companion, finding.Code);
        return finding;
    }

    // Opened and validated, beside what reading the companion takes.
    private ValidationReport Measured(string name, string text)
    {
        string folder = TinyFolder.Write(Folder, "bomb", null, (name, text));
        ModelValidator.Validate(TinyFolder.Write(Folder, "plain"));
        long before = GC.GetTotalAllocatedBytes(precise: true);
        ValidationReport report = ModelValidator.Validate(folder);
        Assert.IsLessThan(AllocationLimit, GC.GetTotalAllocatedBytes(precise: true) - before, name);
        File.Delete(Path.Combine(folder, name));
        return report;
    }

    private static string Times(string text, int bytes) => new StringBuilder(bytes).Insert(0, text, bytes / text.Length).ToString();
}
