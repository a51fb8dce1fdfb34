using ModelPack.Diagnostics;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Pipeline;

/// <summary>
/// The finite check of payloads that are computed, or kept in a record: no tensor that was read shows whether they hold NaN or infinity.
/// What is only moved was looked at where it was read, but for codes: these have no values before they meet their scales.
/// </summary>
internal sealed class MadeScan
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<int, (TensorInfo Tensor, FiniteTally Tally)> bad = [];

    /// <summary>Whether a payload has to be looked at once it is made.</summary>
    public static bool IsNeeded(PayloadRecipe recipe) =>
        recipe is LiteralPayload or WidenedPayload or NarrowedPayload or ShiftedPayload or ScaledPayload or ComputedPayload
            or NibblesPayload
        || recipe.Inner.Any(IsNeeded);

    /// <summary>Begins to look at a payload; null if nothing can be said of its values.</summary>
    public static Values? Begin(TensorInfo? tensor) => tensor is null || !TensorWork.CanScan(tensor) ? null : new(tensor);

    /// <summary>Keeps what was found.</summary>
    public void Add(int payload, Values values)
    {
        FiniteTally tally = values.Finish();
        if (!tally.IsFinite)
        {
            lock (gate)
            {
                bad.Add(payload, (values.Tensor, tally));
            }
        }
    }

    /// <exception cref="ModelPackException">Something is not finite.</exception>
    public void Ensure(ModelFile source)
    {
        if (bad.Count > 0)
        {
            (TensorInfo tensor, FiniteTally tally) = bad.Values.First();
            string others = bad.Count > 1 ? $"; {Plural.Of(bad.Count - 1, "other tensor")} would have some too" : "";
            throw new ModelPackException(
                ConversionErrors.NonFinite,
                $"the output would hold what the source does not show: {FiniteReport.Describe(tensor, tally)}{others}")
            {
                FilePath = source.Source.Name,
                TensorName = tensor.Name,
            };
        }
    }

    /// <summary>Looks at one payload that comes in chunks of any length.</summary>
    internal sealed class Values(TensorInfo tensor)
    {
        private readonly FiniteScanner scanner = FiniteScanner.For(tensor.Type, tensor.Shape.AsSpan());
        private byte[] pending = [];
        private FiniteTally tally;
        private long position;

        public TensorInfo Tensor => tensor;

        /// <summary>Takes the next bytes. What does not fill a block waits for the rest of it.</summary>
        public void Add(ReadOnlySpan<byte> chunk)
        {
            bool isReversed = tensor.ByteOrder == ByteOrder.BigEndian && PayloadByteOrder.Support(tensor.Type) == ByteSwapSupport.Exact;
            if (pending.Length > 0 || isReversed || chunk.Length % scanner.Granularity != 0)
            {
                byte[] joined = [.. pending, .. chunk];
                int whole = joined.Length - (joined.Length % Unit);
                pending = joined[whole..];
                if (isReversed)
                {
                    PayloadByteOrder.Reverse(tensor.Type, joined.AsSpan(0, whole));
                }

                chunk = joined.AsSpan(0, whole);
            }

            scanner.Scan(position, chunk, ref tally);
            position += chunk.Length;
        }

        /// <summary>What was found once all bytes were taken.</summary>
        public FiniteTally Finish()
        {
            scanner.Scan(position, pending, ref tally);
            return tally;
        }

        private int Unit => Math.Max(scanner.Granularity, TensorTypes.Get(tensor.Type).BlockBytes);
    }
}
