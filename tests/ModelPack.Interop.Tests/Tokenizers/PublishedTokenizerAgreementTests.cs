using System.Text;
using ModelPack.Codec.Tests.Documentation;
using ModelPack.Codec.Tests.HuggingFace;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>Tokenizers of published models keep their ids through a GGUF, or the documentation says why not.</summary>
[TestClass]
public sealed class PublishedTokenizerAgreementTests
{
    private static readonly Dictionary<(string Tokenizer, bool InRuntime), (int Texts, string Reason)> Differences = new()
    {
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
        foreach ((bool inRuntime, string[]? differences) in new[] { (false, agreement.Back), (true, agreement.Runtime) })
        {
            Assert.AreEqual(
                Differences.GetValueOrDefault((name, inRuntime)).Texts, differences?.Length ?? 0,
                $"{(inRuntime ? "llama.cpp" : "tokenizers")}: {differences?.Length} texts\n{string.Join('\n', differences?.Take(12) ?? [])}");
        }
    }

    [TestMethod]
    public void The_documentation_says_so()
    {
        StringBuilder table = new("| Tokenizer | tokenizer.json made from the GGUF alone | llama.cpp on the GGUF |\n| --- | --- | --- |\n");
        foreach (string name in Names)
        {
            int texts = PublishedAgreement.Of(name).Texts;
            string Cell(bool inRuntime) => Travels.ContainsKey(name) ? "travels as it is" + (inRuntime ? "" : $": {Travels[name]}")
                : Differences.TryGetValue((name, inRuntime), out (int Texts, string Reason) other) ? $"{texts - other.Texts} of {texts}: {other.Reason}"
                : $"all {texts}";
            table.Append($"| {name} | {Cell(false)} | {Cell(true)} |\n");
        }

        GeneratedSection.ShouldBe(Path.Combine(RepositoryData.Repository, "docs", "tokenizers.md"), "agreement", table.ToString());
    }
}
