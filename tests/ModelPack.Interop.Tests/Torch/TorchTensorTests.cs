using System.Runtime.InteropServices;
using ModelPack.Interop.Tests.Models;
using ModelPack.Interop.Tests.Native;
using static TorchSharp.torch;

namespace ModelPack.Interop.Tests.Torch;

#pragma warning disable IDE0065 // TorchSharp's tensor, not the one of the namespace around.
using Tensor = TorchSharp.torch.Tensor;
using ModelPack.Models;
#pragma warning restore IDE0065

/// <summary>TorchSharp's reader of SafeTensors finds in a folder the names, shapes, types and values of transformers.</summary>
[TestClass]
public sealed class TorchTensorTests
{
    private const long ShardBytes = 60_000;

    private static readonly GgmlLibrary Ggml = GgmlLibrary.Load(Reference.LlamaFolder);

    public static IEnumerable<string> Labels => TorchFolders.Labels;

    public static IEnumerable<object[]> Cases =>
        from label in Labels
        from byApr in (bool[])[false, true]
        select new object[] { label, byApr };

    public static IEnumerable<string> Recorded => LlamaModelTests.Models;

    [ClassInitialize]
    public static void LoadTorch(TestContext context) => TorchLibrary.EnsureLoaded();

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Every_tensor_has_the_name_the_shape_the_type_and_the_bytes_of_the_model(string label, bool byApr)
    {
        TinyModel model = TinyModels.Get(label);
        Assert.IsEmpty(Differences(Expected(model), PyBridge.ReadFolder(TorchFolders.Folder(model, byApr, new()))));
    }

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void Shards_are_found_by_their_index(string label)
    {
        TinyModel model = TinyModels.Get(label);
        string folder = TorchFolders.Folder(model, byApr: false, new() { MaxShardBytes = ShardBytes });
        Assert.IsGreaterThan(2, Directory.GetFiles(folder, "model-*.safetensors").Length);
        Assert.IsEmpty(Differences(Expected(model), PyBridge.ReadFolder(folder)));
        LlamaRun run = LogitsComparison.Run(TorchFolders.Gguf(model));
        Assert.IsLessThan(model.Tolerance, TorchModel.Difference(folder, run));
    }

    [TestMethod]
    [DynamicData(nameof(Recorded))]
    public void Widened_blocks_are_the_numbers_that_ggml_decodes(string file)
    {
        using ModelFile original = ModelFiles.Open(RepositoryData.Path("corpus", "gguf", "models", file));
        TinyModel names = TinyModels.Get("qwen2-F32");
        Dictionary<string, Tensor> found = PyBridge.ReadFolder(TorchFolders.Recorded(file));
        CollectionAssert.AreEquivalent(
            original.Tensors.Select(tensor => tensor.Name).ToArray(), found.Keys.Select(names.NativeName).ToArray());
        IEnumerable<ModelTensor> expected =
            from name in found.Keys
            let tensor = original.Tensors.Single(tensor => tensor.Name == names.NativeName(name))
            select new ModelTensor(name, tensor.Shape, Decoded(tensor, original.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength)));
        Assert.IsEmpty(Differences(expected.Select(tensor => (tensor, TensorType.F32)), found));
    }

    [TestMethod]
    [DataRow("llama-F32")]
    [DataRow("qwen2-F32")]
    public void One_spoiled_number_is_noticed(string label)
    {
        TinyModel model = TinyModels.Get(label);
        foreach (ModelTensor tensor in model.Tensors)
        {
            string[] differences = [.. Differences(Expected(model), PyBridge.ReadFolder(TorchFolders.Spoiled(model, tensor, 0)))];
            CollectionAssert.AreEqual(new[] { $"{tensor.Name} has other values" }, differences);
        }
    }

    [TestMethod]
    public void A_tensor_of_another_name_shape_or_type_is_noticed()
    {
        ModelTensor wanted = new("a", [2, 1], [1, 2]);
        Dictionary<string, Tensor> Found(string name, long[] shape, ScalarType type) =>
            new() { [name] = tensor([1f, 2f]).reshape(shape).to(type) };
        Assert.IsEmpty(Differences([(wanted, TensorType.F32)], Found("a", [2, 1], ScalarType.Float32)));
        CollectionAssert.AreEqual(
            new[] { "b is not expected", "a is missing" }, Differences([(wanted, TensorType.F32)], Found("b", [2, 1], ScalarType.Float32))
                .ToArray());
        CollectionAssert.AreEqual(
            new[] { "a is Float32 [1, 2] instead of Float32 [2, 1]" },
            Differences([(wanted, TensorType.F32)], Found("a", [1, 2], ScalarType.Float32)).ToArray());
        CollectionAssert.AreEqual(
            new[] { "a is BFloat16 [2, 1] instead of Float32 [2, 1]" },
            Differences([(wanted, TensorType.F32)], Found("a", [2, 1], ScalarType.BFloat16)).ToArray());
    }

    // A folder has the types of the GGUF; its tensors stand in the order of those with Hugging Face's names.
    private static IEnumerable<(ModelTensor Tensor, TensorType Type)> Expected(TinyModel model) =>
        model.Tensors.Zip(model.NativeTensors(), (tensor, native) => (tensor, HandMadeGguf.TypeOf(model, native)));

    private static IEnumerable<string> Differences(
        IEnumerable<(ModelTensor Tensor, TensorType Type)> expected, Dictionary<string, Tensor> found)
    {
        (ModelTensor Tensor, TensorType Type)[] wanted = [.. expected];
        foreach (string name in found.Keys.Except(wanted.Select(item => item.Tensor.Name)))
        {
            yield return $"{name} is not expected";
        }

        foreach ((ModelTensor tensor, TensorType type) in wanted)
        {
            string form = Form(type == TensorType.F32 ? ScalarType.Float32 : ScalarType.BFloat16, tensor.Shape);
            if (!found.TryGetValue(tensor.Name, out Tensor? loaded))
            {
                yield return $"{tensor.Name} is missing";
            }
            else if (Form(loaded.dtype, loaded.shape) != form)
            {
                yield return $"{tensor.Name} is {Form(loaded.dtype, loaded.shape)} instead of {form}";
            }
            else if (!loaded.bytes.SequenceEqual(tensor.Payload(type)))
            {
                yield return $"{tensor.Name} has other values";
            }
        }
    }

    private static string Form(ScalarType type, IEnumerable<long> shape) => $"{type} [{string.Join(", ", shape)}]";

    private static float[] Decoded(TensorInfo tensor, byte[] payload)
    {
        if (tensor.Type == TensorType.F32)
        {
            return MemoryMarshal.Cast<byte, float>(payload).ToArray();
        }

        float[] values = new float[tensor.ElementCount];
        Ggml.Decode((int)TensorTypes.Get(tensor.Type).GgmlId!, payload, values);
        return values;
    }
}
