using System.Globalization;

namespace ModelPack.Formats.Gguf;

/// <summary>The rules that the parts of a split model obey together (gguf.md §5).</summary>
internal static class GgufSplitSet
{
    public static string FileName(string prefix, int number, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}-{number:D5}-of-{count:D5}.gguf");

    /// <exception cref="ModelFormatException">The parts do not belong together.</exception>
    public static void Check(GgufFile[] parts)
    {
        Dictionary<string, string> places = new(StringComparer.Ordinal);
        for (int i = 0; i < parts.Length; i++)
        {
            GgufSplit? split = parts[i].Split;
            if (split?.Number != i || split.Count != parts.Length)
            {
                string says = split is null
                    ? parts[i].Notes.FirstOrDefault(note => note.Rule == GgufSplit.WrongType)?.Text ?? "has no split keys"
                    : $"says that it is number {split.Number} of {split.Count}";
                throw Wrong(parts[i], $"part {i} of {parts.Length}, counted from 0, {says}");
            }

            foreach (TensorInfo tensor in parts[i].Tensors)
            {
                if (!places.TryAdd(tensor.Name, parts[i].Source.Name))
                {
                    throw Wrong(parts[i], $"'{places[tensor.Name]}' holds a tensor '{tensor.Name}' too", tensor.Offset);
                }
            }
        }

        foreach (GgufFile part in parts)
        {
            // The reference looks at the first part only; each part states the total of all.
            if (part.Split!.TensorCount is int total && total != places.Count)
            {
                throw Wrong(part, $"'{GgufSplit.TensorCountKey}' is {total}, but the parts hold {places.Count} tensors");
            }
        }
    }

    private static ModelFormatException Wrong(GgufFile part, string why, long? offset = null) =>
        new(ModelSetErrors.WrongPart, why) { FilePath = part.Source.Name, ByteOffset = offset };
}
