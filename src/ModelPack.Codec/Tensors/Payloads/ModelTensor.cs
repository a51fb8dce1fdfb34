namespace ModelPack.Tensors.Payloads;

/// <summary>A tensor as the model means it.</summary>
/// <param name="Info">Name, type and shape. Big-endian only where no known rule swaps its bytes.</param>
/// <param name="Payload">How its payload, little-endian, is made of those of the source.</param>
internal readonly record struct ModelTensor(TensorInfo Info, PayloadRecipe Payload);
