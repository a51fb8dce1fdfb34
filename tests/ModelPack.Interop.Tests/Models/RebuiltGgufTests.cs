using System.Runtime.InteropServices;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests.Models;

/// <summary>A GGUF model that went to another format without an origin record, so that the GGUF that comes back is built anew from what
/// that format says.</summary>
[TestClass]
public sealed class RebuiltGgufTests
{
    private static readonly ConversionOptions Options =
        new() { Existing = ExistingTarget.Replace, Origin = OriginMode.None, Quantized = QuantizedMode.Blocks };

    public static IEnumerable<object[]> Trips =>
        from file in LlamaModelTests.Models
        from via in (ModelFormat[])[ModelFormat.Apr, ModelFormat.SafeTensors]
        select new object[] { file, via };

    [TestMethod]
    [DynamicData(nameof(Trips))]
    public void A_model_that_is_built_anew_computes_the_same_logits(string file, ModelFormat via)
    {
        string original = RepositoryData.Path("corpus", "gguf", "models", file);
        string there = Path.Combine(WrittenFiles.Folder, $"{file}.anew-{via}");
        there += via == ModelFormat.SafeTensors ? Path.DirectorySeparatorChar : $".{via.Extension()}";
        string rebuilt = Path.Combine(WrittenFiles.Folder, $"{file}.anew-{via}.gguf");
        Unflushed.Convert(original, there, via, Options);
        Unflushed.Convert(there, rebuilt, ModelFormat.Gguf, Options);
        LlamaRun before = LogitsComparison.Run(original);
        LlamaRun after = LogitsComparison.Run(rebuilt);
        CollectionAssert.AreEqual(before.PromptTokens.ToArray(), after.PromptTokens.ToArray());
        for (int step = 0; step < before.Results.Count; step++)
        {
            Assert.IsTrue(
                MemoryMarshal.AsBytes<float>(before.Results[step]).SequenceEqual(MemoryMarshal.AsBytes<float>(after.Results[step])),
                $"step {step}");
        }
    }
}
