using System.Runtime.InteropServices;
using System.Text.Json;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Json;

namespace ModelPack.Tool;

/// <summary>One run of the tool: where its answer goes, what it works on, and whether it was asked to stop.</summary>
internal sealed class ToolSession(ToolConsole console, OutputMode mode) : IDisposable
{
    // Longer than any clean-up takes. Whatever blocks the process after that, such as a reader of its output that reads nothing, must not
    // keep it.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stop = new();
    private readonly List<PosixSignalRegistration> signals = [];
    private Timer? deadline;

    public ToolConsole Console => console;

    /// <summary>How much a report for people shows.</summary>
    public Verbosity Verbosity { get; set; }

    /// <summary>The file at work, for errors that name none.</summary>
    public string? Subject { get; set; }

    /// <summary>What the process returns when it was asked to stop: as a shell says it, 128 and the number of the signal.</summary>
    public int CancelledExitCode { get; private set; } = ExitCode.Cancelled;

    /// <summary>From the first look on, Ctrl-C and termination cancel the token, and end the process if that does not; a second signal ends
    /// it at once.</summary>
    public CancellationToken Cancellation
    {
        get
        {
            if (signals.Count == 0)
            {
                signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop));
                signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop));
            }

            return stop.Token;
        }
    }

    /// <summary>Publishes the report of a verb on standard output.</summary>
    /// <param name="text">The report for people.</param>
    /// <param name="json">The same for programs.</param>
    /// <param name="verdict">What the report's first line says.</param>
    public void Publish(Func<string> text, Action<Utf8JsonWriter> json, Verdict verdict = Verdict.None) =>
        Publish(() => console.Text(text(), verdict), json);

    /// <summary>Publishes lines that programs read too, and people copy: no terminal breaks them.</summary>
    public void PublishLines(Func<string> lines, Action<Utf8JsonWriter> json) => Publish(() => console.Lines(lines()), json);

    private void Publish(Action text, Action<Utf8JsonWriter> json)
    {
        if (mode == OutputMode.Json)
        {
            console.Json(json);
        }
        else
        {
            text();
        }
    }

    /// <summary>Tells the user what went wrong. A verb that has published its report tells it as a message only.</summary>
    public int Fail(Failure failure, ReportState report = ReportState.Missing)
    {
        console.Message(failure);
        if (mode == OutputMode.Json && report == ReportState.Missing)
        {
            console.Json(writer => ErrorJson.Write(writer, failure));
        }

        return failure.ExitCode;
    }

    /// <summary>Signals have their usual effect again. One that is being handled at this moment still cancels the token, so that stays
    /// alive.</summary>
    public void Dispose()
    {
        signals.ForEach(registration => registration.Dispose());
        deadline?.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (stop.IsCancellationRequested)
        {
            return;
        }

        context.Cancel = true;
        CancelledExitCode = context.Signal == PosixSignal.SIGTERM ? ExitCode.Terminated : ExitCode.Cancelled;
        deadline = new(_ => Environment.Exit(CancelledExitCode), null, Grace, Timeout.InfiniteTimeSpan);
        stop.Cancel();
    }
}

/// <summary>Whether standard output has its document already.</summary>
internal enum ReportState
{
    Missing,
    Published,
}
