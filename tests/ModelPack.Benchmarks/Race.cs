using System.Diagnostics;
using System.Globalization;

namespace ModelPack.Benchmarks;

/// <summary>One thing that is measured.</summary>
/// <param name="Name">What it is, for the table.</param>
/// <param name="Bytes">Bytes that it works on, for the rate.</param>
/// <param name="Run">The work itself.</param>
/// <param name="Prepare">What has to be done before, unmeasured; deleting the last round's output, for one.</param>
internal sealed record Contestant(string Name, long Bytes, Action Run, Action? Prepare = null);

/// <summary>
/// Runs contestants in turn, round after round, so that whatever else the machine does falls on all of them alike. The first round warms
/// up. Ratios are those of the best rounds: what disturbs a round only ever makes it slower, and the memory that a virtual machine gets
/// from its host at that moment takes ten times as long to write to as memory that it has.
/// </summary>
internal sealed class Race(int rounds)
{
    private readonly List<(Contestant Contestant, double[] Seconds)> lanes = [];

    public void Add(Contestant contestant) => lanes.Add((contestant, new double[rounds]));

    public double Best(string name) => lanes.Single(lane => lane.Contestant.Name == name).Seconds.Min();

    public void Run()
    {
        for (int round = -1; round < rounds; round++)
        {
            foreach ((Contestant contestant, double[] seconds) in lanes)
            {
                contestant.Prepare?.Invoke();
                long start = Stopwatch.GetTimestamp();
                contestant.Run();
                if (round >= 0)
                {
                    seconds[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                }
            }
        }
    }

    /// <summary>Prints a table in Markdown, with ratios to one of the contestants.</summary>
    public void Print(string reference)
    {
        double unit = Best(reference);
        Console.WriteLine($"| | best | median | worst | rate | ÷ {reference} |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|");
        foreach ((Contestant contestant, double[] seconds) in lanes)
        {
            double best = seconds.Min();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {contestant.Name} | {best:0.000} s | {Median(seconds):0.000} s | {seconds.Max():0.000} s | "
                    + $"{contestant.Bytes / best / 1e9:0.0} GB/s | {best / unit:0.00} |"));
        }

        Console.WriteLine();
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
