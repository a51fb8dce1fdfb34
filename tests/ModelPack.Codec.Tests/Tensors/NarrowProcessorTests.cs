using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codec.Tests.Tensors;

/// <summary>The tests of sums, scans and decoders once more, in a process that believes its processor to be a lesser one: each width of
/// vectors has its own code.</summary>
[TestClass]
public sealed class NarrowProcessorTests
{
    private const string WithoutVariable = "MODELPACK_TESTS_WITHOUT";

    // Parts of the names of the classes that are run again.
    private static readonly string[] Again = [
        "IO.Crc32Tests", "IO.Xxh128Tests", "TensorDecoder", "FiniteScan", "TensorStatistics", "NumberStatistics", "AprDecoder",
        "RecipeSourceTests", "NarrowProcessorTests"];

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("AVX512")]
    [DataRow("AVX2")]
    [DataRow("HWIntrinsic")]
    public void Sums_scans_and_decoders_are_the_same_on_a_processor_without(string feature)
    {
        if (Without is not null)
        {
            Assert.IsFalse(IsSupported(Without), $"this process was started without {Without}");
            return;
        }

        string[] names = [.. typeof(NarrowProcessorTests).Assembly.GetTypes().Select(type => type.FullName!)];
        Assert.IsEmpty(Again.Where(part => !names.Any(name => name.Contains(part, StringComparison.Ordinal))), "no test has such a name");
        ProcessStartInfo start = ThisProgram.Again(
            "--filter", string.Join('|', Again.Select(name => $"FullyQualifiedName~{name}")));
        start.Environment[$"DOTNET_Enable{feature}"] = "0";
        start.Environment[WithoutVariable] = feature;
        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.AreEqual(0, child.ExitCode, output);
    }

    private static string? Without => Environment.GetEnvironmentVariable(WithoutVariable);

    private static bool IsSupported(string feature) => feature switch
    {
        "AVX512" => Avx512F.IsSupported,
        "AVX2" => Avx2.IsSupported,
        _ => Sse42.IsSupported,
    };
}
