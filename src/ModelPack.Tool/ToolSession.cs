using System.Runtime.InteropServices;
using System.Text.Json;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Json;

namespace ModelPack.Tool;

/// <summary>One run of the tool: where its answer goes, what it works on, and whether it was asked to stop.</summary>
internal sealed class ToolSession(ToolConsole console, OutputMode mode) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _signals = [];

    public ToolConsole Console => console;

    /// <summary>The file at work, for errors that name none.</summary>
    public string? Subject { get; set; }

    /// <summary>From the first look on, Ctrl-C and termination cancel the token; a second Ctrl-C ends the process at once.</summary>
    public CancellationToken Cancellation
    {
        get
        {
            if (_signals.Count == 0)
            {
                _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop));
                _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop));
            }

            return _stop.Token;
        }
    }

    public void Publish(Func<string> text, Action<Utf8JsonWriter> json)
    {
        if (mode == OutputMode.Json)
        {
            console.Json(json);
        }
        else
        {
            console.Text(text());
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

    /// <summary>Signals have their usual effect again. One that is being handled at this moment still cancels the token, so that stays alive.</summary>
    public void Dispose() => _signals.ForEach(registration => registration.Dispose());

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }
}

/// <summary>Whether standard output has its document already.</summary>
internal enum ReportState
{
    Missing,
    Published,
}
