namespace ModelPack.Interop.Tests.Models;

/// <summary>Attention with grouped queries: head h reads the keys and values of head h · kvHeads / heads.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Heads of keys and values.</param>
/// <param name="HeadLength">Length of a query and of a key.</param>
internal sealed record Attention(int Heads, int KeyValueHeads, int HeadLength)
{
    /// <summary>What q·k is multiplied with.</summary>
    public double Scale { get; init; } = 1 / Math.Sqrt(HeadLength);

    /// <summary>The cap c of c · tanh(score / c), or null.</summary>
    public double? SoftCap { get; init; }

    /// <summary>How many positions, with its own, a query sees.</summary>
    public int Window { get; init; } = int.MaxValue;

    /// <summary>False if a query sees what comes behind it too.</summary>
    public bool IsCausal { get; init; } = true;

    /// <summary>For each position the values of all heads, one behind the other.</summary>
    public double[][] Run(double[][] queries, double[][] keys, double[][] values) =>
        [.. queries.Select(
            (query, position) => Enumerable.Range(0, Heads).SelectMany(head => Head(head, position, query, keys, values)).ToArray())];

    private double[] Head(int head, int position, double[] query, double[][] keys, double[][] values)
    {
        int group = head * KeyValueHeads / Heads;
        int first = Math.Max(0, position - Window + 1);
        int last = IsCausal ? position : keys.Length - 1;
        int valueLength = values[0].Length / KeyValueHeads;
        double[] weights = Arithmetic.Softmax(
            [.. Enumerable.Range(first, last - first + 1).Select(past => Score(head, group, query, keys[past]))]);
        double[] sum = new double[valueLength];
        for (int past = first; past <= last; past++)
        {
            for (int i = 0; i < valueLength; i++)
            {
                sum[i] += weights[past - first] * values[past][(group * valueLength) + i];
            }
        }

        return sum;
    }

    private double Score(int head, int group, double[] query, double[] key)
    {
        double sum = 0;
        for (int i = 0; i < HeadLength; i++)
        {
            sum += query[(head * HeadLength) + i] * key[(group * HeadLength) + i];
        }

        return SoftCap is { } cap ? Arithmetic.SoftCap(sum * Scale, cap) : sum * Scale;
    }
}
