namespace ModelPack;

/// <summary>How tensors are called in the output.</summary>
public enum NamingMode
{
    /// <summary>The target's own names where the architecture has a table, else verbatim.</summary>
    Native,

    /// <summary>The source's names.</summary>
    Verbatim,
}
