namespace ModelPack.Qa.Apr;

/// <summary>The exit codes of apr (apr-rosetta.md §1.2). They are its own; those of the other verbs mean other things.</summary>
internal static class AprExit
{
    public const int Done = 0;
    public const int Other = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int InvalidFormat = 4;
    public const int ValidationFailed = 5;
    public const int InputOutput = 7;
    public const int InferenceFailed = 8;
    public const int Network = 10;
    public const int NotImplemented = 12;
    public const int NotAvailable = 14;
    public const int Interrupted = 130;
}
