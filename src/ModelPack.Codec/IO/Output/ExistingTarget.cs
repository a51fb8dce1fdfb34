namespace ModelPack;

/// <summary>What to do when the target exists already.</summary>
public enum ExistingTarget
{
    /// <summary>Refuse, before anything is read.</summary>
    Refuse,

    /// <summary>Replace it, once the new file is proved.</summary>
    Replace,
}
