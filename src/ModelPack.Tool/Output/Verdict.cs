namespace ModelPack.Tool.Output;

/// <summary>What the first line of a report says, which decides its colour on a terminal.</summary>
internal enum Verdict
{
    /// <summary>Nothing was judged.</summary>
    None,

    /// <summary>Proved, equal, sound.</summary>
    Good,

    /// <summary>Not equal, or something was found.</summary>
    Bad,
}
