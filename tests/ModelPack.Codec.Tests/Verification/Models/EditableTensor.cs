namespace ModelPack.Codec.Tests.Verification.Models;

/// <summary>A tensor of a model that is being damaged.</summary>
internal sealed class EditableTensor(string name, TensorType type, long[] shape, byte[] payload)
{
    public string Name { get; set; } = name;

    public TensorType Type { get; set; } = type;

    /// <summary>Outermost first.</summary>
    public long[] Shape { get; set; } = shape;

    public byte[] Payload { get; set; } = payload;

    public int RowBytes => (int)(Payload.Length / Shape[..^1].Aggregate(1L, (product, dimension) => product * dimension));

    public int ElementBytes => TensorTypes.Get(Type).BlockBytes;

    public EditableTensor Clone() => new(Name, Type, [.. Shape], [.. Payload]);
}
