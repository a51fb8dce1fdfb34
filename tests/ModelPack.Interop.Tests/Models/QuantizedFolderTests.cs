using System.Runtime.InteropServices;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Interop.Tests.Models.Architectures;
using ModelPack.Interop.Tests.Native;
using ModelPack.IO.Names;
using ModelPack.Models;

namespace ModelPack.Interop.Tests.Models;

/// <summary>A quantized GGUF of the llama architecture as a folder: the rows of q and k stand in the order of transformers, as blocks and
/// as numbers.</summary>
[TestClass]
public sealed class QuantizedFolderTests
{
    private static readonly GgmlLibrary Ggml = GgmlLibrary.Load(Reference.LlamaFolder);

    public static IEnumerable<object[]> Cases =>
        from type in (TensorType[])[TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_K, TensorType.Q6_K]
        from mode in (QuantizedMode[])[QuantizedMode.Auto, QuantizedMode.Blocks]
        select new object[] { type, mode };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Rows_of_q_and_k_are_those_of_transformers(TensorType type, QuantizedMode mode)
    {
        WideLlama model = new();
        Dictionary<string, byte[]> payloads = [];
        string path = Write(model, type, payloads);
        Trip folder = Trip.From(path, $"{type}-{mode}.quantized").To(ModelFormat.SafeTensors, new() { Quantized = mode });
        using ModelFile found = ModelFiles.Open(folder.Path);
        Dictionary<string, TensorInfo> logical = TensorDescriptions.Logical(found).ToDictionary(tensor => tensor.Name);
        foreach ((string theirs, string native, int heads) in Matrices(model))
        {
            TensorInfo tensor = logical[theirs];
            byte[] blocks = heads == 0 ? payloads[native] : Unpermuted(payloads[native], heads);
            byte[] expected = mode == QuantizedMode.Blocks ? blocks : Decoded(type, blocks);
            Assert.AreEqual(mode == QuantizedMode.Blocks ? type : TensorType.F32, tensor.Type, theirs);
            CollectionAssert.AreEqual(expected, found.Source.ReadBytes(tensor.Offset, expected.Length), theirs);
        }

        Assert.AreEqual(mode == QuantizedMode.Auto, Directory.EnumerateFiles(folder.Path).Any(SideFile.IsName));
        CollectionAssert.AreEqual(File.ReadAllBytes(path), folder.To(ModelFormat.Gguf).Bytes());
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Llama_computes_the_same_from_a_gguf_that_is_built_anew_of_the_folder(TensorType type, QuantizedMode mode)
    {
        WideLlama model = new();
        string path = Write(model, type, []);
        Trip folder = Trip.From(path, $"{type}-{mode}.anew")
            .To(ModelFormat.SafeTensors, new() { Quantized = mode, Origin = OriginMode.None });
        LlamaRun before = LogitsComparison.Run(path);
        LlamaRun after = LogitsComparison.Run(folder.To(ModelFormat.Gguf, new() { Quantized = mode, Origin = OriginMode.None }).Path);
        CollectionAssert.AreEqual(before.PromptTokens.ToArray(), after.PromptTokens.ToArray());
        double largest = before.Results[0].Max(Math.Abs);
        double difference = before.Results[0].Zip(after.Results[0], (a, b) => Math.Abs(a - b)).Max() / largest;

        // Blocks are multiplied with an input that is itself rounded to eight bits; numbers are not.
        Assert.IsLessThanOrEqualTo(mode == QuantizedMode.Blocks ? 0 : Tolerances.Mistake, difference);
    }

    [TestMethod]
    public void A_model_with_a_side_file_converts_into_a_folder_of_its_own_name()
    {
        string path = Write(new WideLlama(), TensorType.Q8_0, []);
        string there = Path.ChangeExtension(path, ".safetensors");
        string folder = Path.ChangeExtension(path, null) + Path.DirectorySeparatorChar;
        Unflushed.Convert(path, there, ModelFormat.SafeTensors, new());
        Assert.IsTrue(File.Exists(Path.Combine(WrittenFiles.Folder, SideFile.NameFor(Path.GetFileName(there)))));
        Unflushed.Convert(there, folder, ModelFormat.Gguf, new());
        CollectionAssert.AreEqual(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(path))));
        Assert.IsTrue(File.Exists(Path.Combine(WrittenFiles.Folder, SideFile.NameFor(Path.GetFileName(there)))));
    }

    /// <summary>A GGUF of the llama architecture with random blocks.</summary>
    internal static string WriteLlama(TensorType type) => Write(new(), type, []);

    private static IEnumerable<(string Theirs, string Native, int Heads)> Matrices(WideLlama model)
    {
        yield return ("model.embed_tokens.weight", "token_embd.weight", 0);
        yield return ("lm_head.weight", "output.weight", 0);
        for (int layer = 0; layer < model.Layers; layer++)
        {
            yield return ($"model.layers.{layer}.self_attn.q_proj.weight", $"blk.{layer}.attn_q.weight", model.Heads);
            yield return ($"model.layers.{layer}.self_attn.k_proj.weight", $"blk.{layer}.attn_k.weight", model.KeyValueHeads);
            yield return ($"model.layers.{layer}.self_attn.v_proj.weight", $"blk.{layer}.attn_v.weight", 0);
            yield return ($"model.layers.{layer}.self_attn.o_proj.weight", $"blk.{layer}.attn_output.weight", 0);
            yield return ($"model.layers.{layer}.mlp.down_proj.weight", $"blk.{layer}.ffn_down.weight", 0);
        }
    }

    // Row 2j + h of a head in GGUF is row h · half + j in transformers.
    private static byte[] Unpermuted(byte[] payload, int heads)
    {
        int rows = heads * WideLlama.HeadRows;
        int rowBytes = payload.Length / rows;
        byte[] moved = new byte[payload.Length];
        for (int row = 0; row < rows; row++)
        {
            int within = row % WideLlama.HeadRows;
            int from = row - within + (2 * (within % (WideLlama.HeadRows / 2))) + (within / (WideLlama.HeadRows / 2));
            payload.AsSpan(from * rowBytes, rowBytes).CopyTo(moved.AsSpan(row * rowBytes));
        }

        return moved;
    }

    private static byte[] Decoded(TensorType type, byte[] blocks)
    {
        TensorTypeInfo info = TensorTypes.Get(type);
        float[] values = new float[blocks.Length / info.BlockBytes * info.BlockElements];
        Ggml.Decode(Id(type), blocks, values);
        return MemoryMarshal.AsBytes<float>(values).ToArray();
    }

    private static int Id(TensorType type) => (int)TensorTypes.Get(type).GgmlId!;

    // Matrices of random blocks with small scales; what is no matrix stays as it is.
    private static string Write(WideLlama model, TensorType type, Dictionary<string, byte[]> payloads)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{Guid.NewGuid():N}.{type}.gguf");
        ModelTensor[] tensors = [.. model.NativeTensors()];
        GgmlType ggml = Ggml.Types.Single(candidate => candidate.Id == Id(type));
        RandomBytes random = new((ulong)type);
        foreach (ModelTensor tensor in tensors)
        {
            payloads[tensor.Name] = tensor.Shape.Length == 1 ? tensor.Payload(TensorType.F32) : Blocks(ggml, tensor.Values.Length, random);
        }

        GgufModel layout = new()
        {
            Metadata = [
                new("general.architecture", GgufValue.FromString(model.Architecture)), .. model.NativeParameters(),
                .. model.Tokenizer.Native()],
            Tensors = [
                .. tensors.Select(
                    tensor => new StoredTensor(
                        tensor.Name, tensor.Shape.Length == 1 ? TensorType.F32 : type, tensor.Shape, payloads[tensor.Name].Length))],
        };
        PlanWriter.Write(GgufWriter.Plan(layout), [.. tensors.Select(tensor => payloads[tensor.Name])], path);
        return path;
    }

    private static byte[] Blocks(GgmlType type, int elements, RandomBytes random)
    {
        byte[] payload = new byte[elements / type.BlockElements * type.BlockBytes];
        random.Fill(payload);
        for (int at = 0; at < payload.Length; at += type.BlockBytes)
        {
            Span<byte> block = payload.AsSpan(at, type.BlockBytes);
            foreach (int scale in ScaleOffsets(type.Name))
            {
                // A half between 2⁻⁹ and 2⁻⁸.
                block[scale + 1] = (byte)((block[scale + 1] & 0x83) | 0x18);
            }
        }

        return payload;
    }

    // ggml-types.md §3, §4.
    private static int[] ScaleOffsets(string type) => type switch
    {
        "q4_K" => [0, 2],
        "q6_K" => [208],
        _ => [0],
    };

    private sealed class WideLlama() : LlamaModel("llama-wide", TensorType.F32, TinyByteLevel.Llama)
    {
        public const int HeadRows = 64;

        public override int Hidden => 4 * HeadRows;

        public override int FeedForward => 256;
    }
}
