namespace ModelPack;

/// <summary>What a difference is about.</summary>
public enum DifferenceKind
{
    /// <summary>A tensor is in the first file only.</summary>
    MissingTensor,

    /// <summary>A tensor is in the second file only.</summary>
    ExtraTensor,

    /// <summary>The shapes differ.</summary>
    Shape,

    /// <summary>The types differ.</summary>
    Type,

    /// <summary>The payload bytes differ.</summary>
    Payload,

    /// <summary>The tensors stand in another order.</summary>
    Order,

    /// <summary>A metadata key, its type, value or place differs.</summary>
    Metadata,

    /// <summary>Bytes that belong to no tensor and no key differ: header fields, padding, footer, trailing bytes.</summary>
    Container,

    /// <summary>Decoded values are further apart than a tolerance allows.</summary>
    Value,
}
