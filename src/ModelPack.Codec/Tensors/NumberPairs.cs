namespace ModelPack.Tensors;

/// <summary>Walks the decoded values of two tensors side by side: their chunks need not be of one length.</summary>
internal static class NumberPairs
{
    /// <summary>Takes the values of both from an element on.</summary>
    /// <returns>False to stop there.</returns>
    public delegate bool Take(long element, ReadOnlySpan<double> first, ReadOnlySpan<double> second);

    /// <param name="firstSource">What holds the first tensor.</param>
    /// <param name="first">The first tensor.</param>
    /// <param name="secondSource">What holds the second tensor.</param>
    /// <param name="second">The second tensor, of as many elements.</param>
    /// <param name="take">Called in the order of the elements.</param>
    /// <param name="cancellation">Looked at before each chunk.</param>
    public static void Walk(
        ByteSource firstSource, TensorInfo first, ByteSource secondSource, TensorInfo second, Take take, CancellationToken cancellation)
    {
        using NumberReader own = new(firstSource, first);
        using NumberReader other = new(secondSource, second);
        ReadOnlySpan<double> left = default;
        ReadOnlySpan<double> right = default;
        for (long element = 0; element < first.ElementCount;)
        {
            cancellation.ThrowIfCancellationRequested();
            left = left.IsEmpty ? own.Next() : left;
            right = right.IsEmpty ? other.Next() : right;
            int common = Math.Min(left.Length, right.Length);
            if (!take(element, left[..common], right[..common]))
            {
                return;
            }

            left = left[common..];
            right = right[common..];
            element += common;
        }
    }
}
