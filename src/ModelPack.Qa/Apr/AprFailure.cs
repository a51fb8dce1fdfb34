using ModelPack.IO.Output;

namespace ModelPack.Qa.Apr;

/// <summary>Why a word of apr has no answer, and what the process returns.</summary>
internal sealed class AprFailure(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;

    /// <summary>What escaped a word, in the numbers of apr.</summary>
    /// <param name="exception">What escaped.</param>
    /// <param name="invalidFile">What the word returns for a file that breaks a rule of its format.</param>
    public static AprFailure Of(Exception exception, int invalidFile) => exception switch
    {
        AprFailure own => own,
        OperationCanceledException => new(AprExit.Interrupted, "interrupted"),
        FileNotFoundException or DirectoryNotFoundException => new(AprExit.NotFound, exception.Message),
        ModelPackException { Code: { Kind: ErrorKind.InputOutput } code } known when code.Id == QaErrors.EngineFailed.Id =>
            new(AprExit.InferenceFailed, known.Describe()),
        ModelPackException { Code.Kind: ErrorKind.InputOutput } known
            when known.GetBaseException() is FileNotFoundException or DirectoryNotFoundException => new(AprExit.NotFound, known.Describe()),
        ModelPackException known when known.Code == OutputErrors.TargetExists => new(AprExit.ValidationFailed, known.Describe()),
        ModelPackException { Code.Kind: ErrorKind.InputOutput } known => new(AprExit.InputOutput, known.Describe()),
        ModelPackException { Code.Kind: ErrorKind.InvalidFile } known => new(invalidFile, known.Describe()),
        ModelPackException known => new(AprExit.ValidationFailed, known.Describe()),
        IOException or UnauthorizedAccessException => new(AprExit.InputOutput, exception.Message),
        _ => new(AprExit.Other, $"{exception.GetType().Name}: {exception.Message}"),
    };
}
