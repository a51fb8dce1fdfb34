namespace ModelPack.Tool.Output;

/// <summary>The bins of magnitudes that a model uses.</summary>
/// <param name="First">The lowest bin in use.</param>
/// <param name="Count">Bins from there to the highest in use, at least one.</param>
internal readonly record struct MagnitudeRange(int First, int Count)
{
    private const int Bins = 64;
    private const int ExponentOfFirstBin = -48;

    public static int Exponent(int bin) => bin + ExponentOfFirstBin;

    public static MagnitudeRange Of(IEnumerable<TensorSummary> tensors)
    {
        int first = Bins;
        int last = -1;
        foreach (TensorSummary tensor in tensors.Where(tensor => tensor.Statistics is not null))
        {
            for (int bin = 0; bin < Bins; bin++)
            {
                if (tensor.Statistics!.Magnitudes[bin] > 0)
                {
                    first = Math.Min(first, bin);
                    last = Math.Max(last, bin);
                }
            }
        }

        return last < 0 ? new(-ExponentOfFirstBin, 1) : new(first, last - first + 1);
    }
}
