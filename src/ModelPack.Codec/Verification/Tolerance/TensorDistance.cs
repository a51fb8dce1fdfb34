namespace ModelPack;

/// <summary>How far the values of two tensors are apart.</summary>
public sealed record TensorDistance
{
    /// <summary>Name in the first model.</summary>
    public required string Name { get; init; }

    /// <summary>Type in the first model.</summary>
    public required TensorType FirstType { get; init; }

    /// <summary>Type in the second model.</summary>
    public required TensorType SecondType { get; init; }

    /// <summary>Elements.</summary>
    public required long Elements { get; init; }

    /// <summary>Elements that are not the same number; −0 and +0 are, and so are two NaN.</summary>
    public required long Different { get; init; }

    /// <summary>Elements beyond the tolerance.</summary>
    public required long Beyond { get; init; }

    /// <summary>Elements that are NaN or infinite in one model and another value in the other. They are beyond every tolerance.</summary>
    public required long NonFinite { get; init; }

    /// <summary>The first element beyond the tolerance; null if there is none.</summary>
    public required ValueDistance? FirstBeyond { get; init; }

    /// <summary>The pair of finite values with the largest absolute distance; null if no two differ.</summary>
    public required ValueDistance? LargestAbsolute { get; init; }

    /// <summary>The pair of finite values with the largest relative distance; null if no two differ.</summary>
    public required ValueDistance? LargestRelative { get; init; }

    /// <summary>The pair of finite values most ULPs apart; null if no two differ, or ULPs cannot be counted.</summary>
    public required ValueDistance? LargestUlps { get; init; }
}
