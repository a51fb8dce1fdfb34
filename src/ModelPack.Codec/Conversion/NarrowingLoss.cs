using System.Buffers.Binary;
using System.Globalization;
using ModelPack.Conversion.Pipeline;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion;

/// <summary>Measures what narrowing to 16 bits cost, value by value: what was to be narrowed against what the output holds, as it was
/// re-read and decoded.</summary>
internal static class NarrowingLoss
{
    /// <summary>Measures every narrowed tensor of an output.</summary>
    /// <param name="conversion">The conversion.</param>
    /// <param name="output">What it wrote.</param>
    /// <param name="options">The largest error that is allowed, and whether infinity is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The loss of each, by its name in the output.</returns>
    /// <exception cref="ModelPackException">A value is further off than allowed, or became infinite.</exception>
    public static IReadOnlyDictionary<string, TensorLoss> Measure(
        TranscodePlan conversion, ModelFile output, ConversionOptions options, CancellationToken cancellation)
    {
        (int Place, OutputTensor Step)[] narrowed = [.. conversion.Read().Index().Where(output => output.Item.Payload is NarrowedPayload)];
        Tally[] tallies = new Tally[narrowed.Length];
        Workers.ForEach(
            [.. Enumerable.Range(0, narrowed.Length).OrderByDescending(i => narrowed[i].Step.Payload.Length)],
            (i, stop) => tallies[i] = Measure(
                conversion.Source, (NarrowedPayload)narrowed[i].Step.Payload, output, output.Tensors[narrowed[i].Place], stop),
            cancellation);
        for (int i = 0; i < narrowed.Length; i++)
        {
            Ensure(tallies[i], narrowed[i].Step, options, conversion.Source.Source.Name);
        }

        return narrowed.Zip(tallies)
            .ToDictionary(pair => pair.First.Step.Name, pair => pair.Second.ToLoss(pair.First.Step.StoredType), StringComparer.Ordinal);
    }

    private static Tally Measure(
        ModelFile source, NarrowedPayload narrowed, ModelFile output, TensorInfo stored, CancellationToken cancellation)
    {
        Tally tally = new();
        long offset = stored.Offset;
        byte[] narrow = new byte[Chunks.Size / 2];
        float[] values = new float[Chunks.Size / sizeof(float)];
        FileHash.ForEachChunk(
            MadePayloads.Open(source, narrowed.Of),
            chunk =>
            {
                int count = chunk.Length / sizeof(float);
                output.Source.ReadAt(offset, narrow.AsSpan(0, 2 * count));
                TensorDecoder.Decode(narrowed.Type, narrow.AsSpan(0, 2 * count), values.AsSpan(0, count));
                tally.Add(chunk, values.AsSpan(0, count));
                offset += 2 * count;
            },
            cancellation);
        return tally;
    }

    private static void Ensure(Tally tally, OutputTensor step, ConversionOptions options, string file)
    {
        bool overflows = double.IsPositiveInfinity(tally.Absolute) && options.NonFinite == NonFinitePolicy.Refuse;
        if (overflows || tally.Absolute > options.Epsilon)
        {
            string limit = options.Epsilon is { } epsilon && !overflows
                ? string.Create(CultureInfo.InvariantCulture, $"more than {epsilon:R} apart")
                : "which is beyond its range";
            throw new ModelPackException(
                ConversionErrors.Lossy,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"element {tally.AbsoluteElement} is {tally.Value:R} and becomes {tally.Narrow:R} in "
                        + $"{TensorTypes.Get(step.StoredType).Name}, {limit}"))
            {
                FilePath = file,
                TensorName = step.Name,
            };
        }
    }

    /// <summary>The largest errors so far. NaN stays NaN, and infinity infinity: neither is an error of rounding.</summary>
    private sealed class Tally
    {
        private long elements;
        private double relative;
        private long relativeElement;

        public double Absolute { get; private set; }

        public long AbsoluteElement { get; private set; }

        public float Value { get; private set; }

        public float Narrow { get; private set; }

        public void Add(ReadOnlySpan<byte> numbers, ReadOnlySpan<float> narrowed)
        {
            for (int i = 0; i < narrowed.Length; i++)
            {
                float value = BinaryPrimitives.ReadSingleLittleEndian(numbers[(i * sizeof(float))..]);
                double error = Math.Abs((double)value - narrowed[i]);
                if (error > Absolute)
                {
                    (Absolute, AbsoluteElement, Value, Narrow) = (error, elements + i, value, narrowed[i]);
                }

                // A value that is zero has no error: both types have it.
                if (error > 0 && error / Math.Abs((double)value) > relative)
                {
                    (relative, relativeElement) = (error / Math.Abs((double)value), elements + i);
                }
            }

            elements += narrowed.Length;
        }

        public TensorLoss ToLoss(TensorType type) => new(TensorTypes.Get(type).Name, Absolute, AbsoluteElement, relative, relativeElement);
    }
}
