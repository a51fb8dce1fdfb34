using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using ModelPack.IO.Output;
using ModelPack.Qa.Engines;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Playbooks;

namespace ModelPack.Qa.Gates;

/// <summary>What a run is asked for.</summary>
internal sealed record QaRequest(string PlaybookPath, string ModelPath)
{
    /// <summary>An engine, as <c>--runner</c> takes it.</summary>
    public string? Runner { get; init; }

    /// <summary>The folder that the engine is started in, and that its path is relative to; null takes the current one.</summary>
    public string? RunnerFolder { get; init; }

    /// <summary>Where the outputs of conversions go; null takes a temporary folder, removed in the end.</summary>
    public string? WorkFolder { get; init; }

    /// <summary>How models are converted; null converts and proves.</summary>
    public ModelConversion? Convert { get; init; }

    /// <summary>How the reader is asked for a file of an unknown type; null asks the library.</summary>
    public Func<byte[], Model>? Open { get; init; }
}

/// <summary>Runs the gates of a playbook on a model.</summary>
internal static class QaRun
{
    private const int Megabyte = 1 << 20;

    /// <exception cref="ModelPackException">The playbook is wrong, or a file is missing.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static ImmutableArray<GateEvidence> Run(QaRequest request, Action<GateEvidence>? hear, CancellationToken cancellation)
    {
        Playbook playbook = PlaybookReader.Read(request.PlaybookPath);
        if (!File.Exists(request.ModelPath) && !Directory.Exists(request.ModelPath))
        {
            throw new ModelPackException(QaErrors.NoModel, $"there is no model '{request.ModelPath}'") { FilePath = request.ModelPath };
        }

        using ScratchFolder? temporary = request.WorkFolder is null ? ScratchFolder.Create(Path.GetTempPath()) : null;
        string folder = temporary?.Path ?? Directory.CreateDirectory(request.WorkFolder!).FullName;
        QaWorkspace workspace = new(request.ModelPath, folder, request.Convert ?? Convert, cancellation);
        Engine? engine = request.Runner is null ? null : new(request.Runner, playbook.Limit, request.RunnerFolder);
        string playbookFolder = Path.GetDirectoryName(Path.GetFullPath(request.PlaybookPath))!;
        GateList gates = new(playbook, playbookFolder, workspace, engine, request.Open ?? (bytes => Model.Open(bytes)));
        return Run(playbook, gates.All(), hear, cancellation);
    }

    private static ImmutableArray<GateEvidence> Run(
        Playbook playbook, IEnumerable<Gate> gates, Action<GateEvidence>? hear, CancellationToken cancellation)
    {
        ImmutableArray<GateEvidence>.Builder evidence = ImmutableArray.CreateBuilder<GateEvidence>();
        string? stopped = null;
        foreach (Gate gate in gates)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            GateAnswer answer = stopped is null ? Look(gate) : GateAnswer.Skipped($"not looked at: {stopped}");
            GateEvidence one = new()
            {
                Id = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture),
                Gate = gate.Id,
                IsBlocking = gate.IsBlocking,
                Organization = playbook.Organization,
                Model = playbook.Model,
                Format = gate.Format,
                Subject = gate.Subject,
                Outcome = answer.Outcome,
                Reason = answer.Reason,
                Output = answer.Output,
                StandardError = answer.StandardError,
                Metadata = answer.Metadata,
                Milliseconds = (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds,
                PeakMegabytes = Environment.WorkingSet / Megabyte,
                Time = DateTimeOffset.UtcNow,
            };
            evidence.Add(one);
            hear?.Invoke(one);
            bool stops = one.IsFailure && (playbook.Policy == FailurePolicy.StopOnFirst
                || (playbook.Policy == FailurePolicy.StopOnP0 && one.IsBlocking));
            stopped ??= stops ? $"{one.Gate} failed, and the playbook stops there" : null;
        }

        return evidence.ToImmutable();
    }

    // What cannot even be converted or opened falsifies the gate that asked for it. A full disk says nothing of a model.
    private static GateAnswer Look(Gate gate)
    {
        try
        {
            return gate.Look();
        }
        catch (ModelPackException exception) when (exception.Code.Kind != ErrorKind.InputOutput)
        {
            return GateAnswer.Falsified($"{exception.Code.Id}: {exception.Detail}", exception.Describe());
        }
        catch (Exception exception) when (exception.GetBaseException() is FileNotFoundException or DirectoryNotFoundException)
        {
            return GateAnswer.Falsified("a file that was converted is not there", exception.Message);
        }
        catch (ModelPackException exception) when (exception.Code == QaErrors.EngineFailed)
        {
            bool isLate = exception.GetBaseException() is TimeoutException;
            return new(isLate ? Outcome.Timeout : Outcome.Crashed, exception.Detail, exception.Describe())
            {
                StandardError = isLate ? null : exception.Detail,
            };
        }
    }

    private static Certificate Convert(string source, string target, ModelFormat to, CancellationToken cancellation) =>
        ModelConverter.Convert(
            source, target, to, new() { Existing = ExistingTarget.Replace }, cancellation: cancellation);
}
