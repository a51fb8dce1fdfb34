namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>What of a checkpoint's conversions is compared; a column of the table in docs/architectures.md each.</summary>
internal enum Part
{
    GgufTensors,
    GgufKeys,
    FolderTensors,
    FolderConfig,
    FolderIds,
    Texts,
}

/// <summary>What a difference does to whoever uses the output.</summary>
internal enum Effect
{
    /// <summary>Nothing depends on it.</summary>
    None,

    /// <summary>The output says or computes less than the reference.</summary>
    Less,

    /// <summary>The output says what the reference has lost.</summary>
    More,
}

/// <summary>One thing in which a conversion is not what the reference says, in words that stay the same as long as it does.</summary>
internal sealed record CheckpointDifference(Part Part, string What)
{
    public override string ToString() => $"{Part}\t{What}";
}

/// <summary>A difference that stays, and why. It belongs to one case, or to any (<see cref="AnyCase"/>): then a <c>*</c> at its end stands
/// for any text.</summary>
internal sealed record KnownDifference(string Case, CheckpointDifference Difference, Effect Effect, string Reason)
{
    public const string AnyCase = "*";
    private const char AnyText = '*';

    private static readonly Lazy<KnownDifference[]> Lines = new(
        () => [.. File.ReadLines(RepositoryData.Path("corpus", "hf", "differences.tsv")).Skip(1).Select(Parse)]);

    public static IReadOnlyList<KnownDifference> All => Lines.Value;

    public static IEnumerable<KnownDifference> Of(string name) => All.Where(known => known.Case == name);

    /// <summary>Fails if the case differs in another way than the data of the test say, or no longer does.</summary>
    public static void ShouldBeAll(string name, IEnumerable<CheckpointDifference> found, Func<Part, bool> looked)
    {
        HashSet<CheckpointDifference> actual = [.. found.Where(difference => !Of(AnyCase).Any(known => known.Covers(difference)))];
        HashSet<CheckpointDifference> expected = [
            .. Of(name).Select(known => known.Difference).Where(difference => looked(difference.Part))];
        string[] lines =
        [
            .. actual.Except(expected).Select(difference => $"differs now:\n{name}\t{difference}"),
            .. expected.Except(actual)
                .Select(difference => $"no longer differs; take the line out of differences.tsv:\n{name}\t{difference}"),
        ];
        Assert.IsEmpty(lines, string.Join('\n', lines));
    }

    public bool Covers(CheckpointDifference other) => Difference.Part == other.Part && (Difference.What.EndsWith(AnyText)
        ? other.What.StartsWith(Difference.What[..^1], StringComparison.Ordinal)
        : Difference.What == other.What);

    private static KnownDifference Parse(string line)
    {
        string[] cells = line.Split('\t');
        Assert.HasCount(5, cells, line);
        return new(cells[0], new(Enum.Parse<Part>(cells[1]), cells[2]), Enum.Parse<Effect>(cells[3], ignoreCase: true), cells[4]);
    }
}
