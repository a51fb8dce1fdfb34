namespace ModelPack;

/// <summary>One entry of the error catalogue: a stable code, what it means and what to do about it.</summary>
public sealed class ErrorCode
{
    internal ErrorCode(string id, string rule, ErrorKind kind, string summary, string remedy)
    {
        Id = id;
        Rule = rule;
        Kind = kind;
        Summary = summary;
        Remedy = remedy;
    }

    /// <summary>The stable code, <c>MP</c> and four digits, printed in front of every message.</summary>
    public string Id { get; }

    /// <summary>The rule of the format description that the code enforces (for example <c>R-MAGIC</c>), or an empty text.</summary>
    public string Rule { get; }

    /// <summary>Who has to act; fixes the exit code of the command line.</summary>
    public ErrorKind Kind { get; }

    /// <summary>One sentence: what is wrong.</summary>
    public string Summary { get; }

    /// <summary>One sentence: what to do.</summary>
    public string Remedy { get; }

    /// <summary>For people: the code and what is wrong.</summary>
    public override string ToString() => $"{Id}: {Summary}";
}

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
