namespace ModelPack;

/// <summary>Whether the output carries the record that makes the way back byte-exact.</summary>
public enum OriginMode
{
    /// <summary>The record is embedded; the conversion is proved at L3.</summary>
    Embed,

    /// <summary>No record: the output holds only what the target's own fields can say, and the report says L2 or L1.</summary>
    None,
}
