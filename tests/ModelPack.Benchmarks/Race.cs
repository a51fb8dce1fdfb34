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
/// Runs contestants in turn, round after round, so that whatever else the machine does falls on all of them alike. The median counts; the first round warms up.
/// </summary>
internal sealed class Race(int rounds)
{
    private readonly List<(Contestant Contestant, double[] Seconds)> lanes = [];

    public void Add(Contestant contestant) => lanes.Add((contestant, new double[rounds]));

    public double Median(string name) => Median(lanes.Single(lane => lane.Contestant.Name == name).Seconds);

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
        double unit = Median(reference);
        Console.WriteLine($"| | median | best | worst | rate | ÷ {reference} |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|");
        foreach ((Contestant contestant, double[] seconds) in lanes)
        {
            double median = Median(seconds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {contestant.Name} | {median:0.000} s | {seconds.Min():0.000} s | {seconds.Max():0.000} s | {contestant.Bytes / median / 1e9:0.0} GB/s | {median / unit:0.00} |"));
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
