using System.Globalization;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Progress;

/// <summary>A line every ten seconds, for logs. Work that is done sooner writes none.</summary>
internal sealed class ProgressLines(TextWriter error, string verb, TimeProvider clock) : ProgressDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long _lastLine = clock.GetTimestamp();
    private ConversionPhase? _phase;
    private long _phaseStart;
    private long _phaseFirstBytes;

    public override void Report(ConversionProgress value)
    {
        lock (_lock)
        {
            long now = clock.GetTimestamp();
            if (_phase != value.Phase)
            {
                _phase = value.Phase;
                _phaseStart = now;
                _phaseFirstBytes = value.BytesDone;
            }

            if (clock.GetElapsedTime(_lastLine, now) >= Interval)
            {
                _lastLine = now;
                error.WriteLine(Line(value, clock.GetElapsedTime(_phaseStart, now)));
            }
        }
    }

    public override void Dispose()
    {
    }

    private string Line(ConversionProgress value, TimeSpan elapsed)
    {
        double percent = value.BytesTotal == 0 ? 100 : 100.0 * value.BytesDone / value.BytesTotal;
        double rate = elapsed > TimeSpan.Zero ? (value.BytesDone - _phaseFirstBytes) / elapsed.TotalSeconds : 0;
        string left = rate > 0 ? $", {Size.Short(rate)}/s, {Size.Time(TimeSpan.FromSeconds((value.BytesTotal - value.BytesDone) / rate))} left" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Label(verb, value.Phase)}: {percent:0} %, {Size.Short(value.BytesDone)} of {Size.Short(value.BytesTotal)}{left}");
    }
}
