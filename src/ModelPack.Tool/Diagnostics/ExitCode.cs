namespace ModelPack.Tool.Diagnostics;

/// <summary>What the process returns. Scripts rely on the numbers.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int NotProved = 1;
    public const int Usage = 2;
    public const int InvalidFile = 3;
    public const int InputOutput = 4;
    public const int InternalError = 5;
    public const int Cancelled = 130;
    public const int Terminated = 143;

    public static int Of(ErrorKind kind) => kind switch
    {
        ErrorKind.NotProved => NotProved,
        ErrorKind.Usage => Usage,
        ErrorKind.InvalidFile => InvalidFile,
        ErrorKind.InputOutput => InputOutput,
        _ => InternalError,
    };
}
