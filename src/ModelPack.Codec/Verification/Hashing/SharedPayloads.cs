namespace ModelPack.Verification.Hashing;

/// <summary>Tensors that lie in the same bytes (apr-v2.md §15.1 allows it): they are read once, however many there are.</summary>
internal static class SharedPayloads
{
    /// <summary>For each tensor, the first one with the same values in the same bytes: itself, mostly.</summary>
    public static int[] First(IReadOnlyList<TensorInfo> tensors)
    {
        Dictionary<(long, long, TensorType, ByteOrder, long, long), int> known = [];
        int[] first = new int[tensors.Count];
        for (int i = 0; i < first.Length; i++)
        {
            TensorInfo tensor = tensors[i];
            long row = TensorTypes.Get(tensor.Type).Rule == PayloadRule.PaddedRows ? tensor.Shape[^1] : 0;
            (long, long, TensorType, ByteOrder, long, long) key = (tensor.Offset, tensor.ByteLength, tensor.Type, tensor.ByteOrder, tensor.ElementCount, row);
            first[i] = known.TryAdd(key, i) ? i : known[key];
        }

        return first;
    }
}
