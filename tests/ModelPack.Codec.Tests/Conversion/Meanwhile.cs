namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Something that happens once, after an output was written and before it has its names.</summary>
internal sealed class Meanwhile(Action action) : IProgress<ConversionProgress>
{
    private int seen;

    public void Report(ConversionProgress value)
    {
        if (value.Phase == ConversionPhase.Proving && Interlocked.Exchange(ref seen, 1) == 0)
        {
            action();
        }
    }
}
