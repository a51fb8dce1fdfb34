using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace ModelPack.Tensors;

/// <summary>Tensors that lie in the same bytes (apr-v2.md §15.1 allows it): they are read once, however many there are.</summary>
internal static class SharedPayloads
{
    /// <summary>For each tensor, the first one with the same values in the same bytes: itself, mostly.</summary>
    public static int[] First(IReadOnlyList<TensorInfo> tensors)
    {
        Dictionary<PayloadKey, int> known = [];
        int[] first = new int[tensors.Count];
        for (int i = 0; i < first.Length; i++)
        {
            PayloadKey key = PayloadKey.Of(tensors[i]);
            first[i] = known.TryAdd(key, i) ? i : known[key];
        }

        return first;
    }
}

/// <summary>What the values of a tensor depend on, its file and its shape within a row left out.</summary>
internal readonly record struct PayloadKey(long Offset, long Bytes, TensorType Type, ByteOrder Order, long Elements, long Row)
{
    public static PayloadKey Of(TensorInfo tensor)
    {
        long row = TensorTypes.Get(tensor.Type).Rule == PayloadRule.PaddedRows && tensor.Shape is [.., var last] ? last : 0;
        return new(tensor.Offset, tensor.ByteLength, tensor.Type, tensor.ByteOrder, tensor.ElementCount, row);
    }
}

/// <summary>What was found by reading two payloads beside one another. However many tensors share them, they are read once.</summary>
internal sealed class ComparedPayloads<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>
{
    private readonly ConcurrentDictionary<(PayloadKey, PayloadKey), Lazy<T>> found = new();

    public T Get(TensorInfo first, TensorInfo second, Func<T> read) =>
        found.GetOrAdd((PayloadKey.Of(first), PayloadKey.Of(second)), _ => new(read)).Value;
}
