namespace ModelPack.Formats.Gguf;

/// <summary>The keys of a model that is stored in several files, or was once (gguf.md §5).</summary>
/// <param name="Number">Index of this part, starting at 0.</param>
/// <param name="Count">Number of parts; 0 in a merged file.</param>
/// <param name="TensorCount">Tensors in all parts together.</param>
internal sealed record GgufSplit(int? Number, int Count, int? TensorCount)
{
    internal const string NumberKey = "split.no";
    internal const string CountKey = "split.count";
    internal const string TensorCountKey = "split.tensors.count";
    internal const string WrongType = "K-SPLIT";

    /// <summary>True if further files belong to the model.</summary>
    public bool IsPart => Count > 1;

    /// <summary>True if a file with so many tensors lacks others of the model: some programs leave the keys of a part in a file that was
    /// merged.</summary>
    /// <param name="tensors">Number of tensors in the file.</param>
    public bool LacksTensors(int tensors) => IsPart && !(TensorCount <= tensors);

    internal static GgufSplit? Read(MetadataEntry[] entries, IReadOnlyDictionary<string, int> index, GgufNotes notes)
    {
        int? number = Find(NumberKey, GgufValueType.UInt16);
        int? count = Find(CountKey, GgufValueType.UInt16);
        int? tensors = Find(TensorCountKey, GgufValueType.Int32);
        return count is null ? null : new GgufSplit(number, count.Value, tensors);

        int? Find(string key, GgufValueType type)
        {
            if (!index.TryGetValue(key, out int place))
            {
                return null;
            }

            GgufValue value = (GgufValue)entries[place].Value;
            if (value.Type == type && value.TryGetInteger(out Int128 integer))
            {
                return (int)integer;
            }

            notes.Add(
                new Note(
                    WrongType,
                    $"'{key}' has type {value.TypeName} instead of {GgufValueTypes.Name(type)}, so the file is not taken for a part"));
            return null;
        }
    }
}
