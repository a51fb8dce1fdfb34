// What a developer types first who reads models with the library, under the names that exist. A test compiles it; docs/library.md has the
// table.
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;

static class FirstGuesses
{
    static void OpenPath() { using var m = Model.Open("a.gguf"); }
    static void OpenPath2() { using var m = Model.Open("a.gguf"); }
    static void OpenGgufPath() { using var m = Model.Open("a.gguf"); GgufFile gguf = (GgufFile)m.File; }
    static void OpenStPath() { using var m = Model.Open("a.safetensors", PathScope.FileAlone); SafeTensorsFile file =
        (SafeTensorsFile)m.File; }
    static void OpenStream(Stream s) { using var m = Model.Open(s); }
    static async Task OpenAsync() { using var m = await Model.OpenAsync("a"); }
    static void OpenBytes(byte[] b) { using var m = Model.Open(b); }
    static void OpenSource(ByteSource b) { using var m = Model.Open(b); }
    static object IndexByName(Model m) => m.Tensors["a"];
    static object GetTensor(Model m) => m.Tensors["a"];
    static object TryGet(Model m) => m.Tensors.TryGet("a", out var t);
    static object? FindTensor(Model m) => m.Tensors.TryGet("a", out var t) ? t : null;
    static float[] ReadFloats(Model m) => m.Tensors[0].ToSingles();
    static float[] ReadT(Model m) => m.Tensors[0].ToArray<float>();
    static byte[] ReadBytes(Model m) => m.Tensors[0].ToBytes();
    static float[] TReadFloats(Model m) => m.Tensors[0].ToSingles();
    static float[] Deq(Model m) => m.Tensors[0].ToSingles();
    static ReadOnlySpan<byte> TSpan(Model m) => m.Tensors[0].TryGetSpan(out ReadOnlySpan<byte> bytes) ? bytes : m.Tensors[0].ToBytes();
    static ReadOnlySpan<float> AsSpan(Model m) =>
        m.Tensors[0].TryGetSpan(out ReadOnlySpan<float> values) ? values : m.Tensors[0].ToSingles();
    static (float[], nint[]) ToTensor(Model m) => (m.Tensors[0].ToSingles(), [.. m.Tensors[0].Shape.Select(length => (nint)length)]);
    static Stream OpenRead(Model m) => m.Tensors[0].OpenRead();
    static object Rows(Model m) => m.Tensors[0].Slice(0, 10);
    static void Decode(byte[] b, float[] f) => TensorDecoder.Decode(TensorType.Q4_K, b, f);
    static object Meta(Model m) => m.Metadata["general.architecture"];
    static string? MetaS(Model m) => m.Metadata.GetString("general.architecture");
    static string[]? MetaSA(GgufFile m) => m.Find("tokenizer.ggml.tokens")?.AsStrings();
    static string[]? MetaSA2(Model m) => m.Metadata.GetStrings("tokenizer.ggml.tokens");
    static string? ChatTemplate(Model m) => m.ChatTemplate;
    static void W1() { var w = new ModelBuilder(ModelFormat.Gguf).Save("a.gguf"); }
    static void W2() { var w = new ModelBuilder(ModelFormat.SafeTensors).Save("a"); }
    static void W3() { var w = new ModelBuilder(ModelFormat.Gguf); }
    static void W4() { var w = new ModelBuilder(ModelFormat.SafeTensors); }
    static void W5(Model m) => m.ToBuilder().Save("b.gguf");
    static void W6(Model m) => m.ToBuilder().Set("a", GgufValue.FromString("b"));
    static void W7(Model m) => m.ToBuilder().Remove("a");
    static void C1() => ModelConverter.Convert("a.gguf", "b.safetensors");
    static void C2() => ModelConverter.Convert("a.gguf", "b.safetensors", ModelFormat.SafeTensors);
    static async Task C3() => await ModelConverter.ConvertAsync("a.gguf", "b.safetensors", ModelFormat.SafeTensors);
    static void C4(Stream a, Stream b) => ModelConverter.Convert(a, b, ModelFormat.SafeTensors, new());
    static void V1(Model a, Model b) => ModelVerifier.Verify(a, b);
    static void V2() => ModelVerifier.Verify("a", "b");
    static void V3() { var t = ValueTolerance.Absolute(1e-3); }
    static void V4(Model m) => ModelValidator.Validate(m);
    static bool V5(ValidationReport r) => r.IsValid;
    static string H1() => FileHash.Xxh128("a");
    static object H2(Model m) => ModelHash.Compute(m);
    static object S1(Model m) => ModelStatistics.Compute(m);
    static object S2(Model m) => ModelStatistics.Compute(m.Tensors[0]);
    static void MM() { using var s = new MappedByteSource("a"); }
    static object Size(Tensor t) => TensorTypes.Get(t.Type);
    static object Err() => ErrorCatalog.All;
    static object Side(ModelSet s) => s.Members[0].ReadAllText();
    static object StVal(SafeTensorsValue v) => v.Text!;
    static object? StMeta(SafeTensorsFile f) => f.Find("format");
    static object? AprMeta(AprFile f) => f.FindMetadata("model_type");
}
