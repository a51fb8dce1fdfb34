namespace ModelPack.Qa.Gates;

/// <summary>A gate and how it is looked at (qa-gates.md §1).</summary>
/// <param name="Id">Its name in the public specification.</param>
/// <param name="Subject">What is converted or compared, in words.</param>
/// <param name="Format">The format of the last output.</param>
/// <param name="Look">Looks.</param>
internal sealed record Gate(string Id, string Subject, ModelFormat Format, Func<GateAnswer> Look)
{
    /// <summary>P0: what is wrong with bytes and contracts. P1: statistics and the words of an engine.</summary>
    public bool IsBlocking =>
        Id.StartsWith("F-CONV-", StringComparison.Ordinal) || Id.StartsWith("F-CONTRACT-", StringComparison.Ordinal);
}
