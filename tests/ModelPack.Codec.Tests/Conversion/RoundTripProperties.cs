using CsCheck;
using ModelPack.Codec.Tests.Conversion.Models;
using ModelPack.Formats;
using ModelPack.Verification;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>
/// Any model, through any chain of formats and back: the same bytes. MODELPACK_PROPERTY_CASES sets the number of cases; a failure prints
/// the seed that CsCheck_Seed takes.
/// </summary>
[TestClass]
public sealed class RoundTripProperties
{
    private static readonly long Cases =
        long.TryParse(Environment.GetEnvironmentVariable("MODELPACK_PROPERTY_CASES"), out long cases) ? cases : 2100;

    private static readonly Gen<ModelFormat> AnyFormat = Gen.OneOf(Enum.GetValues<ModelFormat>());

    private static readonly Gen<ModelFormat[]> AnyChain = Gen.Frequency(
        (6, AnyFormat.Array[1, 2]), (2, AnyFormat.Array[3]), (1, AnyFormat.Array[4, 5]));

    // A folder on the way would be the folder already.
    private static readonly Gen<ModelFormat[]> OtherChain = Gen.OneOf(ModelFormat.Gguf, ModelFormat.Apr).Array[1, 4];

    private static readonly Gen<ConversionOptions> AnyOptions =
        from quantized in Gen.OneOf(QuantizedMode.Auto, QuantizedMode.Blocks)
        from naming in Gen.OneOf(NamingMode.Native, NamingMode.Verbatim)
        from threads in Gen.Int[1, 2]
        select ConversionCorpus.Allow with { Quantized = quantized, Naming = naming, Threads = threads };

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Any_gguf_file_comes_back_through_any_chain() => Check(GgufGen.Model);

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Any_apr_file_comes_back_through_any_chain() => Check(AprGen.Model);

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Any_safetensors_file_comes_back_through_any_chain() => Check(SafeTensorsGen.Model);

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Any_file_comes_back_from_shards_of_any_size()
    {
        using TempFolder folder = new();
        int number = 0;
        Gen<GeneratedModel> models = Gen.OneOf(GgufGen.Model, AprGen.Model, SafeTensorsGen.Model);

        // Within a format, a folder that holds a single file is copied: that file is the nearest one.
        Gen.Select(models, Gen.OneOf(ModelFormat.Gguf, ModelFormat.SafeTensors), Gen.Long[1, 300])
            .Where(sample => sample.Item1.Format != sample.Item2).Sample(
            (model, shards, size) =>
            {
                string at = folder.At($"{Interlocked.Increment(ref number)}");
                Directory.CreateDirectory(at);
                string path = Path.Combine(at, $"source.{model.Format.Extension()}");
                File.WriteAllBytes(path, model.Bytes);
                string set = Path.Combine(at, "set") + Path.DirectorySeparatorChar;
                string back = Path.Combine(at, $"back.{model.Format.Extension()}");
                Unflushed.Convert(path, set, shards, ConversionCorpus.Allow with { MaxShardBytes = size });
                Unflushed.Convert(set, back, model.Format, ConversionCorpus.Allow);
                bool identical = model.Bytes.AsSpan().SequenceEqual(File.ReadAllBytes(back));
                Directory.Delete(at, recursive: true);
                return identical;
            },
            iter: Cases / 4,
            print: sample => $"{sample.Item1} | {sample.Item2} in shards of {sample.Item3} bytes");
        Assert.IsGreaterThanOrEqualTo(Cases / 4, number);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Any_folder_comes_back_with_its_companions_and_sub_folders()
    {
        using TempFolder folder = new();
        int number = 0;
        Gen.Select(SafeTensorsGen.Model, CompanionGen.Companions, OtherChain, AnyOptions).Sample(
            (model, companions, chain, options) =>
            {
                string at = folder.At($"{Interlocked.Increment(ref number)}");
                Directory.CreateDirectory(at);
                File.WriteAllBytes(Path.Combine(at, "model.safetensors"), model.Bytes);
                foreach ((string name, byte[] bytes) in companions)
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(at, name))!);
                    File.WriteAllBytes(Path.Combine(at, name), bytes);
                }

                RoundTripReport report = RoundTrip.Run(at, chain, options);
                Directory.Delete(at, recursive: true);
                string[] expected = [.. companions.Keys.Order(StringComparer.Ordinal)];
                string[] returned = [.. report.Steps[^1].Output.Parts.Select(part => part.Name).Where(name => name != "model.safetensors")];
                return report.Identical && report.Steps.All(step => step.Level == ProofLevel.L3) && returned.SequenceEqual(expected);
            },
            iter: Cases / 4,
            print: sample =>
                $"{sample.Item1} | {string.Join(", ", sample.Item2.Keys)} | {string.Join("→", sample.Item3)} | {sample.Item4}");
        Assert.IsGreaterThanOrEqualTo(Cases / 4, number);
    }

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
