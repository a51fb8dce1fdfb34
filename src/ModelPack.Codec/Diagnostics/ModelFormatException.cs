namespace ModelPack;

/// <summary>A file breaks a rule of its format. The only exception that a reader throws because of a file's content.</summary>
/// <example>
/// <code>
/// try
/// {
///     using Model model = Model.Open("download.gguf");
/// }
/// catch (ModelFormatException exception)
/// {
///     Console.WriteLine($"{exception.Code} at byte {exception.ByteOffset}: {exception.Detail}");
/// }
/// </code>
/// </example>
public sealed class ModelFormatException : ModelPackException
{
    /// <summary>Creates the error for a broken rule.</summary>
    /// <param name="code">The catalogue entry of the rule.</param>
    /// <param name="detail">What was found, in one sentence, with the values.</param>
    /// <param name="byteOffset">Offset in the file of the first byte that is wrong.</param>
    /// <param name="inner">The cause, if there is one.</param>
    internal ModelFormatException(ErrorCode code, string detail, long byteOffset, Exception? inner = null)
        : base(code, detail, inner) => ByteOffset = byteOffset;

    /// <summary>Creates the error for a file that breaks the rule as a whole: no byte of it is the wrong one.</summary>
    internal ModelFormatException(ErrorCode code, string detail)
        : base(code, detail)
    {
    }
}
