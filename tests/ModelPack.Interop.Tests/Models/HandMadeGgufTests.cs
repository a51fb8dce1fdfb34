using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests.Models;

/// <summary>
/// The measure is measured first: the formulas on the weights of the folder and llama.cpp on a file that was put together by hand agree, and a
/// file that was put together wrong is noticed.
/// </summary>
[TestClass]
public sealed class HandMadeGgufTests
{
    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<string> Labels => TinyModels.Labels;

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void Llama_computes_what_the_formulas_give(string label)
    {
        TinyModel model = TinyModels.Get(label);
        LlamaRun run = LogitsComparison.Run(Write(model, model.NativeTensors(), "by-hand"));
        double difference = LogitsComparison.Difference(model, run);
        TestContext.WriteLine($"{label}: {difference:E2} of the largest logit, {run.Logits[0].Max():F2}");
        Assert.IsLessThan(model.Tolerance, difference);
    }

    private static string Write(TinyModel model, IEnumerable<ModelTensor> tensors, string made)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{model.Label}.{made}.gguf");
        HandMadeGguf.Write(model, tensors, path);
        return path;
    }
}
