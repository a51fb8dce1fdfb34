using System.Text;
using System.Text.Json;
using ModelPack.Codec.Tests.Architectures;
using ModelPack.Codec.Tests.Documentation;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>Tokenizers of published models keep their ids through a GGUF, or the documentation says why not.</summary>
[TestClass]
public sealed class PublishedTokenizerAgreementTests
{
    private const string SentinelReason =
        "SentencePiece, whose ids these are, reads the names of its own tokens (`<s>`) in a text as letters";

    private static readonly string[] Sentinels = ["<unk>", "<s>", "</s>", "\u2581"];

    /// <summary>Besides those of <see cref="RuntimeReason"/>, which is exact.</summary>
    private static readonly Dictionary<(string Tokenizer, bool InRuntime), (int Texts, string Reason)> Differences = new()
    {
        [("minilm", true)] =
            (18, "llama.cpp decomposes no Hangul, keeps marks behind their letter, cuts words of more than 100 characters, and takes "
                + "U+2581 and some controls otherwise"),
        [("mistral-v1", false)] = (15, SentinelReason),
        [("spm-botchan-unigram", false)] = (19, SentinelReason + ", and U+2581 as a space"),
    };

    private static readonly Dictionary<string, string> Travels = new()
    {
        ["glm-dummy-prefix-cut"] = "no key says its normalizer, which puts a space where the text `<!dummy-prefix!>` stands",
        ["spm-botchan-bpe"] = "no key says the normalizer of a SentencePiece model of this kind (NFKC, and runs of spaces)",
    };

    public static IEnumerable<string> Names => PublishedTokenizer.Names;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Ids_are_those_of_its_own_program(string name)
    {
        PublishedAgreement agreement = PublishedAgreement.Of(name);
        Assert.AreEqual(Travels.ContainsKey(name), agreement.Back is null);
        string Expected(bool inRuntime) =>
            $"{(inRuntime && agreement.Reasons.Length > 0 ? Union(agreement).Length : Differences.GetValueOrDefault((name, inRuntime)).Texts)}";
        Assert.AreEqual(
            $"tokenizers {Expected(false)}, llama.cpp {Expected(true)}",
            $"tokenizers {agreement.Back?.Length ?? 0}, llama.cpp {agreement.Runtime?.Length ?? 0}",
            JsonSerializer.Serialize(agreement));
        Assert.IsEmpty(agreement.Unexplained);
        if (agreement.Reasons.Length > 0)
        {
            CollectionAssert.AreEquivalent(Union(agreement), agreement.Runtime!, name);
        }

        if (Differences.GetValueOrDefault((name, false)).Reason?.StartsWith(SentinelReason, StringComparison.Ordinal) == true)
        {
            Assert.IsTrue(agreement.Back!.All(text => Sentinels.Any(text.Contains)));
        }
    }

    [TestMethod]
    public void The_documentation_says_so()
    {
        StringBuilder table = new("| Tokenizer | tokenizer.json made from the GGUF alone | llama.cpp on the GGUF |\n| --- | --- | --- |\n");
        foreach (string name in Names)
        {
            PublishedAgreement agreement = PublishedAgreement.Of(name);
            int texts = agreement.Texts;
            string Cell(bool inRuntime) => Travels.ContainsKey(name) ? "travels as it is" + (inRuntime ? "" : $": {Travels[name]}")
                : inRuntime && agreement.Reasons.Length > 0 ? $"{texts - Union(agreement).Length} of {texts}: {Reasons(agreement)}"
                : Differences.TryGetValue((name, inRuntime), out (int Texts, string Reason) other)
                ? $"{texts - other.Texts} of {texts}: {other.Reason}"
                : $"all {texts}";
            table.Append($"| {name} | {Cell(false)} | {Cell(true)} |\n");
        }

        GeneratedSection.ShouldBe(Path.Combine(RepositoryData.Repository, "docs", "tokenizers.md"), "agreement", table.ToString());
    }

    private static string[] Union(PublishedAgreement agreement) => [.. agreement.Reasons.SelectMany(reason => reason.Texts).Distinct()];

    private static string Reasons(PublishedAgreement agreement) => string.Join("; ",
        agreement.Reasons.Select(reason => reason.Reason.Words + (agreement.Reasons.Length == 1 ? "" : $" ({reason.Texts.Length})")));
}
