using ModelPack.Qa.Apr;

namespace ModelPack.Tool.Tests.Apr;

/// <summary><c>rosetta validate-stats</c> and its kin: what fails, and what is wrong usage.</summary>
[TestClass]
public sealed class AprStatisticsTests
{
    [TestMethod]
    public void A_tensor_that_only_one_side_has_fails_whichever_side_it_is()
    {
        using TestFolder folder = new();
        string one = folder.Write("one.safetensors", ModelBytes.ManyTensors(1));
        string two = folder.Write("two.safetensors", ModelBytes.ManyTensors(2));
        string stored = folder.File("two.json");
        Run("rosetta", "fingerprint", two, "-o", stored);
        Assert.AreEqual(0, Run("rosetta", "validate-stats", two, "--reference", two).ExitCode);
        Assert.AreEqual(5, Run("rosetta", "validate-stats", one, "--reference", two).ExitCode);
        Assert.AreEqual(5, Run("rosetta", "validate-stats", two, "--reference", one).ExitCode);
        Assert.AreEqual(0, Run("rosetta", "validate-stats", two, "--fingerprints", stored).ExitCode);
        Assert.AreEqual(5, Run("rosetta", "validate-stats", one, "--fingerprints", stored).ExitCode);
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_fails_without_a_reference(float value)
    {
        using TestFolder folder = new();
        string model = folder.Write("m.safetensors", ModelBytes.SafeTensors(1, value));
        Assert.AreEqual(5, Run("rosetta", "validate-stats", model).ExitCode);
        Assert.AreEqual(5, Run("check", model, "--json").ExitCode);
        Assert.AreEqual(5, Run("validate", model).ExitCode);
    }

    [TestMethod]
    public void A_threshold_counts_in_deviations_and_strict_has_none()
    {
        using TestFolder folder = new();
        string one = folder.Write("one.safetensors", ModelBytes.SafeTensors(-2, 1, 4));
        string near = folder.Write("near.safetensors", ModelBytes.SafeTensors(-2, 1, 4.5f));
        string[] words = ["rosetta", "validate-stats", near, "--reference", one, "--threshold"];
        Assert.AreEqual(0, Run([.. words, "0.5"]).ExitCode);
        Assert.AreEqual(5, Run([.. words, "0.01"]).ExitCode);
        Assert.AreEqual(5, Run([.. words, "0.5", "--strict"]).ExitCode);
    }

    [TestMethod]
    public void A_reference_has_to_be_there_and_to_be_one()
    {
        using TestFolder folder = new();
        string one = folder.Write("one.safetensors", ModelBytes.SafeTensors(1));
        Assert.AreEqual(3, Run("rosetta", "validate-stats", one, "--reference", folder.File("none.apr")).ExitCode);
        Assert.AreEqual(2, Run("rosetta", "validate-stats", one, "--reference", one, "--fingerprints", one).ExitCode);
        Assert.AreEqual(5, Run("rosetta", "validate-stats", one, "--fingerprints", one).ExitCode);
    }

    [TestMethod]
    public void Models_that_say_different_things_fail_the_comparison_of_inference()
    {
        using TestFolder folder = new();
        string first = RepositoryData.Corpus("gguf/valid/padding-not-zero.gguf");
        string second = folder.Write("other.gguf", File.ReadAllBytes(first));
        string[] words = ["rosetta", "compare-inference", first, second, "--json", "--runner"];
        Assert.AreEqual(0, Run([.. words, "echo four"]).ExitCode);
        (int exitCode, string output) = Run([.. words, "echo {model}"]);
        Assert.AreEqual(5, exitCode);
        Assert.Contains("\"passed\":false", output);
    }

    [TestMethod]
    public void Two_snapshots_and_no_reference_name_no_model()
    {
        using TestFolder folder = new();
        foreach (string name in new[] { "abc", "def" })
        {
            Directory.CreateDirectory(folder.File($"models--org--name/snapshots/{name}"));
        }

        using StringWriter output = new();
        using StringWriter error = new();
        AprConsole console = new(output, error, TextReader.Null, "0.0.0")
        {
            Variable = name => name == "HF_HUB_CACHE" ? folder.Path : null,
        };
        Assert.AreEqual(10, AprProgram.Run(["pull", "org/name"], console, CancellationToken.None));
        Directory.CreateDirectory(folder.File("models--org--name/refs"));
        File.WriteAllText(folder.File("models--org--name/refs/main"), "def\n");
        Assert.AreEqual(0, AprProgram.Run(["pull", "org/name"], console, CancellationToken.None));
        Assert.Contains("def", output.ToString());
    }

    private static (int ExitCode, string Output) Run(params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        AprConsole console = new(output, error, TextReader.Null, "0.0.0") { Variable = _ => null };
        return (AprProgram.Run(args, console, CancellationToken.None), output.ToString() + error);
    }
}
