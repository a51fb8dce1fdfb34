using System.Buffers.Binary;
using System.Collections.Immutable;
using ModelPack.Conversion.Pipeline;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Conversion.Pipeline;

/// <summary>A file of random gaps and payloads, some much smaller than a window and some that fill several, and an output with the payloads
/// in another order.</summary>
internal sealed class RandomLayout
{
    private static readonly TensorType[] Types = [TensorType.F32, TensorType.F16, TensorType.Q4_K, TensorType.Q6_K, TensorType.I8];

    public RandomLayout(int seed)
    {
        Random = new(seed);
        int count = Random.Next(1, 40);
        Tensors = new TensorInfo[count];
        NonFinite = new long[count];
        List<byte> bytes = [.. Noise(Random.Next(100))];
        for (int i = 0; i < count; i++)
        {
            TensorTypeInfo type = TensorTypes.Get(Types[Random.Next(Types.Length)]);
            int limit = i % 10 == 0 ? 3 * Chunks.Size : 4000;
            int blocks = Random.Next(1, Math.Max(2, limit / type.BlockBytes));
            bool isBig = type.Type != TensorType.I8 && Random.Next(4) == 0;
            byte[] payload = Payload(type.Type, blocks, out NonFinite[i]);
            if (isBig)
            {
                PayloadByteOrder.Reverse(type.Type, payload);
            }

            Tensors[i] = new()
            {
                Name = $"t{i}",
                Type = type.Type,
                Shape = ImmutableArray.Create((long)blocks * type.BlockElements),
                Offset = bytes.Count,
                ByteLength = payload.Length,
                ByteOrder = isBig ? ByteOrder.BigEndian : ByteOrder.LittleEndian,
            };
            bytes.AddRange(payload);
            bytes.AddRange(Noise(Random.Next(3) == 0 ? 0 : Random.Next(64)));
        }

        Bytes = [.. bytes];
        Destinations = new long?[count];
        int[] order = [.. Enumerable.Range(0, count)];
        Random.Shuffle(order);
        foreach (int i in order)
        {
            Destinations[i] = OutputLength;
            OutputLength += Tensors[i].ByteLength;
        }
    }

    public Random Random { get; }

    public byte[] Bytes { get; }

    public TensorInfo[] Tensors { get; }

    public long[] NonFinite { get; }

    public long?[] Destinations { get; }

    public long OutputLength { get; }

    public byte[] Payload(int tensor) => Bytes.AsSpan((int)Tensors[tensor].Offset, (int)Tensors[tensor].ByteLength).ToArray();

    public byte[] Output()
    {
        byte[] output = new byte[OutputLength];
        for (int i = 0; i < Tensors.Length; i++)
        {
            Payload(i).CopyTo(output, Destinations[i]!.Value);
        }

        return output;
    }

    public PassRequest Request(int threads) => new()
    {
        Source = new MemoryByteSource(Bytes),
        Ranges = FileRange.Cover(Tensors, Bytes.Length),
        Tensors = Tensors,
        Destinations = Destinations,
        Threads = threads,
    };

    // Finite but for a few elements of plain types.
    private byte[] Payload(TensorType type, int blocks, out long nonFinite)
    {
        int block = TensorTypes.Get(type).BlockBytes;
        byte[] payload = Noise(blocks * block);
        int half = type == TensorType.Q6_K ? 208 : 0;
        nonFinite = 0;
        for (int at = 0; at < payload.Length && type != TensorType.I8; at += block)
        {
            bool isBad = type is TensorType.F32 or TensorType.F16 && Random.Next(1000) == 0;
            nonFinite += isBad ? 1 : 0;
            if (type == TensorType.F32)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(
                    payload.AsSpan(at), isBad ? 0x7F80_0001u : 0x3F80_0000u + (uint)Random.Next(1 << 20));
            }
            else
            {
                BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(at + half), isBad ? (ushort)0xFC00 : (ushort)Random.Next(0x7C00));
            }

            if (type == TensorType.Q4_K)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(at + 2), (ushort)Random.Next(0x7C00));
            }
        }

        return payload;
    }

    private byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        Random.NextBytes(bytes);
        return bytes;
    }
}
