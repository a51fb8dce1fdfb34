using System.Globalization;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Benchmarks;

/// <summary>What the finite scan adds to reading and hashing, and how fast payloads decode; on one thread.</summary>
internal sealed class ScanBenchmark(string directory, int rounds)
{
    private const int Elements = 128 << 20;
    private const int ChunkElements = 1 << 16;

    private static readonly TensorType[] Types = [
        TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.Q4_K, TensorType.Q6_K, TensorType.Q8_0];

    public void Run()
    {
        Console.WriteLine("| type | read and XXH128 | with finite scan | added | decode |");
        Console.WriteLine("|---|--:|--:|--:|--:|");
        foreach (TensorType type in Types)
        {
            string path = Path.Combine(directory, $"modelpack-benchmark-{type}.bin");
            try
            {
                Measure(type, path);
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    private void Measure(TensorType type, string path)
    {
        long length = Write(type, path);
        using FileByteSource file = new(path);
        Race race = new(rounds);
        race.Add(new("hash", length, () => Hash(file)));
        race.Add(new("scan", length, () => HashAndScan(file, type)));
        race.Add(new("decode", length, () => Decode(file, type)));
        race.Run();
        double hash = race.Best("hash");
        double scan = race.Best("scan");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {type} | {length / hash / 1e9:0.0} GB/s | {length / scan / 1e9:0.0} GB/s | {(scan / hash) - 1:P0} | "
                + $"{Elements / race.Best("decode") / 1e9:0.00} G elements/s |"));
    }

    private static int ChunkBytes(TensorType type) =>
        ChunkElements / TensorTypes.Get(type).BlockElements * TensorTypes.Get(type).BlockBytes;

    private static long Write(TensorType type, string path)
    {
        Random random = new(1);
        byte[] chunk = new byte[ChunkBytes(type)];
        using FileStream stream = File.Create(path);
        for (int i = 0; i < Elements / ChunkElements; i++)
        {
            SampleModel.FillPayload(type, chunk, random);
            stream.Write(chunk);
        }

        return stream.Length;
    }

    private static void Hash(FileByteSource file) => FileHash.Xxh128(file, CancellationToken.None);

    private static void HashAndScan(FileByteSource file, TensorType type)
    {
        TensorTypeInfo info = TensorTypes.Get(type);
        FiniteTally tally = default;
        Xxh128 hash = new();
        byte[] buffer = new byte[Chunks.Size / info.BlockBytes * info.BlockBytes];
        for (long offset = 0; offset < file.Length; offset += buffer.Length)
        {
            Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, file.Length - offset));
            file.ReadAt(offset, chunk);
            hash.Append(chunk);
            FiniteScan.Scan(type, chunk, offset / info.BlockBytes * info.BlockElements, ref tally);
        }

        if (!tally.IsFinite)
        {
            throw new InvalidOperationException("the sample was to be finite");
        }
    }

    private static void Decode(FileByteSource file, TensorType type)
    {
        float[] values = new float[ChunkElements];
        byte[] chunk = new byte[ChunkBytes(type)];
        for (long offset = 0; offset < file.Length; offset += chunk.Length)
        {
            file.ReadAt(offset, chunk);
            TensorDecoder.Decode(type, chunk, values);
        }
    }
}
