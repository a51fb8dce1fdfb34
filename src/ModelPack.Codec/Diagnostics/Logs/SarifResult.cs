namespace ModelPack.Diagnostics.Logs;

/// <summary>One result of a run.</summary>
/// <param name="Code">The error code, which is the rule.</param>
/// <param name="Text">What was found, in one sentence.</param>
/// <param name="File">The file it was found in, as it was named.</param>
/// <param name="Place">The tensor or key, or null.</param>
/// <param name="ByteOffset">Where in the file, or null.</param>
/// <param name="Accepted">Why it is accepted, or null if it is not.</param>
/// <param name="IsWarning">Whether it fails nothing.</param>
internal sealed record SarifResult(
    ErrorCode Code, string Text, string? File, string? Place = null, long? ByteOffset = null, string? Accepted = null,
    bool IsWarning = false)
{
    /// <summary>What a failed run found.</summary>
    public static SarifResult Of(ModelPackException exception, string subject) =>
        new(exception.Code, exception.Detail, exception.FilePath ?? subject, exception.TensorName, exception.ByteOffset);
}
