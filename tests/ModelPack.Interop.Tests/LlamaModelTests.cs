using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using ModelPack.Interop.Tests.Native;
using ModelPack.Models;

namespace ModelPack.Interop.Tests;

/// <summary>A language model that went to another format and back, run by llama.cpp.</summary>
[TestClass]
public sealed class LlamaModelTests
{
    /// <summary>Every x86-64 processor runs it, so the recorded hashes can always be compared.</summary>
    private const string BaselineBackend = "x64";

    private static readonly JsonElement Recorded =
        JsonDocument.Parse(File.ReadAllBytes(RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small.json"))).RootElement;

    private static readonly LlamaLibrary Llama = LlamaLibrary.Load(Reference.LlamaFolder);

    private static string Prompt => Recorded.GetProperty("prompt").GetString()!;

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<string> Models =>
        from model in Recorded.GetProperty("models").EnumerateArray()
        where model.GetProperty("shipped").GetBoolean()
        select model.GetProperty("file").GetString();

    public static IEnumerable<object[]> Trips =>
        from file in Models
        from via in (ModelFormat[])[ModelFormat.Apr, ModelFormat.SafeTensors]
        select new object[] { file, via };

    [TestMethod]
    [DynamicData(nameof(Trips))]
    public void A_model_comes_back_as_the_identical_file_and_computes_the_same_logits(string file, ModelFormat via)
    {
        JsonElement model = Model(file);
        string original = RepositoryData.Path("corpus", "gguf", "models", file);
        string returned = WrittenFiles.RoundTrip(original, via).Single();
        Assert.AreEqual(model.GetProperty("sha256").GetString(), Hash(File.ReadAllBytes(returned)));
        List<string> compared = Compare(model, original, returned);
        TestContext.WriteLine($"{file} by way of {via}: {string.Join(", ", compared)}");
        Assert.Contains(BaselineBackend, compared);
    }

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void A_model_written_in_parts_loads_and_computes_the_same_logits(string file)
    {
        string original = RepositoryData.Path("corpus", "gguf", "models", file);
        string[] parts = WrittenFiles.WriteSplit(original);
        List<string> compared = Compare(Model(file), original, parts[0]);
        TestContext.WriteLine($"{file} in {parts.Length} parts: {string.Join(", ", compared)}");
        Assert.IsGreaterThan(2, parts.Length);
        Assert.Contains(BaselineBackend, compared);
    }

    [TestMethod]
    public void One_changed_weight_changes_the_logits()
    {
        string file = Models.First();
        string original = RepositoryData.Path("corpus", "gguf", "models", file);
        byte[] bytes = File.ReadAllBytes(original);
        using ModelFile model = ModelFiles.Open(original);
        bytes[model.Tensors.Single(tensor => tensor.Name == "output_norm.weight").Offset + 3] ^= 0x80;
        string path = Path.Combine(WrittenFiles.Folder, "changed-weight.gguf");
        File.WriteAllBytes(path, bytes);
        LlamaRun run = Llama.Run(path, BaselineBackend, Prompt, 0);
        string recorded = Model(file).GetProperty("runs").GetProperty(BaselineBackend)[0].GetProperty("logits_sha256").GetString()!;
        Assert.AreNotEqual(recorded, Hash(MemoryMarshal.AsBytes<float>(run.Results[0])));
    }

    /// <summary>What the baseline backend computes of a model; the logits have the recorded hashes.</summary>
    internal static LlamaRun RunRecorded(string file)
    {
        JsonElement model = Model(file);
        JsonElement[] steps = [.. model.GetProperty("runs").GetProperty(BaselineBackend).EnumerateArray()];
        LlamaRun run = Llama.Run(RepositoryData.Path("corpus", "gguf", "models", file), BaselineBackend, Prompt, steps.Length - 1);
        CollectionAssert.AreEqual(Tokens(model), run.PromptTokens.ToArray());
        CollectionAssert.AreEqual(
            steps.Select(step => step.GetProperty("logits_sha256").GetString()).ToArray(),
            run.Results.Select(logits => Hash(MemoryMarshal.AsBytes<float>(logits))).ToArray());
        return run;
    }

    /// <summary>Runs both on every recorded backend that this processor supports.</summary>
    private static List<string> Compare(JsonElement model, string original, string returned)
    {
        List<string> compared = [];
        foreach (JsonProperty run in model.GetProperty("runs").EnumerateObject().Where(run => Llama.Supports(run.Name)))
        {
            JsonElement[] steps = [.. run.Value.EnumerateArray()];
            LlamaRun before = Llama.Run(original, run.Name, Prompt, steps.Length - 1);
            LlamaRun after = Llama.Run(returned, run.Name, Prompt, steps.Length - 1);
            CollectionAssert.AreEqual(Tokens(model), after.PromptTokens.ToArray());
            for (int step = 0; step < steps.Length; step++)
            {
                string hash = Hash(MemoryMarshal.AsBytes<float>(after.Results[step]));
                Assert.AreEqual(
                    Hash(MemoryMarshal.AsBytes<float>(before.Results[step])), hash, $"{run.Name}, step {step}, original and returned file");
                Assert.AreEqual(
                    steps[step].GetProperty("logits_sha256").GetString(), hash, $"{run.Name}, step {step}, recorded and computed");
            }

            compared.Add(run.Name);
        }

        return compared;
    }

    private static JsonElement Model(string file) =>
        Recorded.GetProperty("models").EnumerateArray().Single(model => model.GetProperty("file").GetString() == file);

    private static int[] Tokens(JsonElement model) =>
        [.. model.GetProperty("prompt_tokens").EnumerateArray().Select(token => token.GetInt32())];

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
