using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using ModelPack.Tensors;

namespace ModelPack.Benchmarks;

/// <summary>What the library's door costs: all values of a SafeTensors file, beside a plain reader; and blocks, beside the decoder
/// within.</summary>
internal sealed class DoorBenchmark(string directory, int rounds)
{
    private const int Tensors = 29;
    private const int Columns = 1024;
    private const int Rows = 4096;
    private const int Blocks = 1 << 16;

    private float sink;

    public void Run()
    {
        string path = Path.Combine(directory, "modelpack-door.safetensors");
        try
        {
            Reading(path);
        }
        finally
        {
            File.Delete(path);
        }

        Decoding();
    }

    private void Reading(string path)
    {
        Write(path);
        long length = new FileInfo(path).Length;
        float[] buffer = new float[Rows * Columns];
        using Model model = Model.Open(path);
        Race race = new(rounds);
        race.Add(new("plain reader", length, () => Plain(path, buffer)));
        race.Add(new("CopyTo, one buffer", length, () => Measured("CopyTo", () =>
        {
            foreach (Tensor tensor in model.Tensors)
            {
                tensor.CopyTo(buffer);
                Use(buffer);
            }
        })));
        race.Add(new("Rows of 256", length, () => Measured("Rows", () =>
        {
            foreach (Tensor tensor in model.Tensors)
            {
                for (long row = 0; row < Rows; row += 256)
                {
                    tensor.Slice(row, 256).CopyTo(buffer);
                    Use(buffer.AsSpan(0, 256 * Columns));
                }
            }
        })));
        race.Add(new("TryGetSpan", length, () => Measured("spans", () =>
        {
            foreach (Tensor tensor in model.Tensors)
            {
                _ = tensor.TryGetSpan(out ReadOnlySpan<float> values) ? 0 : throw new InvalidOperationException("not lent");
                Use(values);
            }
        })));
        race.Add(new("ToSingles, new arrays", length, () =>
        {
            foreach (Tensor tensor in model.Tensors)
            {
                Use(tensor.ToSingles());
            }
        }));
        race.Run();
        race.Print("plain reader");
        foreach ((string name, long bytes) in allocated)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {bytes:N0} bytes allocated for the whole file"));
        }
    }

    private readonly SortedDictionary<string, long> allocated = new(StringComparer.Ordinal);

    private void Measured(string name, Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        allocated[name] = GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // The header is skipped; the payloads lie one behind the other.
    private void Plain(string path, float[] buffer)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        byte[] length = new byte[8];
        file.ReadExactly(length);
        file.Position = 8 + BitConverter.ToInt64(length);
        for (int tensor = 0; tensor < Tensors; tensor++)
        {
            file.ReadExactly(MemoryMarshal.AsBytes(buffer.AsSpan()));
            Use(buffer);
        }
    }

    // Every value is looked at, so that a span that was lent is read too.
    private void Use(ReadOnlySpan<float> values)
    {
        Vector<float> sum = Vector<float>.Zero;
        foreach (Vector<float> some in MemoryMarshal.Cast<float, Vector<float>>(values))
        {
            sum += some;
        }

        sink += Vector.Sum(sum);
    }

    private static void Write(string path)
    {
        float[] values = new float[Rows * Columns];
        Random random = new(1);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextSingle();
        }

        ModelBuilder builder = new(ModelFormat.SafeTensors);
        for (int tensor = 0; tensor < Tensors; tensor++)
        {
            builder.Add($"t{tensor}", [Rows, Columns], values);
        }

        builder.Save(path, new() { Existing = ExistingTarget.Replace });
    }

    private void Decoding()
    {
        byte[] blocks = new byte[Blocks * TensorTypes.Get(TensorType.Q4_K).BlockBytes];
        SampleModel.FillPayload(TensorType.Q4_K, blocks, new Random(1));
        float[] values = new float[TensorDecoder.DecodedLength(TensorType.Q4_K, blocks.Length)];
        Race race = new(rounds);
        race.Add(new("decoder within", blocks.Length, () => TensorDecoder.Decode(TensorType.Q4_K, blocks, values)));
        race.Add(new("TensorDecoder.Decode", blocks.Length, () => TensorDecoder.Decode(TensorType.Q4_K, blocks, values)));
        race.Run();
        race.Print("decoder within");
        GC.KeepAlive(sink);
    }
}
