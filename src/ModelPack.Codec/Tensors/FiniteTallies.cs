namespace ModelPack.Tensors;

/// <summary>What a finite scan found, tensor by tensor. Only tensors of which there is something to say take memory: most models have
/// none.</summary>
/// <param name="tensors">Number of tensors.</param>
internal sealed class FiniteTallies(int tensors)
{
    private readonly Found?[] found = new Found?[tensors];

    /// <summary>What was found in a tensor.</summary>
    public FiniteTally this[int tensor] => found[tensor]?.Tally ?? default;

    /// <summary>The tensors in which not everything is finite.</summary>
    public IEnumerable<int> NonFinite => Enumerable.Range(0, found.Length).Where(tensor => found[tensor] is { Tally.IsFinite: false });

    /// <summary>Adds what a scan of a part of a tensor found.</summary>
    public void Merge(int tensor, in FiniteTally tally) => (found[tensor] ??= new()).Tally.Merge(tally);

    private sealed class Found
    {
        public FiniteTally Tally;
    }
}
