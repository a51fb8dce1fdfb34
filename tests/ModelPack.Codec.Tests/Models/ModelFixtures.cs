using ModelPack.Codec.Tests.Formats.Gguf;

namespace ModelPack.Codec.Tests.Models;

/// <summary>Small models for the tests of the front door.</summary>
internal static class ModelFixtures
{
    public static string Gguf(string name) => RepositoryData.Path("corpus", "gguf", "valid", name + ".gguf");

    public static string Apr(string name) => RepositoryData.Path("corpus", "apr", "valid", name + ".apr");

    public static string SafeTensors(string name) => RepositoryData.Path("corpus", "safetensors", "valid", name);

    public static string Small => RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");

    /// <summary>A GGUF file of one tensor.</summary>
    public static byte[] OfOne(TensorType type, ReadOnlySpan<byte> payload, params ReadOnlySpan<ulong> dimensions) =>
        new GgufBytes().Header(1, 0).Record("t", (uint)TensorTypes.Get(type).GgmlId!.Value, 0, dimensions).Pad().Raw(payload).Pad()
        .ToArray();

    public static uint[] Bits(ReadOnlySpan<float> values)
    {
        uint[] bits = new uint[values.Length];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = BitConverter.SingleToUInt32Bits(values[i]);
        }

        return bits;
    }
}
