using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ModelPack.Codec.Tests.Formats.Apr;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>A tensor of a model made for a test.</summary>
internal sealed record TestTensor(string Name, TensorType Type, ImmutableArray<long> Shape, byte[] Bytes)
{
    public static TestTensor F32(string name, params float[] values) =>
        new(name, TensorType.F32, [values.Length], MemoryMarshal.AsBytes<float>(values).ToArray());

    public static TestTensor Random(string name, TensorType type, int seed, params ReadOnlySpan<long> shape)
    {
        Assert.IsTrue(TensorTypes.Get(type).TryGetPayloadBytes(shape, out long length));
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return new(name, type, [.. shape], bytes);
    }

    public TensorInfo At(long offset) => new() { Name = Name, Type = Type, Shape = Shape, Offset = offset, ByteLength = Bytes.Length };
}

/// <summary>Models in memory.</summary>
internal static class TestModels
{
    public static string Qwen { get; } = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");

    public static byte[] SafeTensorsBytes(IReadOnlyList<TestTensor> tensors, params (string Key, string Value)[] metadata) =>
        AprPlanRunner.Run(
        SafeTensorsWriter.Plan(new(
            [.. metadata.Select(pair => new SafeTensorsModelEntry(pair.Key, pair.Value))],
            [.. tensors.Select(tensor => new StoredTensor(tensor.Name, tensor.Type, tensor.Shape, tensor.Bytes.Length))])),
        [.. tensors.Select(tensor => tensor.Bytes)]);

    public static ModelFile SafeTensors(params TestTensor[] tensors) => Open(SafeTensorsBytes(tensors), ModelFormat.SafeTensors);

    public static byte[] GgufBytes(IReadOnlyList<TestTensor> tensors, params (string Key, GgufValue Value)[] metadata) => AprPlanRunner.Run(
        GgufWriter.Plan(new()
        {
            Metadata = [.. metadata.Select(pair => new MetadataEntry(pair.Key, pair.Value))],
            Tensors = [.. tensors.Select(tensor => new StoredTensor(tensor.Name, tensor.Type, tensor.Shape, tensor.Bytes.Length))],
        }),
        [.. tensors.Select(tensor => tensor.Bytes)]);

    public static ModelFile Gguf(params TestTensor[] tensors) => Open(GgufBytes(tensors), ModelFormat.Gguf);

    public static ModelFile GgufWith(params (string Key, GgufValue Value)[] metadata) =>
        Open(GgufBytes([TestTensor.F32("w", 1)], metadata), ModelFormat.Gguf);

    public static ModelFile Open(byte[] bytes, ModelFormat format) =>
        ModelFiles.Open(new MemoryByteSource(bytes, $"test.{format.Extension()}"), format);
}
