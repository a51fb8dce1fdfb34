using System.Collections.Immutable;
using System.Globalization;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Names;

/// <summary>
/// Another order of a tensor's dimensions, which may be made of several each: <c>(h 2 j) ... -> (h j 2) ...</c> are the rows of T1. On the
/// left is Hugging Face's form, on the right GGUF's. A letter is a size, by <c>where</c> or as the shape has it; a number is itself; ones
/// come and go; dots are what is left of the dimensions, in place.
/// </summary>
internal sealed class Rearrangement
{
    private const string Rest = "...";

    private readonly string text;
    private readonly ImmutableArray<ImmutableArray<string>> huggingFace;
    private readonly ImmutableArray<ImmutableArray<string>> gguf;
    private readonly IReadOnlyDictionary<string, SizeExpression> letters;

    /// <param name="text">Both sides.</param>
    /// <param name="letters">Sizes of letters that the shape does not decide.</param>
    public Rearrangement(string text, IReadOnlyDictionary<string, SizeExpression> letters)
    {
        this.text = text;
        this.letters = letters;
        string[] sides = text.Split(" -> ");
        (huggingFace, gguf) = (Axes(sides[0]), Axes(sides[1]));
        HasRest = sides[0].EndsWith(Rest, StringComparison.Ordinal);
        string[] atoms = Atoms(huggingFace);
        if (HasRest != sides[1].EndsWith(Rest, StringComparison.Ordinal) || atoms.Distinct(StringComparer.Ordinal).Count() != atoms.Length
            || !atoms.Order(StringComparer.Ordinal).SequenceEqual(Atoms(gguf).Order(StringComparer.Ordinal)))
        {
            throw new InvalidOperationException($"'{text}' does not say the same dimensions on both sides");
        }
    }

    /// <summary>True if it says nothing about the last dimensions: then it holds for biases too.</summary>
    public bool HasRest { get; }

    /// <summary>The first dimension in GGUF's form; null if only a shape decides it.</summary>
    public long? Leading(Func<string, long> key)
    {
        long product = 1;
        foreach (string atom in gguf[0])
        {
            if (Known(atom, key) is not { } size || !CheckedMath.TryMultiply(product, size, out product))
            {
                return null;
            }
        }

        return product;
    }

    /// <summary>Rearranges a tensor; null if its type's bytes cannot be moved so.</summary>
    /// <exception cref="ModelPackException">The shape is another one.</exception>
    public TensorDraft? Apply(TensorDraft draft, bool toGguf, Func<string, long> key, TranslationMember member)
    {
        (ImmutableArray<ImmutableArray<string>> from, ImmutableArray<ImmutableArray<string>> to) =
            toGguf ? (huggingFace, gguf) : (gguf, huggingFace);
        Dictionary<string, long> sizes = Sizes(from, draft.Shape, key)
            ?? throw member.Error(
                TranslationErrors.WrongShape,
                $"the shape is {TensorShape.Format(draft.Shape.AsSpan())}, which is not the "
                    + $"{(toGguf ? "left" : "right")} side of '{text}' in this model");
        ImmutableArray<long> rest = draft.Shape[from.Length..];
        ImmutableArray<long> shape = [.. to.Select(axis => axis.Aggregate(1L, (product, atom) => product * Size(atom, sizes))), .. rest];
        string[] source = [.. from.SelectMany(axis => axis).Where(atom => Size(atom, sizes) > 1)];
        string[] target = [.. to.SelectMany(axis => axis).Where(atom => Size(atom, sizes) > 1)];

        // What stays behind the last atom that moves is one unit.
        int moved = source.Length;
        while (moved > 0 && source[moved - 1] == target[moved - 1])
        {
            moved--;
        }

        if (!draft.IsPlain && !KeepsRows(draft, shape, source[..moved], sizes))
        {
            return null;
        }

        long unit = source[..moved].Aggregate(draft.Payload.Length, (bytes, atom) => bytes / sizes[atom]);
        return Move(draft, [.. source[..moved].Select(atom => (atom, sizes[atom]))], target[..moved], unit) with { Shape = shape };
    }

    private static TensorDraft Move(TensorDraft draft, List<(string Atom, long Size)> order, string[] target, long unit)
    {
        for (int at = 0; at < target.Length; at++)
        {
            int first = order.FindIndex(item => item.Atom == target[at]);
            if (first == at)
            {
                continue;
            }

            // As many as come together in both orders move at once.
            int count = 1;
            while (first + count < order.Count && order[first + count].Atom == target[at + count])
            {
                count++;
            }

            long outer = Product(order[..at]);
            (long rows, long columns) = (Product(order[at..first]), Product(order[first..(first + count)]));
            draft = draft.Exchange(outer, rows, columns, unit * Product(order[(first + count)..]));
            List<(string, long)> run = order[first..(first + count)];
            order.RemoveRange(first, count);
            order.InsertRange(at, run);
            at += count - 1;
        }

        return draft;
    }

    // Blocks run along the last dimension: it has to stay, and nothing in it may move.
    private static bool KeepsRows(TensorDraft draft, ImmutableArray<long> shape, string[] moved, Dictionary<string, long> sizes) =>
        TensorTypes.Get(draft.Type).Rule == PayloadRule.Blocks && shape.Length > 0 && shape[^1] == draft.Shape[^1]
        && moved.Aggregate(1L, (product, atom) => product * sizes[atom]) is var units
        && draft.Shape[..^1].Aggregate(1L, (product, dimension) => product * dimension) % units == 0;

    private static long Product(IEnumerable<(string Atom, long Size)> items) => items.Aggregate(1L, (product, item) => product * item.Size);

    private static long Size(string atom, Dictionary<string, long> sizes) => atom == "1" ? 1 : sizes[atom];

    private static string[] Atoms(ImmutableArray<ImmutableArray<string>> axes) =>
        [.. axes.SelectMany(axis => axis).Where(atom => atom != "1")];

    private static ImmutableArray<ImmutableArray<string>> Axes(string side)
    {
        ImmutableArray<ImmutableArray<string>>.Builder axes = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        string rest = side.Replace(Rest, "", StringComparison.Ordinal).Trim();
        while (rest.Length > 0)
        {
            int end = rest[0] == '(' ? rest.IndexOf(')', StringComparison.Ordinal) : rest.IndexOf(' ', StringComparison.Ordinal);
            end = end < 0 ? rest.Length : end;
            axes.Add([.. rest[..end].Trim('(', ' ').Split(' ')]);
            rest = rest[end..].TrimStart(')', ' ');
        }

        return axes.ToImmutable();
    }

    private static long? Number(string atom) =>
        long.TryParse(atom, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private long? Known(string atom, Func<string, long> key) =>
        Number(atom) ?? (letters.TryGetValue(atom, out SizeExpression? size) ? size.Evaluate(key) : null);

    /// <summary>The size of each letter; null if the shape is another one. At most one letter of a dimension is decided by it.</summary>
    private Dictionary<string, long>? Sizes(
        ImmutableArray<ImmutableArray<string>> axes, ImmutableArray<long> shape, Func<string, long> key)
    {
        if (HasRest ? shape.Length < axes.Length : shape.Length != axes.Length)
        {
            return null;
        }

        Dictionary<string, long> sizes = new(StringComparer.Ordinal);
        foreach ((ImmutableArray<string> axis, long dimension) in axes.Zip(shape))
        {
            long left = dimension;
            string? open = null;
            foreach (string atom in axis)
            {
                if (Known(atom, key) is not { } size)
                {
                    open = open is null ? atom : throw new InvalidOperationException($"'{text}' leaves both {open} and {atom} open");
                    continue;
                }

                if (left % size != 0)
                {
                    return null;
                }

                left /= size;
                sizes[atom] = size;
            }

            if (open is not null)
            {
                sizes[open] = left;
            }
            else if (left != 1)
            {
                return null;
            }
        }

        return sizes;
    }
}
