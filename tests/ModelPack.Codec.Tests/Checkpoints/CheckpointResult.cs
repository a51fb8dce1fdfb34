using System.Collections.Concurrent;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>What the comparison of a checkpoint found. All are converted once, for the tests and for the table in
/// docs/architectures.md.</summary>
internal sealed record CheckpointResult(
    string Name, string ModelType, bool HasRule, IReadOnlyList<CheckpointDifference> Differences, IReadOnlySet<Part> Looked)
{
    private static readonly Lazy<IReadOnlyDictionary<string, CheckpointResult>> Results = new(ConvertAll);

    public static IReadOnlyDictionary<string, CheckpointResult> All => Results.Value;

    private static ConcurrentDictionary<string, CheckpointResult> ConvertAll()
    {
        ConcurrentDictionary<string, CheckpointResult> results = new(StringComparer.Ordinal);
        Parallel.ForEach(CheckpointTrip.Names, name =>
        {
            using CheckpointTrip trip = CheckpointTrip.Of(name);
            results[name] = new(name, trip.ModelType, trip.HasRule, trip.Differences, trip.Looked);
        });
        return results;
    }
}
