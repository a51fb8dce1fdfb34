using System.Globalization;
using System.Text;
using ModelPack;
using ModelPack.Formats.Gguf;

// Every ability of the library's door, with a line about what came out. Arguments: a GGUF model, and an empty folder.
(string source, string folder) = (args[0], args[1]);
string At(string name) => Path.Combine(folder, name);
void Say(string what, object? value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {value}"));

using Model model = Model.Open(source);
Say("model", $"{model.Format} {model.Architecture} {model.File.FormatDescription}, {model.Tensors.Count} tensors");
using (Model again = await Model.OpenAsync(source))
{
    Say("async", again.Tensors.Count);
}

using (Model bytes = Model.Open(await File.ReadAllBytesAsync(source)))
{
    Say("memory", bytes.Metadata.Count);
}

using (Model stream = Model.Open(File.OpenRead(source)))
{
    Say("stream", stream.Tensors[0]);
}

using (Model mapped = Model.Open(new MappedByteSource(source)))
{
    Say("mapped", mapped.Tensors[0].ToBytes().Length);
}

foreach (Tensor tensor in model.Tensors)
{
    float[] values = tensor.ToSingles();
    float[] row = tensor.Rows(0, 1).ToSingles();
    bool isLent = tensor.TryGetSpan(out ReadOnlySpan<byte> lent);
    Say(tensor.ToString(), $"{values.Sum(value => (double)value):R} {row.Length} {isLent} {lent.Length}");
}

foreach ((string key, MetadataValue value) in model.Metadata)
{
    Say(key, value);
}

Say("text", model.Metadata.GetString("general.architecture"));
Say("tokens", model.Metadata.GetStrings("tokenizer.ggml.tokens")?.Length);
Say("template", model.ChatTemplate?.Length);
Say("config", model.DeriveFile("config.json") is { } config ? Encoding.UTF8.GetString(config) : null);
Say("tokenizer", model.DeriveFile("tokenizer.json")?.Length);

foreach (ModelFormat format in Enum.GetValues<ModelFormat>())
{
    SaveReport saved = new ModelBuilder(format).Set("general.architecture", "llama").Set("model_type", "llama")
        .Add("w", [2, 3], new float[] { 1, 2, 3, 4, 5, 6 }).Add("bytes", TensorType.I8, [4], new byte[4]).Save(At($"new-{format}"));
    Say("saved", saved);
}

SaveReport edited = await model.ToBuilder().Set("general.name", "edited").Set("my.number", GgufValue.FromUInt16(7))
    .SaveAsync(At("edited.gguf"));
Say("edited", edited);
Say("differences", string.Join("; ", ModelVerifier.Verify(source, At("edited.gguf")).Differences));

foreach (ModelFormat format in new[] { ModelFormat.Apr, ModelFormat.SafeTensors })
{
    string target = At($"converted-{format}.{(format == ModelFormat.Apr ? "apr" : "safetensors")}");
    Say("plan", ModelConverter.Plan(source, target, format));
    Certificate proof = await ModelConverter.ConvertAsync(source, target, format, new() { Quantized = QuantizedMode.Blocks });
    Say("proof", proof);
    Say("read", CertificateJson.Read(ModelConverter.CertificatePath(target)));
    Say("verified", ModelVerifier.Verify(source, target));
    Say("near", ToleranceVerifier.Verify(source, target, ValueTolerance.Absolute(0)));
    using Model converted = Model.Open(target);
    Say("diff", ModelDiff.Compare(model, converted));
    Say("hash", ModelHash.Compute(converted));
    Say("valid", ModelValidator.Validate(converted));
}

foreach (TensorSummary summary in ModelStatistics.Compute(model).Tensors)
{
    Say("statistics", summary);
}

Say("file", FileHash.Xxh128(source));
float[] decoded = new float[TensorCodec.DecodedLength(TensorType.Q4_K, 144)];
TensorCodec.Decode(TensorType.Q4_K, new byte[144], decoded);
Say("decoded", decoded.Length);
Say("types", string.Join(' ', TensorTypes.All));
Say("errors", ErrorCatalog.All.Count);
try
{
    ModelConverter.Convert(source, At("wrong.gguf"), ModelFormat.Apr);
}
catch (ModelPackException exception)
{
    Say("refused", exception.Code);
}
