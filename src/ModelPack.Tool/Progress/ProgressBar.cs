using System.Diagnostics;
using Spectre.Console;

namespace ModelPack.Tool.Progress;

/// <summary>A bar with rate and time left. It appears only when the work takes a while: short runs stay quiet and do not load the
/// library.</summary>
internal sealed class ProgressBar(TextWriter error, string verb) : ProgressDisplay
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly ManualResetEventSlim finished = new();
    private readonly long start = Stopwatch.GetTimestamp();
    private ConversionProgress latest;
    private Thread? display;

    public override void Report(ConversionProgress value)
    {
        lock (gate)
        {
            latest = value;
            if (display is null && Stopwatch.GetElapsedTime(start) > Patience)
            {
                display = new Thread(Display) { IsBackground = true, Name = "progress" };
                display.Start();
            }
        }
    }

    public override void Dispose()
    {
        finished.Set();
        display?.Join();
        finished.Dispose();
    }

    private void Display()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(error),
            ColorSystem = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
                ? ColorSystemSupport.Detect
                : ColorSystemSupport.NoColors,
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
            lock (gate)
            {
                value = latest;
            }

            if (!tasks.TryGetValue(value.Phase, out ProgressTask? task))
            {
                task = context.AddTask(Label(verb, value.Phase), maxValue: Math.Max(value.BytesTotal, 1));
                tasks.Add(value.Phase, task);
            }

            task.MaxValue = Math.Max(value.BytesTotal, 1);
            task.Value = value.BytesDone;
        }
        while (!finished.Wait(Refresh));
    }
}
