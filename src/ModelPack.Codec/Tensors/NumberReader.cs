using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>Reads the values of a tensor as float64, which holds every float32 and every F64 exactly. Not thread-safe.</summary>
internal sealed class NumberReader(ByteSource source, TensorInfo tensor) : IDisposable
{
    private readonly PayloadReader reader = new(source, tensor);
    private readonly double[] values = new double[Math.Min(PayloadReader.ElementsAtOnce, tensor.ElementCount)];
    private long chunk;

    /// <summary>Why the values of a tensor cannot be told as float64; null if they can.</summary>
    public static string? WhyNot(TensorInfo tensor) => tensor.Type == TensorType.F64 ? null : PayloadReader.WhyNotDecoded(tensor);

    /// <summary>Hands out all values of a tensor, some at a time.</summary>
    public static void Walk(ByteSource source, TensorInfo tensor, Action<ReadOnlySpan<double>> take, CancellationToken cancellation)
    {
        using NumberReader reader = new(source, tensor);
        for (long done = 0; done < tensor.ElementCount;)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<double> values = reader.Next();
            done += values.Length;
            take(values);
        }
    }

    /// <summary>The next values, at least one. There are as many in all as the tensor has elements.</summary>
    public ReadOnlySpan<double> Next() => tensor.Type == TensorType.F64 ? NextWide() : NextDecoded();

    public void Dispose() => reader.Dispose();

    private ReadOnlySpan<double> NextWide()
    {
        reader.Read(chunk++);
        Span<double> read = values.AsSpan(0, reader.ToLittleEndian().Length / sizeof(double));
        reader.ToLittleEndian().CopyTo(MemoryMarshal.AsBytes(read));
        if (!BitConverter.IsLittleEndian)
        {
            Span<long> bits = MemoryMarshal.Cast<double, long>(read);
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }

        return read;
    }

    private ReadOnlySpan<double> NextDecoded()
    {
        ReadOnlySpan<float> decoded;
        while (!reader.Decode(out decoded))
        {
            reader.Read(chunk++);
        }

        for (int i = 0; i < decoded.Length; i++)
        {
            values[i] = decoded[i];
        }

        return values.AsSpan(0, decoded.Length);
    }
}
