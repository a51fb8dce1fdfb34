namespace ModelPack;

/// <summary>One entry of the error catalogue: a stable code, what it means and what to do about it.</summary>
/// <param name="Id">The stable code, <c>MP</c> and four digits, printed in front of every message.</param>
/// <param name="Rule">The rule of the format description that the code enforces (for example <c>R-MAGIC</c>), or an empty text.</param>
/// <param name="Kind">Who has to act; fixes the exit code of the command line.</param>
/// <param name="Summary">One sentence: what is wrong.</param>
/// <param name="Remedy">One sentence: what to do.</param>
public sealed record ErrorCode(string Id, string Rule, ErrorKind Kind, string Summary, string Remedy);

/// <summary>The kind of an error. Each kind has its own exit code on the command line.</summary>
public enum ErrorKind
{
    /// <summary>The result is not equal, is lossy, or a check failed (exit code 1).</summary>
    NotProved,

    /// <summary>The call was wrong (exit code 2).</summary>
    Usage,

    /// <summary>A file is invalid, hostile or cannot be expressed (exit code 3).</summary>
    InvalidFile,

    /// <summary>Reading or writing failed: a missing file, a full disk, missing rights (exit code 4).</summary>
    InputOutput,
}
