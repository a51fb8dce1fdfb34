namespace ModelPack.Qa.Apr;

/// <summary>A word of apr's command line and how it is answered.</summary>
/// <param name="Name">The word; those of the group rosetta begin with it.</param>
/// <param name="Least">Positional arguments that it needs.</param>
/// <param name="Most">Positional arguments that it takes.</param>
/// <param name="Run">Answers it, and tells the exit code.</param>
internal sealed record AprWord(string Name, int Least, int Most, Func<AprCall, int> Run)
{
    /// <summary>The positional arguments as help shows them.</summary>
    public string Operands { get; init; } = Most == 1 ? "FILE" : "A B";

    /// <summary>Options with a value.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Options without one.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>What a damaged file gives (apr-rosetta.md §1.2): 4 with inspect and tensors, 5 with the others.</summary>
    public int InvalidFile { get; init; } = AprExit.ValidationFailed;
}
