using System.CommandLine;

namespace ModelPack.Tool.Help;

/// <summary>A verb of the command line with what its help page shows beyond arguments and options.</summary>
internal sealed class Verb(string name, string description) : Command(name, description)
{
    /// <summary>The order in which the help shows the arguments: <c>SOURCE TARGET</c>.</summary>
    public required string Synopsis { get; init; }

    public required IReadOnlyList<Example> Examples { get; init; }

    /// <summary>What the exit codes mean for this verb.</summary>
    public required IReadOnlyList<HelpRow> Outcomes { get; init; }
}
