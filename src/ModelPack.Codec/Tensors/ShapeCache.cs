using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>Gives equal shapes one array while a file is read: a model of very many tensors has few shapes.</summary>
internal sealed class ShapeCache
{
    private readonly ImmutableArray<long>[] recent = new ImmutableArray<long>[64];

    /// <summary>The shape as an array.</summary>
    /// <param name="shape">The dimensions.</param>
    public ImmutableArray<long> Get(ReadOnlySpan<long> shape)
    {
        ref ImmutableArray<long> found = ref Find(shape);
        return IsSame(found, shape) ? found : found = [.. shape];
    }

    /// <summary>The shape as an array: this one, if there is no equal.</summary>
    /// <param name="shape">The dimensions. Nobody may change them any more.</param>
    public ImmutableArray<long> Get(long[] shape)
    {
        ref ImmutableArray<long> found = ref Find(shape);
        return IsSame(found, shape) ? found : found = ImmutableCollectionsMarshal.AsImmutableArray(shape);
    }

    private static bool IsSame(ImmutableArray<long> found, ReadOnlySpan<long> shape) =>
        !found.IsDefault && found.AsSpan().SequenceEqual(shape);

    private ref ImmutableArray<long> Find(ReadOnlySpan<long> shape)
    {
        ulong hash = 0;
        foreach (long dimension in shape)
        {
            hash = ((hash * 31) + (ulong)dimension) * 0x9E37_79B9_7F4A_7C15;
        }

        return ref recent[hash >> 58];
    }
}
