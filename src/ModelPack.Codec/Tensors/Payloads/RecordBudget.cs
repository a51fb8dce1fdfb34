namespace ModelPack.Tensors.Payloads;

/// <summary>
/// The work that the records in a container may ask for. It is counted, not timed, and follows the container's length, however deep records
/// stand in one another: the files that a record describes share the budget of the container that it was found in.
/// </summary>
/// <param name="container">Length of the container in bytes.</param>
internal sealed class RecordBudget(long container)
{
    // F32 numbers take at most 28 times the bytes of the blocks that they were widened from (Q1_0), and a chain may lead through a file
    // that shows them.
    private const int MaximumGrowth = 32;

    // What a file may hold beside its payloads without a counterpart in the container: padding of a large alignment.
    private const long FreeBytes = 1 << 20;

    // A record is read a few times by whoever follows it, and each time it is a good deal shorter than its container.
    private const long FreeDecoded = 16 << 20;
    private const int DecodedPerByte = 256;
    private const long FreeRecipes = 1 << 17;
    private const int RecipesPerByte = 16;

    // A transposed matrix of two columns is read eight bytes at a time, once for each time that its file is opened.
    private const long FreeReads = 1 << 22;
    private const int ReadsPerByte = 64;

    private long decoded;
    private long recipes;
    private double reads;

    /// <summary>Bytes that each of the files described may have, payloads included.</summary>
    public long MaximumLength { get; } = FreeBytes + Times(container, MaximumGrowth);

    /// <summary>Counts a record that is decoded.</summary>
    /// <param name="bytes">Its length, and that of its body once it is decompressed.</param>
    /// <exception cref="ModelPackException">It is too much.</exception>
    public void TakeRecord(long bytes) =>
        Take(ref decoded, bytes, FreeDecoded + Times(container, DecodedPerByte), "bytes of records are decoded");

    /// <summary>Counts steps of recipes that are decoded, or put together from others.</summary>
    /// <exception cref="ModelPackException">They are too many.</exception>
    public void TakeRecipes(long count) =>
        Take(ref recipes, count, FreeRecipes + Times(container, RecipesPerByte), "steps of recipes are followed");

    /// <summary>A recipe with each stored payload made by a recipe of its own, the steps of which are counted.</summary>
    /// <exception cref="ModelPackException">They are too many.</exception>
    public PayloadRecipe Through(PayloadRecipe recipe, Func<StoredPayload, PayloadRecipe> make) => recipe.Through(stored =>
    {
        PayloadRecipe made = make(stored);
        TakeRecipes(made.Steps());
        return made;
    });

    /// <summary>Counts the reads that making all payloads of a file takes.</summary>
    /// <exception cref="ModelPackException">They are too many.</exception>
    public void TakePayloads(IEnumerable<PayloadRecipe> payloads)
    {
        reads += payloads.Sum(RecipeCost.Reads);
        long most = FreeReads + Times(container, ReadsPerByte);
        if (reads > most)
        {
            throw TooMuch($"payloads are made in {reads:0} reads, {most} at most");
        }
    }

    /// <summary>Checks the length of a file that a record describes, or of a part of it.</summary>
    /// <exception cref="ModelPackException">It is longer than a conversion could have made this container of.</exception>
    public void EnsureLength(Int128 bytes)
    {
        if (bytes > MaximumLength)
        {
            throw TooMuch($"it describes {bytes} bytes, {MaximumLength} at most");
        }
    }

    private void Take(ref long taken, long more, long most, string what)
    {
        taken = more > most - taken ? most + 1 : taken + more;
        if (taken > most)
        {
            throw TooMuch($"more than {most} {what}");
        }
    }

    private ModelPackException TooMuch(string what) =>
        new(PayloadErrors.RecordTooLarge, $"the origin record in a file of {container} bytes asks for too much: {what}");

    private static long Times(long length, int factor) => length > long.MaxValue / factor / 2 ? long.MaxValue / 2 : length * factor;
}
