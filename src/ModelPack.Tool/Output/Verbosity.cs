namespace ModelPack.Tool.Output;

/// <summary>How much a report for people shows. A JSON document always has everything.</summary>
internal enum Verbosity
{
    /// <summary>Notes without effect are counted.</summary>
    Normal,

    /// <summary>They are listed.</summary>
    Detailed,
}
