using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace ModelPack.Tensors.Payloads;

/// <summary>A tensor that is to be made. Recipes refer to the object itself: which number it has in a file is known once that file is laid
/// out.</summary>
/// <param name="Payload">How its payload is made.</param>
internal abstract record PlannedTensor(PayloadRecipe Payload);

/// <summary>A tensor as the model means it, in the words of the file that the model is planned in, or in the target's.</summary>
/// <param name="Info">Name, type and shape. Big-endian only where no known rule swaps its bytes.</param>
/// <param name="Payload">How its payload, little-endian, is made of those of the source, or of other tensors of the model.</param>
internal sealed record ModelTensor(TensorInfo Info, PayloadRecipe Payload) : PlannedTensor(Payload)
{
    public string Name => Info.Name;

    public TensorType Type => Info.Type;

    public ImmutableArray<long> Shape => Info.Shape;

    /// <summary>The tensors of a file, as it holds them.</summary>
    public static ModelTensor[] Of(IReadOnlyList<TensorInfo> tensors) =>
        [.. tensors.Select((tensor, i) => new ModelTensor(tensor, new StoredPayload(i, tensor.ByteLength)))];

    /// <summary>A tensor that no file holds yet.</summary>
    public static ModelTensor Made(string name, TensorType type, ImmutableArray<long> shape, PayloadRecipe payload) =>
        new(new() { Name = name, Type = type, Shape = shape, Offset = 0, ByteLength = payload.Length }, payload);
}

/// <summary>The payload of a planned tensor, whole.</summary>
/// <param name="Of">The tensor: this very object.</param>
internal sealed record PlannedPayload(PlannedTensor Of) : PayloadRecipe
{
    /// <inheritdoc/>
    public override long Length => Of.Payload.Length;

    /// <inheritdoc/>
    public override IEnumerable<PlannedTensor> Planned() => [Of];

    /// <inheritdoc/>
    public bool Equals(PlannedPayload? other) => ReferenceEquals(Of, other?.Of);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(Of);

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => leaf(this);
}
