namespace ModelPack;

/// <summary>How tensors are called in the output; numbers as in origin records (docs/origin-record.md, Body).</summary>
public enum NamingMode
{
    /// <summary>The target's own names where the architecture has a table, else verbatim.</summary>
    Native = 0,

    /// <summary>The source's names.</summary>
    Verbatim = 1,
}
