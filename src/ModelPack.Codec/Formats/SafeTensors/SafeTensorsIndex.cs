using ModelPack.IO;

namespace ModelPack.Formats.SafeTensors;

/// <summary>One line of the weight map.</summary>
/// <param name="Tensor">Name of the tensor.</param>
/// <param name="File">Bare name of the file that holds it.</param>
/// <param name="ByteOffset">Where the file name stands in the index.</param>
internal sealed record SafeTensorsIndexEntry(string Tensor, string File, long ByteOffset);

/// <summary>The index of a sharded model, <c>*.safetensors.index.json</c> (safetensors.md §5).</summary>
internal sealed class SafeTensorsIndex
{
    internal SafeTensorsIndex(ReadOnlyMemory<byte> text, IReadOnlyList<SafeTensorsIndexEntry> weightMap, long? totalSize)
    {
        Text = text;
        WeightMap = weightMap;
        TotalSize = totalSize;
        Files = [.. weightMap.Select(entry => entry.File).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The text as it stands in the file; its form differs from writer to writer and cannot be recomputed.</summary>
    public ReadOnlyMemory<byte> Text { get; }

    /// <summary>The weight map in the order of the file.</summary>
    public IReadOnlyList<SafeTensorsIndexEntry> WeightMap { get; }

    /// <summary>The files of the set, in the order of their names.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The sum of the tensor bytes as the index states it, often wrongly; null if it states none as an integer.</summary>
    public long? TotalSize { get; }

    /// <summary>Reads an index strictly.</summary>
    /// <exception cref="ModelFormatException">The index breaks a rule.</exception>
    public static SafeTensorsIndex Open(string path)
    {
        using FileByteSource source = new(path);
        if (source.Length > SafeTensorsFormat.MaxHeaderLength)
        {
            throw new ModelFormatException(
                SafeTensorsSetErrors.IndexTooLarge, $"the index has {source.Length} bytes", SafeTensorsFormat.MaxHeaderLength)
            {
                FilePath = path,
            };
        }

        return Parse(source.ReadBytes(0, (int)source.Length), path);
    }

    /// <summary>Reads an index strictly.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="name">Path or other name for messages.</param>
    /// <exception cref="ModelFormatException">The index breaks a rule.</exception>
    public static SafeTensorsIndex Parse(ReadOnlyMemory<byte> text, string name) => SafeTensorsIndexReader.Read(text, name);
}
