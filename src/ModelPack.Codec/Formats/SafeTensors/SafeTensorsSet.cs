using ModelPack.IO;

namespace ModelPack.Formats.SafeTensors;

/// <summary>A sharded model: the index and its opened files (safetensors.md §5).</summary>
internal sealed class SafeTensorsSet : IDisposable
{
    private SafeTensorsSet(SafeTensorsIndex index, IReadOnlyList<SafeTensorsFile> files, IReadOnlyList<Note> notes)
    {
        Index = index;
        Files = files;
        Notes = notes;
    }

    /// <summary>The index.</summary>
    public SafeTensorsIndex Index { get; }

    /// <summary>The files, in the order of <see cref="SafeTensorsIndex.Files"/>. Disposed with this object.</summary>
    public IReadOnlyList<SafeTensorsFile> Files { get; }

    /// <summary>What is odd about the set, legal and kept. Each file has notes of its own.</summary>
    public IReadOnlyList<Note> Notes { get; }

    /// <summary>Opens the index and every file that it names, and checks that they agree tensor by tensor.</summary>
    /// <exception cref="ModelFormatException">The index or a file breaks a rule, or they do not belong together.</exception>
    public static SafeTensorsSet Open(string indexPath)
    {
        SafeTensorsIndex index = SafeTensorsIndex.Open(indexPath);
        List<SafeTensorsFile> files = [];
        try
        {
            foreach (SafeTensorsIndexEntry entry in index.WeightMap.DistinctBy(entry => entry.File, StringComparer.Ordinal))
            {
                files.Add(OpenFile(indexPath, entry));
            }

            return new SafeTensorsSet(index, files, Check(index, files, index.Files, indexPath));
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafeTensorsFile file in Files)
        {
            file.Dispose();
        }
    }

    private static SafeTensorsFile OpenFile(string indexPath, SafeTensorsIndexEntry entry)
    {
        FileByteSource source = new(PathOf(indexPath, entry));
        try
        {
            return SafeTensorsFile.Open(source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Where a file of an index lies.</summary>
    /// <exception cref="ModelFormatException">It is not there.</exception>
    internal static string PathOf(string indexPath, SafeTensorsIndexEntry entry) =>
        FileName.In(Path.GetDirectoryName(indexPath) ?? "", entry.File)
        ?? throw new ModelFormatException(
            SafeTensorsSetErrors.MissingFile, $"the file '{entry.File}' is not there", entry.ByteOffset)
            {
                FilePath = indexPath,
                TensorName = entry.Tensor,
            };

    /// <summary>Checks that an index and opened files agree tensor by tensor.</summary>
    /// <param name="index">The index.</param>
    /// <param name="files">The files.</param>
    /// <param name="names">The bare name of each file.</param>
    /// <param name="indexPath">Where the index stands.</param>
    internal static IReadOnlyList<Note> Check(
        SafeTensorsIndex index, IReadOnlyList<SafeTensorsFile> files, IReadOnlyList<string> names, string indexPath)
    {
        CheckTensors(index, files, names, indexPath);
        return SafeTensorsSetNotes.Of(index, files, indexPath);
    }

    private static void CheckTensors(
        SafeTensorsIndex index, IReadOnlyList<SafeTensorsFile> files, IReadOnlyList<string> names, string indexPath)
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (int i = 0; i < files.Count; i++)
        {
            foreach (TensorInfo tensor in files[i].Tensors)
            {
                if (!places.TryAdd(tensor.Name, i))
                {
                    string other = files[places[tensor.Name]].Source.Name;
                    throw Broken(SafeTensorsSetErrors.TensorInTwoFiles, $"'{other}' holds a tensor of the same name", files[i], tensor);
                }
            }
        }

        HashSet<string> exact = [.. names];
        foreach (SafeTensorsIndexEntry entry in index.WeightMap)
        {
            if (!places.TryGetValue(entry.Tensor, out int place)
                || !names[place].Equals(
                    entry.File, exact.Contains(entry.File) ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase))
            {
                throw new ModelFormatException(
                    SafeTensorsSetErrors.TensorNotFound, $"the file '{entry.File}' does not hold the tensor", entry.ByteOffset)
                {
                    FilePath = indexPath,
                    TensorName = entry.Tensor,
                };
            }
        }

        HashSet<string> indexed = [.. index.WeightMap.Select(entry => entry.Tensor)];
        foreach (SafeTensorsFile file in files)
        {
            if (file.Tensors.FirstOrDefault(tensor => !indexed.Contains(tensor.Name)) is { } stray)
            {
                throw Broken(SafeTensorsSetErrors.TensorNotInIndex, "the index does not name the tensor", file, stray);
            }
        }
    }

    private static ModelFormatException Broken(ErrorCode code, string detail, SafeTensorsFile file, TensorInfo tensor) =>
        new(code, detail, tensor.Offset) { FilePath = file.Source.Name, TensorName = tensor.Name };
}
