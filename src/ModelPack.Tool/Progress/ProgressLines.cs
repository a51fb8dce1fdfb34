using System.Globalization;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Progress;

/// <summary>A line every ten seconds, for logs. Work that is done sooner writes none.</summary>
internal sealed class ProgressLines(TextWriter error, string verb, TimeProvider clock) : ProgressDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private long lastLine = clock.GetTimestamp();
    private ConversionPhase? phase;
    private long phaseStart;
    private long phaseFirstBytes;

    public override void Report(ConversionProgress value)
    {
        lock (gate)
        {
            long now = clock.GetTimestamp();
            if (phase != value.Phase)
            {
                phase = value.Phase;
                phaseStart = now;
                phaseFirstBytes = value.BytesDone;
            }

            if (clock.GetElapsedTime(lastLine, now) >= Interval)
            {
                lastLine = now;
                error.WriteLine(Line(value, clock.GetElapsedTime(phaseStart, now)));
            }
        }
    }

    public override void Dispose()
    {
    }

    private string Line(ConversionProgress value, TimeSpan elapsed)
    {
        double percent = value.BytesTotal == 0 ? 100 : 100.0 * value.BytesDone / value.BytesTotal;
        double rate = elapsed > TimeSpan.Zero ? (value.BytesDone - phaseFirstBytes) / elapsed.TotalSeconds : 0;
        string left = rate > 0
            ? $", {Size.Short(rate)}/s, {Size.Time(TimeSpan.FromSeconds((value.BytesTotal - value.BytesDone) / rate))} left"
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Label(verb, value.Phase)}: {percent:0} %, {Size.Short(value.BytesDone)} of {Size.Short(value.BytesTotal)}{left}");
    }
}
