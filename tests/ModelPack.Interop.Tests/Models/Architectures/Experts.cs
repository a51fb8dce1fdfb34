namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Mixtures of experts: how they are chosen, and how GGUF holds them.</summary>
internal static class Experts
{
    /// <summary>Σ pₑ · expertₑ(x) over the largest of p = softmax(router x), whose sum is made 1 if so asked.</summary>
    public static double[] Mix(double[] router, int used, bool normalize, Func<int, double[]> expert)
    {
        double[] p = Arithmetic.Softmax(router);
        return Mix(p, Largest(p, used), normalize, expert);
    }

    /// <summary>Σ pₑ · expertₑ(x) over the chosen experts.</summary>
    public static double[] Mix(double[] p, int[] chosen, bool normalize, Func<int, double[]> expert)
    {
        double sum = normalize ? chosen.Sum(index => p[index]) : 1;
        return chosen.Select(index => Arithmetic.Scale(expert(index), p[index] / sum)).Aggregate(Arithmetic.Add);
    }

    /// <summary>The places of the largest scores.</summary>
    public static int[] Largest(double[] scores, int count) =>
        [.. Enumerable.Range(0, scores.Length).OrderByDescending(index => scores[index]).Take(count)];

    /// <summary>Replaces the tensors <c>….experts.N.…</c> by stacks without the number (hf-companions.md §3.2, T9).</summary>
    public static IEnumerable<ModelTensor> Stack(IEnumerable<ModelTensor> tensors, string separator)
    {
        foreach (IGrouping<string, ModelTensor> group in tensors.GroupBy(tensor => NameOfStack(tensor.Name, separator)))
        {
            ModelTensor[] members = [.. group.OrderBy(tensor => NumberOf(tensor.Name, separator))];
            yield return members.Length == 1 && group.Key == members[0].Name
                ? members[0]
                : new(group.Key, [members.Length, .. members[0].Shape], [.. members.SelectMany(member => member.Values)]);
        }
    }

    private static string NameOfStack(string name, string separator)
    {
        int at = name.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? name : name[..(at + separator.Length)] + name[name.IndexOf('.', at + separator.Length)..];
    }

    private static int NumberOf(string name, string separator)
    {
        int at = name.IndexOf(separator, StringComparison.Ordinal) + separator.Length;
        return at < separator.Length ? 0 : int.Parse(name.AsSpan(at, name.IndexOf('.', at) - at));
    }
}
