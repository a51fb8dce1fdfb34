using System.Globalization;

namespace ModelPack.Architectures.Names;

/// <summary>A size in terms of hyperparameters: numbers and GGUF keys behind the architecture's name, with + - * / and brackets, as in
/// <c>ssm.inner_size / ssm.time_step_rank</c>.</summary>
internal sealed class SizeExpression
{
    private readonly string text;
    private readonly IReadOnlyDictionary<string, SizeExpression> letters;
    private readonly Func<Func<string, long>, Int128> value;

    /// <param name="text">The expression.</param>
    /// <param name="letters">Words that stand for other expressions.</param>
    public SizeExpression(string text, IReadOnlyDictionary<string, SizeExpression> letters)
    {
        this.text = text;
        this.letters = letters;
        Queue<string> tokens = new(Tokens(text));
        value = Sum(tokens);
        if (tokens.Count > 0)
        {
            throw Wrong();
        }
    }

    /// <summary>The size.</summary>
    /// <param name="key">Gives the value of a key.</param>
    /// <exception cref="ModelPackException">It is not a whole positive number.</exception>
    public long Evaluate(Func<string, long> key) =>
        value(key) is var size && size > 0 && size <= long.MaxValue ? (long)size : throw Unusable($"it is {size}");

    private static IEnumerable<string> Tokens(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            int start = at;
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '.' or '_'))
            {
                at++;
            }

            at = at == start ? at + 1 : at;
            if (text[start] != ' ')
            {
                yield return text[start..at];
            }
        }
    }

    private Func<Func<string, long>, Int128> Sum(Queue<string> tokens)
    {
        Func<Func<string, long>, Int128> sum = Product(tokens);
        while (tokens.TryPeek(out string? sign) && sign is "+" or "-")
        {
            tokens.Dequeue();
            (Func<Func<string, long>, Int128> left, Func<Func<string, long>, Int128> right) = (sum, Product(tokens));
            sum = sign == "+" ? key => left(key) + right(key) : key => left(key) - right(key);
        }

        return sum;
    }

    private Func<Func<string, long>, Int128> Product(Queue<string> tokens)
    {
        Func<Func<string, long>, Int128> product = Factor(tokens);
        while (tokens.TryPeek(out string? sign) && sign is "*" or "/")
        {
            tokens.Dequeue();
            (Func<Func<string, long>, Int128> left, Func<Func<string, long>, Int128> right) = (product, Factor(tokens));
            product = sign == "*" ? key => Counted(left(key)) * Counted(right(key)) : key => Divided(left(key), right(key));
        }

        return product;
    }

    private Func<Func<string, long>, Int128> Factor(Queue<string> tokens)
    {
        string token = tokens.TryDequeue(out string? next) ? next : throw Wrong();
        if (token == "(")
        {
            Func<Func<string, long>, Int128> inner = Sum(tokens);
            return tokens.TryDequeue(out string? end) && end == ")" ? inner : throw Wrong();
        }

        return long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? _ => number
            : letters.TryGetValue(token, out SizeExpression? letter) ? key => letter.Evaluate(key)
            : char.IsAsciiLetter(token[0]) ? key => key(token)
            : throw Wrong();
    }

    private Int128 Divided(Int128 left, Int128 right) => right != 0 && left % right == 0
        ? left / right
        : throw Unusable($"{left} / {right} is no whole number");

    // Keys are counts of 32 bits; a few of them, multiplied, may still be more than 128 bits hold.
    private Int128 Counted(Int128 number) =>
        Int128.Abs(number) <= long.MaxValue ? number : throw Unusable("it is more than can be counted");

    private ModelPackException Unusable(string why) => new(HuggingFaceErrors.UnusableKey, $"a tensor's size is {text}: {why}");

    // The tables are the library's own.
    private InvalidOperationException Wrong() => new($"'{text}' is no size");
}
