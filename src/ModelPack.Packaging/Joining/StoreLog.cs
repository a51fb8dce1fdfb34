namespace ModelPack.Packaging.Joining;

/// <summary>What the store has to say.</summary>
/// <param name="Say">What takes time.</param>
/// <param name="Warn">What is wrong, and was mended.</param>
internal sealed record StoreLog(Action<string> Say, Action<ModelPackException> Warn);
