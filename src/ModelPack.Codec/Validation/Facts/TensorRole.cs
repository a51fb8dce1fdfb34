namespace ModelPack.Validation.Facts;

/// <summary>What a tensor is for in a llama-like model.</summary>
internal enum TensorRole
{
    TokenEmbedding,
    Output,

    /// <summary>Any norm over the hidden size.</summary>
    HiddenNorm,
    AttentionNorm,
    Query,
    Key,
    Value,
    QueryKeyValue,
    AttentionOutput,

    /// <summary>A norm over one head.</summary>
    HeadNorm,
    Gate,
    Up,
    GateUp,
    Down,
    Router,
    ExpertGates,
    ExpertUps,
    ExpertDowns,

    /// <summary>The gates and ups of all experts in one tensor, as transformers 5 joins them; some classes keep it the other way
    /// round.</summary>
    ExpertGateUps,
    JoinedExpertDowns,
    ExpertGate,
    ExpertUp,
    ExpertDown,
    SharedGate,
    SharedUp,
    SharedDown,
    SharedRouter,
}

/// <summary>A tensor name, understood.</summary>
/// <param name="Role">What it is for.</param>
/// <param name="Layer">The layer; null outside the layers.</param>
/// <param name="IsBias">True for a bias.</param>
internal readonly record struct RoledTensor(TensorRole Role, int? Layer, bool IsBias);
