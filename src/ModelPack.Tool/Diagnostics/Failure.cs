using ModelPack.Diagnostics;

namespace ModelPack.Tool.Diagnostics;

/// <summary>An error on its way to the user: the parts for programs, the text for people, and what the process returns.</summary>
internal sealed record Failure
{
    public required string Code { get; init; }

    public string? Rule { get; init; }

    public required string Message { get; init; }

    public string? File { get; init; }

    public string? Tensor { get; init; }

    public long? ByteOffset { get; init; }

    public required string Remedy { get; init; }

    /// <summary>The whole text, remedy included, without path and code; escaped.</summary>
    public required string Description { get; init; }

    public required int ExitCode { get; init; }

    /// <summary>The canonical form that builds and editors recognise: <c>path: error MP1003: text</c>. A path could be a diagnostic of
    /// its own with the colon behind it.</summary>
    public string Canonical => $"{SafeText.Escape($"{File ?? "modelpack"}:")} error {Code}: {Description}";

    /// <summary>Turns whatever escaped a verb into a failure.</summary>
    /// <param name="exception">What escaped.</param>
    /// <param name="subject">The file that the verb worked on, for errors that name none.</param>
    public static Failure Of(Exception exception, string? subject) => exception switch
    {
        ModelPackException known => Of(known, subject),
        IOException or UnauthorizedAccessException =>
            Of(new ModelPackException(ToolErrors.ReadOrWriteFailed, exception.Message.TrimEnd('.'), exception), subject),
        OperationCanceledException =>
            Of(ToolErrors.CancelledCode, "cancelled, nothing was written", "Run the command again.", subject,
                ModelPack.Tool.Diagnostics.ExitCode.Cancelled),
        _ => Of(
            ToolErrors.InternalErrorCode,
            $"an internal error occurred ({exception.GetType().Name}: {exception.Message.TrimEnd('.')})",
            "This is a defect of the tool: please report it, with the command line, at https://github.com/modelpack-net/modelpack/issues.",
            subject,
            ModelPack.Tool.Diagnostics.ExitCode.InternalError),
    };

    private static Failure Of(ModelPackException exception, string? subject) => new()
    {
        Code = exception.Code.Id,
        Rule = exception.Code.Rule.Length == 0 ? null : exception.Code.Rule,
        Message = exception.Detail,
        File = exception.FilePath ?? subject,
        Tensor = exception.TensorName,
        ByteOffset = exception.ByteOffset,
        Remedy = exception.Code.Remedy,
        Description = exception.Describe(),
        ExitCode = ModelPack.Tool.Diagnostics.ExitCode.Of(exception.Code.Kind),
    };

    private static Failure Of(string code, string message, string remedy, string? subject, int exitCode) => new()
    {
        Code = code,
        Message = message,
        File = subject,
        Remedy = remedy,
        Description = SafeText.Escape($"{message}. {remedy}"),
        ExitCode = exitCode,
    };
}
