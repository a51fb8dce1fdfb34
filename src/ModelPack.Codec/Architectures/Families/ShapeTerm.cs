using System.Collections.Immutable;
using System.Globalization;

namespace ModelPack.Architectures.Families;

/// <summary>A dimension in terms of hyperparameters: a sum of products of fields and numbers, such as
/// <c>num_attention_heads*head_dim+2</c>.</summary>
internal sealed class ShapeTerm(string text)
{
    private readonly ImmutableArray<ImmutableArray<string>> sum =
        [.. text.Split('+').Select(product => product.Split('*').Select(factor => factor.Trim()).ToImmutableArray())];

    public string Text => text;

    /// <summary>The dimension; null if a field of it is not known, or it is larger than a dimension can be.</summary>
    public long? Value(Func<string, long?> find)
    {
        Int128 total = 0;
        foreach (ImmutableArray<string> product in sum)
        {
            Int128 value = 1;
            foreach (string factor in product)
            {
                if ((long.TryParse(factor, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : find(factor))
                    is { } size)
                {
                    value *= size;
                    if (value > long.MaxValue)
                    {
                        return null;
                    }
                }
                else
                {
                    return null;
                }
            }

            total += value;
        }

        return total <= long.MaxValue ? (long)total : null;
    }
}
