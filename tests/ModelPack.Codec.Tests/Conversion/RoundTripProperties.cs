using CsCheck;
using ModelPack.Codec.Conversion;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tests.Conversion.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>
/// Any model, through any chain of formats and back: the same bytes. MODELPACK_PROPERTY_CASES sets the number of cases; a failure prints the seed that
/// CsCheck_Seed takes.
/// </summary>
[TestClass]
public sealed class RoundTripProperties
{
    private static readonly long Cases =
        long.TryParse(Environment.GetEnvironmentVariable("MODELPACK_PROPERTY_CASES"), out long cases) ? cases : 2100;

    private static readonly Gen<ModelFormat> AnyFormat = Gen.OneOf(Enum.GetValues<ModelFormat>());

    private static readonly Gen<ModelFormat[]> AnyChain = Gen.Frequency((6, AnyFormat.Array[1, 2]), (2, AnyFormat.Array[3]), (1, AnyFormat.Array[4, 5]));

    private static readonly Gen<ConversionOptions> AnyOptions =
        from quantized in Gen.OneOf(QuantizedMode.Auto, QuantizedMode.Blocks)
        from naming in Gen.OneOf(NamingMode.Native, NamingMode.Verbatim)
        from threads in Gen.Int[1, 2]
        select ConversionCorpus.Allow with { Quantized = quantized, Naming = naming, Threads = threads };

    [TestMethod]
    public void Any_gguf_file_comes_back_through_any_chain() => Check(GgufGen.Model);

    [TestMethod]
    public void Any_apr_file_comes_back_through_any_chain() => Check(AprGen.Model);

    [TestMethod]
    public void Any_safetensors_file_comes_back_through_any_chain() => Check(SafeTensorsGen.Model);

    private static void Check(Gen<GeneratedModel> models)
    {
        using TempFolder folder = new();
        int number = 0;
        Gen.Select(models, AnyChain, AnyOptions).Sample(
            (model, chain, options) =>
            {
                string path = folder.Write($"{Interlocked.Increment(ref number)}.{model.Format.Extension()}", model.Bytes);
                RoundTripReport report = RoundTrip.Run(path, chain, options);
                File.Delete(path);
                return report.Identical && report.Steps.All(step => step.Level == ProofLevel.L3);
            },
            iter: Cases / 3,
            print: sample => $"{sample.Item1} | {string.Join("→", sample.Item2)} | {sample.Item3}");
        Assert.IsGreaterThanOrEqualTo(Cases / 3, number);
    }
}
