using System.CommandLine;
using ModelPack.Diagnostics.Logs;

namespace ModelPack.Tool.Commands;

/// <summary>The option <c>--sarif FILE</c> of the verbs that report findings.</summary>
internal sealed class SarifOption
{
    private readonly Option<string?> file = Arguments.File("--sarif", "Write the findings to FILE too, as SARIF 2.1.0 for code scanning.");
    private readonly Option<bool> force = Arguments.Flag("--force", "Replace the file that --sarif names if it exists.");

    public void AddTo(Command verb)
    {
        verb.Options.Add(file);
        verb.Options.Add(force);
    }

    /// <summary>The log to write, or null if none is wanted. It is no file of a model that the verb reads.</summary>
    public SarifFile? Prepare(ParseResult parsed, PathScope scope, params string[] models)
    {
        if (parsed.GetValue(file) is not { } path)
        {
            return null;
        }

        ExistingTarget existing = parsed.GetValue(force) ? ExistingTarget.Replace : ExistingTarget.Refuse;
        ReportFile[] prepared = [.. models.Select(model => ReportFile.Prepare(path, existing, model, scope))];
        return new(prepared[0], models[0]);
    }
}

/// <summary>The log of one run. A run that fails is logged too: a file that cannot be read is a finding.</summary>
internal sealed class SarifFile(ReportFile file, string subject)
{
    public void Write(IReadOnlyList<SarifResult> results) => file.Write(SarifLog.Of(results, CommandTree.Version), "the work is done");

    /// <summary>Does the work, and logs why it failed, if it does.</summary>
    public static T Run<T>(SarifFile? log, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ModelPackException exception) when (log is not null)
        {
            log.WriteFailure(exception);
            throw;
        }
    }

    private void WriteFailure(ModelPackException exception) => Write([SarifResult.Of(exception, subject)]);
}
