namespace ModelPack.Tensors.Payloads;

/// <summary>
/// What a recipe has to keep to: its numbers belong together, and reading it costs no more than a small multiple of the bytes it makes.
/// Recipes come from origin records too, and a record comes from a file.
/// </summary>
internal static class RecipeRules
{
    /// <summary>How deep recipes may stand in one another: far more than a chain of conversions needs.</summary>
    public const int MaximumDepth = 48;

    // An exchange reads small runs; one inside another inside another would read them over and over.
    private const int MaximumExchanges = 4;

    // Reads that one byte may take: three for each byte of the largest block.
    private const long MaximumExpense = 1024;

    /// <summary>Checks a recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="payloadLengths">Lengths of the payloads that it may use.</param>
    /// <exception cref="InvalidDataException">It breaks a rule; the message says which.</exception>
    public static void Check(PayloadRecipe recipe, IReadOnlyList<long> payloadLengths)
    {
        Check(recipe, payloadLengths, MaximumDepth, MaximumExchanges);
        if (Expense(recipe) > MaximumExpense)
        {
            throw new InvalidDataException("a recipe changes blocks and exchanges single bytes of them in turns");
        }
    }

    private static void Check(PayloadRecipe recipe, IReadOnlyList<long> payloadLengths, int depth, int exchanges)
    {
        if (depth == 0)
        {
            throw new InvalidDataException($"a recipe is more than {MaximumDepth} steps deep");
        }

        if (recipe is ExchangedPayload && exchanges-- == 0)
        {
            throw new InvalidDataException($"a recipe exchanges rows and columns more than {MaximumExchanges} times");
        }

        foreach (PayloadRecipe inner in recipe.Inner)
        {
            Check(inner, payloadLengths, depth - 1, exchanges);
        }

        if (Problem(recipe, payloadLengths) is { } problem)
        {
            throw new InvalidDataException(problem);
        }
    }

    // What a single byte costs. A block whose bytes lie apart is a read for each of them, and that again for each block within.
    private static long Expense(PayloadRecipe recipe)
    {
        long inner = recipe.Inner.IsEmpty ? 1 : recipe.Inner.Max(Expense);
        int block = recipe switch
        {
            ReversedPayload reversed => TensorTypes.Get(reversed.Type).BlockBytes,
            WidenedPayload widened => TensorTypes.Get(widened.Type).BlockBytes,
            NibblesPayload nibbles => (int)nibbles.BlockBytes,
            NarrowedPayload or ShiftedPayload or ScaledPayload or ComputedPayload => sizeof(float),
            ExchangedPayload => 3,
            _ => 1,
        };
        return inner == 1 && recipe is not ExchangedPayload ? 1 : Math.Min(inner * block, MaximumExpense + 1);
    }

    private static string? Problem(PayloadRecipe recipe, IReadOnlyList<long> payloadLengths) => recipe switch
    {
        StoredPayload stored => stored.Tensor >= 0 && stored.Tensor < payloadLengths.Count && payloadLengths[stored.Tensor] == stored.Bytes
            ? null
            : $"it takes {stored.Bytes} bytes of tensor {stored.Tensor}, which the file does not hold",
        LiteralPayload or UnsignedPayload => null,
        TakenPayload taken => taken is { Start: >= 0, Size: > 0, Stride: > 0, Count: > 0 } && taken.Size <= taken.Stride - taken.Start
            && (Int128)taken.Stride * taken.Count == taken.Of.Length
            ? null
            : $"bytes {taken.Start} to {taken.Start}+{taken.Size} of {taken.Count} groups of {taken.Stride} are not those of "
                + $"{taken.Of.Length} bytes",
        JoinedPayload joined => joined.Count > 0 && joined.Parts.Length > 0 && joined.Parts.All(part => part.Length % joined.Count == 0)
            && joined.Parts.Sum(part => (decimal)part.Length) <= long.MaxValue
            ? null
            : $"{joined.Parts.Length} payloads cannot be dealt out in {joined.Count} groups",
        ExchangedPayload { Outer: > 0, Rows: > 0, Columns: > 0, UnitBytes: > 0 and <= int.MaxValue } exchanged
            when Product(exchanged.Outer, exchanged.Rows, exchanged.Columns, exchanged.UnitBytes) == exchanged.Of.Length => null,
        ExchangedPayload exchanged =>
            $"{exchanged.Outer}×{exchanged.Rows}×{exchanged.Columns} units of {exchanged.UnitBytes} bytes are not {exchanged.Of.Length} "
                + $"bytes",
        ReversedPayload reversed =>
            PayloadByteOrder.Support(reversed.Type) != ByteSwapSupport.LittleEndianOnly ? Whole(reversed.Type, reversed.Of)
            : $"the type {TensorTypes.Get(reversed.Type).Name} has no other byte order",
        WidenedPayload widened =>
            TensorTypes.Get(widened.Type).Rule == PayloadRule.Blocks && TensorDecoder.CanDecode(widened.Type)
            ? Whole(widened.Type, widened.Of)
            : $"the type {TensorTypes.Get(widened.Type).Name} cannot be widened",
        NarrowedPayload narrowed => narrowed.Type is TensorType.BF16 or TensorType.F16 ? Whole(TensorType.F32, narrowed.Of)
            : $"the type {TensorTypes.Get(narrowed.Type).Name} is not narrower than F32",
        ShiftedPayload or ScaledPayload or ComputedPayload => Whole(TensorType.F32, recipe.Inner[0]),
        NibblesPayload nibbles =>
            nibbles.BlockBytes is > 0 and <= NibblesPayload.MaximumBytes && nibbles.BlockBytes % 2 == 0
            && nibbles.Of.Length % nibbles.BlockBytes == 0
            ? null
            : $"{nibbles.Of.Length} bytes are not a whole number of blocks of {nibbles.BlockBytes} with two halves",
        _ => $"a {recipe.GetType().Name} is not known",
    };

    private static string? Whole(TensorType type, PayloadRecipe of) => of.Length % TensorTypes.Get(type).BlockBytes == 0 ? null
        : $"{of.Length} bytes are not a whole number of {TensorTypes.Get(type).Name} blocks";

    // An Int128 holds the product of the first two and of the last two, but not always of all four.
    private static Int128 Product(long outer, long rows, long columns, long unit)
    {
        Int128 parts = (Int128)outer * rows;
        Int128 cells = (Int128)columns * unit;
        return parts > long.MaxValue || cells > long.MaxValue ? -1 : parts * cells;
    }
}
