using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Benchmarks;

/// <summary>Writes a GGUF file as real ones are: a llama-like model in the Q4_K_M mix with a vocabulary of 32,000 tokens. The same file
/// each time.</summary>
internal static class SampleModel
{
    private const int Layers = 32;
    private const int Vocabulary = 32_000;
    private const int SmallTensorCount = 100_000;
    private const int Seed = 20_240_229;

    /// <summary>Writes a model of about a size.</summary>
    public static void Write(string path, long size)
    {
        int width = 256;
        while (width < 8192 && LayerBytes(width * 2, 256) < size / 2)
        {
            width *= 2;
        }

        int feedForward = 256;
        while (LayerBytes(width, feedForward + 256) <= size)
        {
            feedForward += 256;
        }

        WriteFile(path, Metadata(), Tensors(width, feedForward));
    }

    /// <summary>Writes a model of very many tensors of a few kilobytes.</summary>
    public static void WriteSmallTensors(string path) => WriteFile(path, Metadata(), Enumerable.Range(0, SmallTensorCount)
        .Select(i => Tensor($"blk.{i}.ffn_up.weight", i % 2 == 0 ? TensorType.Q4_K : TensorType.F32, 2, 256 * (1 + (i % 3)))));

    /// <summary>Random bytes of a payload whose scales are those of real weights, so that nothing in it is NaN or infinite.</summary>
    public static void FillPayload(TensorType type, Span<byte> payload, Random random)
    {
        random.NextBytes(payload);
        int block = TensorTypes.Get(type).BlockBytes;
        switch (type)
        {
            case TensorType.F32:
                foreach (ref uint value in MemoryMarshal.Cast<byte, uint>(payload))
                {
                    value = (value & 0x807F_FFFF) | 0x3C00_0000;
                }

                break;
            case TensorType.F16 or TensorType.BF16:
                foreach (ref ushort value in MemoryMarshal.Cast<byte, ushort>(payload))
                {
                    value = (ushort)((value & 0x83FF) | 0x2400);
                }

                break;
            case TensorType.Q4_K:
                FillScales(payload, block, 0);
                FillScales(payload, block, 2);
                break;
            case TensorType.Q6_K:
                FillScales(payload, block, 208);
                break;
            case TensorType.I8 or TensorType.I16 or TensorType.I32 or TensorType.I64:
                break;
            case TensorType.Q8_0 or TensorType.Q5_0:
                FillScales(payload, block, 0);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    private static void FillScales(Span<byte> payload, int block, int offset)
    {
        for (int at = offset; at < payload.Length; at += block)
        {
            Span<byte> half = payload.Slice(at, 2);
            BinaryPrimitives.WriteUInt16LittleEndian(half, (ushort)((BinaryPrimitives.ReadUInt16LittleEndian(half) & 0x83FF) | 0x0C00));
        }
    }

    private static long LayerBytes(int width, int feedForward) => Tensors(width, feedForward).Sum(tensor => tensor.ByteLength);

    private static IEnumerable<StoredTensor> Tensors(int width, int feedForward)
    {
        yield return Tensor("token_embd.weight", TensorType.Q4_K, Vocabulary, width);
        yield return Tensor("output_norm.weight", TensorType.F32, width);
        yield return Tensor("output.weight", TensorType.Q6_K, Vocabulary, width);
        for (int layer = 0; layer < Layers; layer++)
        {
            TensorType wide = layer % 2 == 0 ? TensorType.Q6_K : TensorType.Q4_K;
            yield return Tensor($"blk.{layer}.attn_norm.weight", TensorType.F32, width);
            yield return Tensor($"blk.{layer}.attn_q.weight", TensorType.Q4_K, width, width);
            yield return Tensor($"blk.{layer}.attn_k.weight", TensorType.Q4_K, width / 4, width);
            yield return Tensor($"blk.{layer}.attn_v.weight", wide, width / 4, width);
            yield return Tensor($"blk.{layer}.attn_output.weight", TensorType.Q4_K, width, width);
            yield return Tensor($"blk.{layer}.ffn_norm.weight", TensorType.F32, width);
            yield return Tensor($"blk.{layer}.ffn_gate.weight", TensorType.Q4_K, feedForward, width);
            yield return Tensor($"blk.{layer}.ffn_up.weight", TensorType.Q4_K, feedForward, width);
            yield return Tensor($"blk.{layer}.ffn_down.weight", wide, width, feedForward);
        }
    }

    public static StoredTensor Tensor(string name, TensorType type, params ImmutableArray<long> shape) =>
        TensorTypes.Get(type).TryGetPayloadBytes(shape.AsSpan(), out long bytes)
            ? new(name, type, shape, bytes)
            : throw new ArgumentException($"{type} cannot have the shape of '{name}'");

    private static List<MetadataEntry> Metadata()
    {
        string[] tokens = [.. Enumerable.Range(0, Vocabulary).Select(i => $"▁{Convert.ToString(i * 7919L % Vocabulary, 16)}{i}")];
        return
        [
            new("general.architecture", GgufValue.FromString("llama")),
            new("general.name", GgufValue.FromString("benchmark")),
            new("general.quantization_version", GgufValue.FromUInt32(2)),
            new("llama.block_count", GgufValue.FromUInt32(Layers)),
            new("tokenizer.ggml.model", GgufValue.FromString("llama")),
            new("tokenizer.ggml.tokens", GgufValue.FromStrings(tokens)),
            new("tokenizer.ggml.scores", GgufValue.FromArray<float>([.. Enumerable.Range(0, Vocabulary).Select(i => (float)-i)])),
            new("tokenizer.ggml.token_type", GgufValue.FromArray<int>([.. Enumerable.Repeat(1, Vocabulary)])),
        ];
    }

    /// <summary>Writes metadata and tensors with random payloads.</summary>
    public static void WriteFile(string path, List<MetadataEntry> metadata, IEnumerable<StoredTensor> tensors)
    {
        GgufModel model = new() { Metadata = metadata, Tensors = [.. tensors] };
        FilePlan plan = GgufWriter.Plan(model);
        Random random = new(Seed);
        byte[] buffer = new byte[1 << 22];
        using FileStream file = File.Create(path);
        foreach (Segment segment in plan.Segments)
        {
            switch (segment)
            {
                case LiteralSegment literal:
                    file.Write(literal.Bytes.Span);
                    break;
                case PayloadSegment payload:
                    WritePayload(file, model.Tensors[payload.Tensor], buffer, random);
                    break;
                default:
                    file.Write(new byte[segment.Length]);
                    break;
            }
        }
    }

    private static void WritePayload(FileStream file, StoredTensor tensor, byte[] buffer, Random random)
    {
        int block = TensorTypes.Get(tensor.Type).BlockBytes;
        for (long left = tensor.ByteLength; left > 0;)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length / block * block));
            FillPayload(tensor.Type, part, random);
            file.Write(part);
            left -= part.Length;
        }
    }
}
