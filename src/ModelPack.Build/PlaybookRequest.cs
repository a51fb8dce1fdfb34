using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ModelPack.Qa.Playbooks;
using ModelPack.Qa.Reports;

namespace ModelPack.Build;

/// <summary>A playbook to run on a model, with absolute paths.</summary>
/// <param name="Playbook">The playbook.</param>
/// <param name="Model">A file, or a folder.</param>
/// <param name="Runner">An engine, as <c>qa run --runner</c> takes it; empty if there is none.</param>
/// <param name="Output">The folder for evidence and reports.</param>
internal sealed record PlaybookRequest(string Playbook, string Model, string Runner, string Output)
{
    /// <summary>The state file: one for each pair of a playbook and a model.</summary>
    public string StateIn(string outputDirectory)
    {
        byte[] key = SHA256.HashData(Encoding.UTF8.GetBytes($"{Playbook}\n{Model}"));
        return Path.Combine(outputDirectory, $"{Path.GetFileName(Model)}.{Convert.ToHexStringLower(key.AsSpan(0, 4))}.modelpack.qualified");
    }

    /// <summary>What a run reads and writes, as it is now: the playbook with its reference, the model, evidence and reports.</summary>
    public QualifiedState Observe() => new(
        ToolVersion.Text,
        $"runner={Runner} output={Output}",
        Model,
        [Record(Playbook), .. PlaybookReader.Read(Playbook).ReferenceIn(Path.GetDirectoryName(Playbook)!).Select(Record)],
        SourceFiles.List(Model, PathScope.Model),
        [.. QaReports.Names.Select(name => Record(Path.Combine(Output, name)))]);

    private static FileRecord Record(string path) => new(Path.GetFileName(path), FileStamp.Of(path), "");
}

/// <summary>What was there when every gate of a playbook was corroborated or skipped.</summary>
internal sealed record QualifiedState(
    string Tool, string Options, string Model, ImmutableArray<FileRecord> Playbook, ImmutableArray<FileRecord> Source,
    ImmutableArray<FileRecord> Reports)
{
    private const string FirstLine = "modelpack qualified 1";

    /// <summary>The text of the state file. Two observations with the same text are equal.</summary>
    public string Format() => StateText.Write([FirstLine, Tool, Options, Model], Playbook, Source, Reports);
}
