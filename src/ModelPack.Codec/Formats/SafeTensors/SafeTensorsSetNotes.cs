namespace ModelPack.Formats.SafeTensors;

/// <summary>What is odd about a set, legal, and kept (safetensors.md §5).</summary>
internal static class SafeTensorsSetNotes
{
    public const string TotalSize = "K-TOTAL-SIZE";
    public const string SingleFile = "K-SINGLE-FILE";

    private const string IndexPart = ".safetensors.index.";

    public static IReadOnlyList<Note> Of(SafeTensorsIndex index, IReadOnlyList<SafeTensorsFile> files, string indexPath)
    {
        List<Note> notes = [];
        long bytes = files.Sum(file => file.Source.Length - file.DataOffset);
        if (index.TotalSize != bytes)
        {
            string stated = index.TotalSize is { } size ? $"the index states {size} bytes" : "the index states no total size";
            notes.Add(new Note(TotalSize, $"{stated}; the tensors have {bytes}"));
        }

        if (SingleFileName(Path.GetFileName(indexPath)) is { } single
            && !index.Files.Contains(single)
            && File.Exists(Path.Combine(Path.GetDirectoryName(indexPath) ?? "", single)))
        {
            notes.Add(new Note(SingleFile, $"'{single}' lies beside the index; the index is read, the single file is not"));
        }

        return notes;
    }

    /// <summary><c>model.safetensors.index.json</c> belongs to <c>model.safetensors</c>, <c>model.safetensors.index.fp16.json</c> to
    /// <c>model.fp16.safetensors</c>.</summary>
    internal static string? SingleFileName(string indexName)
    {
        int place = indexName.IndexOf(IndexPart, StringComparison.OrdinalIgnoreCase);
        if (place < 0 || !indexName.EndsWith("json", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string variant = indexName[(place + IndexPart.Length)..^"json".Length];
        return $"{indexName[..place]}.{variant}safetensors";
    }
}
