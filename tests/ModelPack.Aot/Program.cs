using System.Globalization;
using System.Text;
using ModelPack;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;

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

using (ByteSource file = new MappedByteSource(source))
{
    byte[] magic = new byte[4];
    file.ReadAt(0, magic);
    file.Dispose();
    Say("magic", Encoding.ASCII.GetString(magic));
}

foreach (Tensor tensor in model.Tensors)
{
    float[] values = tensor.ToSingles();
    float[] row = tensor.Slice(0, 1).ToSingles();
    bool isLent = tensor.TryGetSpan(out ReadOnlySpan<byte> lent);
    Say(tensor.ToString(), $"{values.Sum(value => (double)value):R} {row.Length} {isLent} {lent.Length}");
}

Tensor first = model.Tensors["output_norm.weight"];
float[] buffer = new float[first.ElementCount];
first.CopyTo(buffer);
using (Stream read = first.OpenRead())
{
    Say("norm", $"{buffer[0]:R} {first.ToArray<float>()[0]:R} {read.Length}");
}

Say("found", $"{model.Tensors.Contains(first.Name)} {model.Tensors.TryGet("none", out Tensor? none)} {none}");
foreach ((string key, MetadataValue value) in model.Metadata)
{
    Say(key, $"{value} {value.AsStrings()?.Length}");
}

Say("keys", $"{model.Metadata.Contains("general.name")} {model.Metadata.TryGet("none", out MetadataValue? nothing)} {nothing}");
Say("layers", model.Metadata.GetInt64("qwen2.block_count"));
Say("epsilon", model.Metadata.GetDouble("qwen2.attention.layer_norm_rms_epsilon"));
Say("begin", model.Metadata.GetBoolean("tokenizer.ggml.add_bos_token"));
Say("kinds", model.Metadata.GetInt64s("tokenizer.ggml.token_type")?.Length);
Say("scores", model.Metadata.GetDoubles("tokenizer.ggml.scores")?.Length);
Say("gguf", ((GgufFile)model.File).Find("general.architecture"));

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

await File.WriteAllBytesAsync(At("four"), [1, 2, 3, 4]);
ModelBuilder typed = new ModelBuilder(ModelFormat.Gguf)
    .Set("general.architecture", "llama").Set("bool", true).Set("int", -1).Set("uint", 1u).Set("long", -2L).Set("float", 0.5f)
    .Set("double", 0.25).Set("strings", ["a", "b"]).Set("ints", [1, 2]).Set("floats", [0.5f, 1.5f])
    .Set("v.bool", GgufValue.FromBool(true)).Set("v.f32", GgufValue.FromFloat32(1)).Set("v.f64", GgufValue.FromFloat64(2))
    .Set("v.i32", GgufValue.FromInt32(3)).Set("v.i64", GgufValue.FromInt64(4)).Set("v.u16", GgufValue.FromUInt16(5))
    .Set("v.u32", GgufValue.FromUInt32(6)).Set("v.u64", GgufValue.FromUInt64(7)).Set("v.text", GgufValue.FromString("8"))
    .Set("v.texts", GgufValue.FromStrings(["9"])).Set("v.bytes", GgufValue.FromArray<byte>([10, 11]))
    .Set("v.doubles", GgufValue.FromArray<double>([0.1]))
    .Add("mapped", TensorType.I8, [4], new MappedByteSource(At("four")))
    .Add("opened", TensorType.I8, [4], () => new MemoryStream([1, 2, 3, 4]));
using (MemoryStream written = new())
{
    Say("written", typed.Save(written));
    using Model back = Model.Open(written.ToArray());
    Say("values", string.Join("; ", back.Metadata));
    back.Dispose();
}

SaveReport edited = await model.ToBuilder().Set("general.name", "edited").Set("my.number", GgufValue.FromUInt16(7))
    .Unset("general.file_type").Rename("output_norm.weight", "norm.weight").Remove("blk.0.attn_norm.weight").SaveAsync(At("edited.gguf"));
Say("edited", edited);
Say("differences", string.Join("; ", ModelVerifier.Verify(source, At("edited.gguf")).Differences));

string several = At("folder") + Path.DirectorySeparatorChar;
new ModelBuilder(ModelFormat.SafeTensors).Set("format", "pt").Add("a", [4], new float[4]).Add("b", [4], new float[4])
    .SetFile("config.json", "{}"u8.ToArray()).SetFile("README.md", "read me"u8.ToArray()).RemoveFile("config.json")
    .Save(several, new() { MaxShardBytes = 16 });
using (Model shards = Model.Open(several))
{
    ModelSet set = (ModelSet)shards.File;
    Say("set", string.Join("; ", set.Members));
    Say("companion", set.Members.Single(member => member.Name == "README.md").ReadAllText());
    set.Dispose();
}

foreach (ModelFormat format in new[] { ModelFormat.Apr, ModelFormat.SafeTensors })
{
    string target = At($"converted-{format}.{(format == ModelFormat.Apr ? "apr" : "safetensors")}");
    Say("plan", ModelConverter.Plan(source, target, format));
    Certificate proof = await ModelConverter.ConvertAsync(source, target, format, new() { Quantized = QuantizedMode.Blocks });
    Say("proof", proof);
    Say("read", CertificateJson.Read(ModelConverter.CertificatePath(target)));
    Say("json", CertificateJson.ToUtf8(proof).Length);
    Say("verified", ModelVerifier.Verify(source, target));
    Say("near", ModelVerifier.Verify(source, target, ValueTolerance.Absolute(0)));
    using Model converted = Model.Open(target);
    ValueTolerance tolerance = ValueTolerance.Absolute(0);
    Say("opened", $"{ModelVerifier.Verify(model, converted)} {await ModelVerifier.VerifyAsync(model, converted)}");
    Say("near", $"{ModelVerifier.Verify(model, converted, tolerance)} {await ModelVerifier.VerifyAsync(model, converted, tolerance)}");
    Say("diff", $"{ModelDiff.Compare(model, converted)} {await ModelDiff.CompareAsync(model, converted)}");
    Say("hash", $"{ModelHash.Compute(converted)} {await ModelHash.ComputeAsync(converted)} {ModelHash.Compute(target)}");
    Say("valid", $"{ModelValidator.Validate(converted)} {await ModelValidator.ValidateAsync(converted)} {ModelValidator.Validate(target)}");
    Say("statistics", $"{await ModelStatistics.ComputeAsync(converted)} {ModelStatistics.Compute(target)}");
    Say("own", (converted.File as AprFile)?.FindMetadata("architecture"));
    Say("own", (converted.File as SafeTensorsFile)?.Find("format"));
    Say("again", ModelConverter.Convert(converted, At($"back-{format}.gguf")).Level);
}

using (MemoryStream from = new(await File.ReadAllBytesAsync(source)))
using (MemoryStream to = new())
{
    Say("streams", ModelConverter.Convert(from, to, ModelFormat.SafeTensors, new() { Quantized = QuantizedMode.Blocks }).Level);
}

Say("one", ModelStatistics.Compute(first));

foreach (TensorSummary summary in ModelStatistics.Compute(model).Tensors)
{
    Say("statistics", summary);
}

Say("file", $"{FileHash.Xxh128(source)} {FileHash.Sha256(source)}");
float[] decoded = new float[TensorDecoder.DecodedLength(TensorType.Q4_K, 144)];
TensorDecoder.Decode(TensorType.Q4_K, new byte[144], decoded);
Say("decoded", decoded.Length);
Say("bytes", $"{TensorTypes.Get(TensorType.Q4_K).TryGetPayloadBytes([2, 256], out long length)} {length}");
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
