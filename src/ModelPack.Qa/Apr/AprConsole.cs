namespace ModelPack.Qa.Apr;

/// <summary>What a run of apr's words reads and writes.</summary>
/// <param name="Output">Answers, and nothing else.</param>
/// <param name="Error">Messages.</param>
/// <param name="Input">Where <c>chat</c> reads its prompt.</param>
/// <param name="Version">That of the tool.</param>
internal sealed record AprConsole(TextWriter Output, TextWriter Error, TextReader Input, string Version)
{
    /// <summary>The words that start the tool as it runs now, for the shim.</summary>
    public IReadOnlyList<string> Program { get; init; } = ["dotnet", "modelpack"];

    /// <summary>An environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;
}
