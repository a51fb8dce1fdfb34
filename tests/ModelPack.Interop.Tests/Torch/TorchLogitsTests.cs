using ModelPack.Interop.Tests.Models;
using ModelPack.Interop.Tests.Native;
using ModelPack.Models;
using ModelTensor = ModelPack.Interop.Tests.Models.ModelTensor;

namespace ModelPack.Interop.Tests.Torch;

/// <summary>TorchSharp computes from a folder what llama.cpp computes from the GGUF that the folder was made of.</summary>
[TestClass]
public sealed class TorchLogitsTests
{
    /// <summary>What is multiplied with a block is rounded to eight bits first, and cached keys and values to eleven.</summary>
    private const double EightBits = 6e-2;

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Trips =>
        from label in TorchFolders.Labels
        from byApr in (bool[])[false, true]
        select new object[] { label, byApr };

    public static IEnumerable<string> Recorded => LlamaModelTests.Models;

    [TestMethod]
    [DynamicData(nameof(Trips))]
    public void A_folder_computes_what_llama_cpp_and_the_formulas_compute(string label, bool byApr)
    {
        TinyModel model = TinyModels.Get(label);
        LlamaRun run = LogitsComparison.Run(TorchFolders.Gguf(model));
        string folder = TorchFolders.Folder(model, byApr, new());
        double llama = TorchModel.Difference(folder, run);
        double formulas = LogitsComparison.Difference(model, new(run.PromptTokens, [TorchModel.Logits(folder, run.PromptTokens)]));
        TestContext.WriteLine($"{label}: llama.cpp {llama:E2}, formulas {formulas:E2} of the largest logit");
        Assert.IsLessThan(model.Tolerance, llama);
        Assert.IsLessThan(Tolerances.Single, formulas);
    }

    [TestMethod]
    [DynamicData(nameof(Recorded))]
    public void A_quantized_model_computes_as_numbers_what_was_recorded(string file)
    {
        LlamaRun run = LlamaModelTests.RunRecorded(file);
        double difference = TorchModel.Difference(TorchFolders.Recorded(file), run);
        TestContext.WriteLine($"{file}: {difference:E2} of the largest logit");
        Assert.IsLessThan(EightBits, difference);
    }

    [TestMethod]
    [DynamicData(nameof(Recorded))]
    public void A_quantized_model_computes_as_numbers_what_llama_cpp_computes_from_these_numbers(string file) =>
        CompareNumbers(RepositoryData.Path("corpus", "gguf", "models", file), file);

    /// <summary>Here rows of blocks change their places too.</summary>
    [TestMethod]
    [DataRow(TensorType.Q8_0)]
    [DataRow(TensorType.Q4_K)]
    public void A_quantized_llama_computes_as_numbers_what_llama_cpp_computes_from_these_numbers(TensorType type) =>
        CompareNumbers(QuantizedFolderTests.WriteLlama(type), $"llama-{type}");

    [TestMethod]
    [DataRow("llama-F32")]
    [DataRow("qwen2-F32")]
    public void One_spoiled_number_of_any_tensor_changes_the_logits(string label)
    {
        TinyModel model = TinyModels.Get(label);
        string gguf = TorchFolders.Gguf(model);
        LlamaRun run = LogitsComparison.Run(gguf);
        run = run with { Results = run.Results.Take(1).ToArray() };
        foreach (ModelTensor tensor in model.Tensors)
        {
            string folder = TorchFolders.Spoiled(model, tensor, run.PromptTokens[^1]);
            Assert.IsGreaterThan(Tolerances.Single, TorchModel.Difference(folder, run), tensor.Name);
        }
    }

    private void CompareNumbers(string gguf, string label)
    {
        Trip folder = Trip.From(gguf, $"{label}.widened").To(ModelFormat.SafeTensors, new() { Origin = OriginMode.None });
        Trip numbers = folder.To(ModelFormat.Gguf, new() { Origin = OriginMode.None });
        using ModelFile found = ModelFiles.Open(numbers.Path);
        Assert.IsTrue(found.Tensors.All(tensor => tensor.Type == TensorType.F32));
        double difference = TorchModel.Difference(folder.Path, LogitsComparison.Run(numbers.Path));
        TestContext.WriteLine($"{label}: {difference:E2} of the largest logit");

        // Either side may be off by that much.
        Assert.IsLessThan(2 * Tolerances.Single, difference);
    }
}
