using ModelPack.Codec.Conversion;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Proof;

namespace ModelPack.Codec.Tests.Conversion;

[TestClass]
public sealed class CorpusRoundTripTests
{
    private static readonly ConversionOptions Options = new() { NonFinite = NonFinitePolicy.Allow };

    public static IEnumerable<string> GgufFiles =>
        RepositoryData.Files("corpus/gguf/valid", "*.gguf").Concat(RepositoryData.Files("corpus/gguf/models", "*.gguf"));

    public static IEnumerable<string> AprFiles => RepositoryData.Files("corpus/apr/valid", "*.apr");

    public static IEnumerable<string> SafeTensorsFiles => RepositoryData.Files("corpus/safetensors/valid", "*.safetensors");

    [TestMethod]
    public void Every_file_of_the_corpus_comes_back_byte_for_byte_through_every_other_format()
    {
        List<string> failures = [];
        int trips = 0;
        foreach (string path in GgufFiles.Concat(AprFiles).Concat(SafeTensorsFiles))
        {
            foreach (ModelFormat via in Enum.GetValues<ModelFormat>())
            {
                try
                {
                    RoundTripReport report = RoundTrip.Run(path, [via], Options);
                    trips++;
                    if (!report.Identical || report.Steps.Any(step => step.Level != ProofLevel.L3))
                    {
                        failures.Add($"{Path.GetFileName(path)} via {via}: {report.Difference?.Text} {string.Join(",", report.Steps.Select(step => step.Level))} {string.Join("; ", report.Steps.SelectMany(s => s.Notes))}");
                    }
                }
                catch (Exception exception)
                {
                    failures.Add($"{Path.GetFileName(path)} via {via}: {exception.GetType().Name} {(exception as ModelPackException)?.Describe() ?? exception.ToString()}");
                }
            }
        }

        Assert.IsEmpty(failures, string.Join("\n", failures));
        Assert.IsGreaterThan(100, trips);
    }
}
