using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Codec.Tests.Formats.SafeTensors;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Conversion;
using ModelPack.Formats;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Each code of conversion and proof, with the shortest way to it.</summary>
[TestClass]
public sealed class ErrorCodeTests
{
    private static readonly Dictionary<string, Func<TempFolder, ErrorCode>> Ways = new()
    {
        ["MP2001"] = folder => Thrown(
            () => ModelConverter.Convert(folder.Write("junk", [1, 2, 3, 4, 5]), folder.At("out.apr"), ModelFormat.Apr, new())),
        ["MP2002"] = folder => Thrown(
            () => ModelConverter.Convert(Hostile("nan-f32-inf.gguf"), folder.At("out.apr"), ModelFormat.Apr, new())),
        ["MP2003"] = folder => Thrown(() => ModelConverter.Convert(WithTail(folder), folder.At("out.apr"), ModelFormat.Apr, new())),
        ["MP2004"] = folder => Thrown(() => ModelConverter.Convert(
            folder.Write("bad.safetensors", OriginRecords.Container([1, 2, 3])), folder.At("out.gguf"), ModelFormat.Gguf, new())),
        ["MP2005"] = folder => Thrown(() => ModelConverter.Convert(
            SmallModels.Write(folder, ModelFormat.Gguf), folder.At("out.apr"), ModelFormat.Apr,
            new() { Quantized = QuantizedMode.Native })),
        ["MP2006"] = folder => Thrown(() => ModelConverter.Convert(BadDescription(folder), folder.At("out.gguf"), ModelFormat.Gguf, new())),
        ["MP2007"] = folder => Thrown(
            () => ModelConverter.Convert(SmallModels.Write(folder, ModelFormat.Apr), folder.At("source.apr"), ModelFormat.Gguf, new())),
        ["MP2008"] = _ => Thrown(ChangedAfterwards),
        ["MP2009"] = folder => Thrown(() => ModelConverter.Convert(
            SmallModels.Write(folder, ModelFormat.Gguf), folder.At("out.safetensors"), ModelFormat.SafeTensors,
            new() { MaxShardBytes = 16 })),
        ["MP2010"] = folder => Thrown(
            () => ModelConverter.Convert(WithoutSideFile(folder), folder.At("back.gguf"), ModelFormat.Gguf, new())),
        ["MP2011"] = folder => Thrown(() => ModelConverter.Convert(
            SmallModels.Write(folder, ModelFormat.Gguf), folder.At("out.apr"), ModelFormat.Apr, new() { Dtype = TensorType.BF16 })),
        ["MP2012"] = folder => Thrown(() => ModelConverter.Convert(
            SmallModels.Write(folder, ModelFormat.Gguf), folder.At("out.ggml-blocks.safetensors"), ModelFormat.SafeTensors, new())),
        ["MP2013"] = folder => Thrown(() => ModelConverter.Convert(
            SmallModels.Write(folder, ModelFormat.Gguf), Path.ChangeExtension(folder.Write("out", "another model"u8), ".safetensors"),
            ModelFormat.SafeTensors, ConversionCorpus.Allow)),
        ["MP2410"] = folder => Thrown(
            () => ModelConverter.Convert(SmallModels.Write(folder, ModelFormat.Gguf), folder.At("out.gguf"), ModelFormat.Apr, new())),
        ["MP2412"] = folder => Thrown(() => ModelConverter.Convert(
            SmallModels.Write(folder, ModelFormat.Gguf), folder.At("out.apr"), ModelFormat.Apr, new() { Mmproj = true })),
        ["MP2411"] = folder => Thrown(() => ModelConverter.Convert(
            new MemoryStream(File.ReadAllBytes(RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf"))),
            new MemoryStream(), ModelFormat.SafeTensors, new())),
        ["MP2030"] = folder => Thrown(() => ModelConverter.Convert(
            RepositoryData.Path("cases", "hostile", "forged-literal", "evil.safetensors"), folder.At("back.gguf"), ModelFormat.Gguf,
            new())),
        ["MP2031"] = folder => Thrown(() => ModelConverter.Convert(
            RepositoryData.Path("cases", "hostile", "bombs", "zeros-256M.safetensors"), folder.At("back.gguf"), ModelFormat.Gguf, new())),
        ["MP2032"] = folder => ModelValidator.Validate(
            folder.Write("bad.safetensors", OriginRecords.Container([1, 2, 3]))).Findings.Single().Code,
        ["MP2033"] = folder => ModelValidator.Validate(WithoutSideFile(folder)).Findings.Single().Code,
        ["MP2034"] = _ => Thrown(() => TensorLimit.Write(TensorLimit.Most + 1)),
        ["MP2101"] = folder => Thrown(
            () => ModelVerifier.Verify(folder.Write("x.modelpack.json", "{}"u8), SmallModels.Write(folder, ModelFormat.Gguf))),
        ["MP2102"] = _ => ModelValidator.Validate(Hostile("nan-f32-inf.gguf")).Findings.Single().Code,
        ["MP2103"] = folder => Thrown(() => ModelVerifier.Verify(
            folder.At("x.modelpack.json"), SmallModels.Write(folder, ModelFormat.Gguf),
            ValueTolerance.TryParse("1", out ValueTolerance? limit) ? limit : throw new InvalidOperationException())),
        ["MP3001"] = folder => Thrown(() => ModelConverter.Convert(
            SmallModels.Write(folder, ModelFormat.Gguf), folder.Write("out.apr", "x"u8), ModelFormat.Apr, new())),
        ["MP3002"] = folder => Thrown(
            () => ModelConverter.Convert(folder.At("missing.gguf"), folder.At("out.apr"), ModelFormat.Apr, new())),
        ["MP3003"] = folder => Thrown(
            () => ModelConverter.Convert(SmallModels.Write(folder, ModelFormat.Gguf), Foreign(folder), ModelFormat.SafeTensors, new()
        {
            Existing = ExistingTarget.Replace,
        })),
    };

    public static IEnumerable<string> Codes => 
        new[] { PayloadErrors.All, FormatErrors.All, OriginErrors.All, ConversionErrors.All, ProofErrors.All }.SelectMany(codes => codes)
        .Select(code => code.Id);

    [TestMethod]
    [DynamicData(nameof(Codes))]
    public void Code_is_raised_by_what_it_describes(string id)
    {
        using TempFolder folder = new();
        Assert.IsTrue(Ways.ContainsKey(id), $"no test raises {id}");
        ErrorCode code = Ways[id](folder);
        Assert.AreEqual(id, code.Id);
    }

    [TestMethod]
    [DataRow("\"level\": \"L3\"", "\"level\": \"L9\"")]
    [DataRow("\"level\": \"L3\"", "\"level\": \"7\"")]
    [DataRow("\"level\": \"L3\"", "\"level\": \"L0, L1\"")]
    [DataRow("\"level\": \"L3\"", "\"level\": null")]
    [DataRow("\"schema\": 1", "\"schema\": 2")]
    [DataRow("\"schema\": 1", "\"schema\": \"1\"")]
    [DataRow("\"format\": \"Gguf\"", "\"format\": \"Pickle\"")]
    [DataRow("\"shape\": [", "\"shape\": [1.5,")]
    [DataRow("\"finite\": \"Finite\"", "\"finite\": \"2\"")]
    [DataRow("\"tensors\"", "\"tenors\"")]
    [DataRow("\"bytes\": ", "\"bytes\": 9999999999999999999")]
    public void Certificate_with_a_field_that_means_nothing_is_refused(string old, string with)
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new());
        string path = ModelConverter.CertificatePath(folder.At("out.apr"));
        string text = File.ReadAllText(path);
        StringAssert.Contains(text, old);
        File.WriteAllText(path, text.Replace(old, with, StringComparison.Ordinal));
        ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(() => ModelVerifier.Verify(path, source));
        Assert.AreEqual("MP2101", exception.Code.Id);
        Assert.AreEqual(path, exception.FilePath);
    }

    private static ErrorCode Thrown(Action action)
    {
        ModelPackException exception = Assert.Throws<ModelPackException>(action);
        Console.WriteLine(exception.ToString());
        return exception.Code;
    }

    private static string Hostile(string name) => RepositoryData.Path("corpus", "gguf", "hostile", name);

    private static string WithTail(TempFolder folder)
    {
        string path = SmallModels.Write(folder, ModelFormat.Gguf);
        using FileStream file = new(path, FileMode.Open);
        file.SetLength(file.Length + (257L << 20));
        return path;
    }

    private static string BadDescription(TempFolder folder) => folder.Write(
        "bad.safetensors",
        SafeTensorsTestFile.Build(
            """{"__metadata__":{"modelpack.carried":"[]"},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4));

    // What a disk holds that keeps other bytes than it was given.
    private static void ChangedAfterwards()
    {
        using ComposedConversion composed = new(
            SmallModels.Gguf(), ModelFormat.Gguf, ModelFormat.Apr, ConversionCorpus.Allow with { Quantized = QuantizedMode.Blocks });
        byte[] output = composed.Output(composed.Plan);
        output[^40] ^= 1;
        composed.Prove(output);
    }

    private static string WithoutSideFile(TempFolder folder)
    {
        ModelConverter.Convert(SmallModels.Write(folder, ModelFormat.Gguf), folder.At("out.apr"), ModelFormat.Apr, ConversionCorpus.Allow);
        File.Delete(folder.At("out.apr.ggml-blocks.safetensors"));
        return folder.At("out.apr");
    }

    private static string Foreign(TempFolder folder)
    {
        Directory.CreateDirectory(folder.At("foreign"));
        folder.Write("foreign/precious.txt", "x"u8);
        return folder.At("foreign");
    }
}
