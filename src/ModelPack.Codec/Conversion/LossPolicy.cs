namespace ModelPack;

/// <summary>What to do about losses that options ask for by name.</summary>
public enum LossPolicy
{
    /// <summary>The conversion fails.</summary>
    Refuse,

    /// <summary>They are made, measured and reported.</summary>
    Allow,
}
