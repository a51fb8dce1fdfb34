using ModelPack.IO;
using ModelPack.IO.Output;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Pipeline;

/// <summary>A payload of the output that is made of several reads of the source.</summary>
/// <param name="Payload">Its number in the layout.</param>
/// <param name="Offset">Where it goes in the output.</param>
/// <param name="Recipe">How it is made.</param>
/// <param name="Values">The tensor of the output, if its values have to be looked at once they are made.</param>
internal sealed record MadePayload(int Payload, long Offset, PayloadRecipe Recipe, TensorInfo? Values = null);

/// <summary>Sums of a payload.</summary>
internal readonly record struct PayloadSum(Hash128 Xxh128, uint Crc32);

/// <summary>Makes payloads, several at once and each from its first byte to its last, in chunks.</summary>
internal static class MadePayloads
{
    /// <summary>Makes the payloads.</summary>
    /// <returns>The sums of each.</returns>
    public static PayloadSum[] Make(ModelFile source, IReadOnlyList<MadePayload> payloads, CancellationToken cancellation) =>
        Make(source, payloads, stored => source.OpenPayload(stored.Tensor), output: null, scan: null, progress: null, cancellation);

    /// <summary>Makes the payloads, and writes them if there is an output.</summary>
    /// <param name="source">The source.</param>
    /// <param name="payloads">What is to be made.</param>
    /// <param name="stored">Where a payload of the source is read.</param>
    /// <param name="output">What is written.</param>
    /// <param name="scan">Takes what is not finite; null if nobody asks.</param>
    /// <param name="progress">Hears how many bytes were made.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The sums of each.</returns>
    public static PayloadSum[] Make(
        ModelFile source,
        IReadOnlyList<MadePayload> payloads,
        Func<StoredPayload, ByteSource> stored,
        TemporaryModel? output,
        MadeScan? scan,
        Action<long>? progress,
        CancellationToken cancellation)
    {
        PayloadSum[] sums = new PayloadSum[payloads.Count];
        Workers.Counter counter = new(progress, payloads.Sum(payload => payload.Recipe.Length));
        Workers.ForEach(
            [.. Enumerable.Range(0, sums.Length).OrderByDescending(i => payloads[i].Recipe.Length)],
            (i, stop) => sums[i] = Make(source, payloads[i], RecipeSource.Open(payloads[i].Recipe, stored), output, scan, counter, stop),
            cancellation);
        return sums;
    }

    /// <summary>Whether a file holds the payloads at their places.</summary>
    public static bool AreIn(ByteSource expected, ModelFile source, IReadOnlyList<MadePayload> payloads, CancellationToken cancellation)
    {
        int different = 0;
        Workers.ForEach(
            payloads,
            (payload, stop) =>
            {
                if (Volatile.Read(ref different) == 0 && !IsIn(expected, source, payload, stop))
                {
                    Volatile.Write(ref different, 1);
                }
            },
            cancellation);
        return different == 0;
    }

    /// <summary>The bytes that a recipe makes of a file's payloads.</summary>
    public static ByteSource Open(ModelFile source, PayloadRecipe recipe) =>
        RecipeSource.Open(recipe, stored => source.OpenPayload(stored.Tensor));

    private static bool IsIn(ByteSource expected, ModelFile source, MadePayload payload, CancellationToken cancellation) =>
        payload.Offset <= expected.Length - payload.Recipe.Length
        && ByteComparison.FirstDifference(
            Open(source, payload.Recipe), new RangeByteSource(expected, payload.Offset, payload.Recipe.Length), cancellation) is null;

    private static PayloadSum Make(
        ModelFile source, MadePayload payload, ByteSource bytes, TemporaryModel? output, MadeScan? scan, Workers.Counter counter,
        CancellationToken cancellation)
    {
        Xxh128 hash = new();
        uint crc = 0;
        long position = payload.Offset;
        MadeScan.Values? values = scan is null ? null : MadeScan.Begin(payload.Values);
        try
        {
            FileHash.ForEachChunk(
                bytes,
                chunk =>
                {
                    values?.Add(chunk);
                    hash.Append(chunk);
                    crc = Crc32Combiner.Combine(crc, Crc32Sum.Of(chunk), chunk.Length);
                    output?.Write(chunk, position);
                    position += chunk.Length;
                    counter.Add(chunk.Length);
                },
                cancellation);
        }
        catch (ModelPackException exception) when (exception.FilePath is null)
        {
            // A recipe knows neither file nor tensor.
            string? tensor = payload.Recipe.Tensors().Select(tensor => source.AllTensors[tensor].Name).FirstOrDefault();
            throw new ModelPackException(
                exception.Code, exception.Detail, exception) { FilePath = source.Source.Name, TensorName = tensor };
        }

        if (values is not null)
        {
            scan!.Add(payload.Payload, values);
        }

        return new(hash.Finish(), crc);
    }
}
