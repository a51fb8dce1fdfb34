using System.Diagnostics;
using Spectre.Console;

namespace ModelPack.Tool.Progress;

/// <summary>A bar with rate and time left. It appears only when the work takes a while: short runs stay quiet and do not load the library.</summary>
internal sealed class ProgressBar(TextWriter error, string verb) : ProgressDisplay
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _finished = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private ConversionProgress _latest;
    private Thread? _display;

    public override void Report(ConversionProgress value)
    {
        lock (_lock)
        {
            _latest = value;
            if (_display is null && Stopwatch.GetElapsedTime(_start) > Patience)
            {
                _display = new Thread(Display) { IsBackground = true, Name = "progress" };
                _display.Start();
            }
        }
    }

    public override void Dispose()
    {
        _finished.Set();
        _display?.Join();
        _finished.Dispose();
    }

    private void Display()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(error),
            ColorSystem = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        new Spectre.Console.Progress(console)
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new TransferSpeedColumn { Base = FileSizeBase.Decimal },
                new RemainingTimeColumn())
            .Start(Draw);
    }

    private void Draw(ProgressContext context)
    {
        Dictionary<ConversionPhase, ProgressTask> tasks = [];
        do
        {
            ConversionProgress value;
            lock (_lock)
            {
                value = _latest;
            }

            if (!tasks.TryGetValue(value.Phase, out ProgressTask? task))
            {
                task = context.AddTask(Label(verb, value.Phase), maxValue: Math.Max(value.BytesTotal, 1));
                tasks.Add(value.Phase, task);
            }

            task.MaxValue = Math.Max(value.BytesTotal, 1);
            task.Value = value.BytesDone;
        }
        while (!_finished.Wait(Refresh));
    }
}
