namespace ModelPack.Verification.Tolerance;

/// <summary>How far the values of two tensors are apart.</summary>
internal sealed class TensorDistance
{
    internal TensorDistance()
    {
    }

    /// <summary>Name in the first model.</summary>
    public string Name { get; internal init; } = null!;

    /// <summary>Type in the first model.</summary>
    public TensorType FirstType { get; internal init; }

    /// <summary>Type in the second model.</summary>
    public TensorType SecondType { get; internal init; }

    /// <summary>Elements.</summary>
    public long Elements { get; internal init; }

    /// <summary>Elements that are not the same number; −0 and +0 are, and so are two NaN.</summary>
    public long Different { get; internal init; }

    /// <summary>Elements beyond the tolerance.</summary>
    public long Beyond { get; internal init; }

    /// <summary>Elements that are NaN or infinite in one model and another value in the other. They are beyond every tolerance.</summary>
    public long NonFinite { get; internal init; }

    /// <summary>The first element beyond the tolerance; null if there is none.</summary>
    internal ValueDistance? FirstBeyond { get; init; }

    /// <summary>The pair of finite values with the largest absolute distance; null if no two differ.</summary>
    internal ValueDistance? LargestAbsolute { get; init; }

    /// <summary>The pair of finite values with the largest relative distance; null if no two differ.</summary>
    internal ValueDistance? LargestRelative { get; init; }

    /// <summary>The pair of finite values most ULPs apart; null if no two differ, or ULPs cannot be counted.</summary>
    internal ValueDistance? LargestUlps { get; init; }

    /// <summary>The same distance, of a tensor of another name.</summary>
    internal TensorDistance Of(string name) => new()
    {
        Name = name,
        FirstType = FirstType,
        SecondType = SecondType,
        Elements = Elements,
        Different = Different,
        Beyond = Beyond,
        NonFinite = NonFinite,
        FirstBeyond = FirstBeyond,
        LargestAbsolute = LargestAbsolute,
        LargestRelative = LargestRelative,
        LargestUlps = LargestUlps,
    };
}
