using System.Buffers.Binary;
using System.Text;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Origin;

/// <summary>
/// A digest of what a container says by itself: metadata in order (without the origin record) and the tensor list (names, types, shapes),
/// that of a side file included. It tells whether somebody edited the container after its origin record was made.
/// </summary>
internal static class ContainerDigest
{
    public static Hash128 Compute(ModelFile file) => Compute(file, file.Metadata);

    /// <summary>The same of a container whose parts may have got other names since: they count as those that the conversion gave
    /// them.</summary>
    /// <param name="file">The container.</param>
    /// <param name="form">The files that it was made to consist of.</param>
    public static Hash128 Compute(ModelFile file, OutputForm form) =>
        Compute(file, file.AllMembers[0].Model is GgufFile && form.Folder is { } stem ? MetadataOf(file, stem) : file.Metadata);

    private static IEnumerable<MetadataEntry> MetadataOf(ModelFile file, string stem)
    {
        ModelFile[] parts = [
            .. file.AllMembers.Where(member => member is { Model: not null, IsSideFile: false }).Select(member => member.Model!)];
        return parts.SelectMany(
            (part, i) => i == 0
                ? part.Metadata
                : part.Metadata.Select(entry => new MetadataEntry(
                    $"{GgufSplitSet.FileName(stem, i + 1, parts.Length)}:{entry.Key}", entry.Value)));
    }

    private static Hash128 Compute(ModelFile file, IEnumerable<MetadataEntry> metadata)
    {
        Xxh128 hash = new();
        foreach (MetadataEntry entry in metadata)
        {
            if (entry.Key != ModelFile.OriginKey)
            {
                Append(hash, Encoding.UTF8.GetBytes(entry.Key));
                Append(hash, Encoding.UTF8.GetBytes(entry.Value.TypeName));
                Append(hash, entry.Value.RawBytes.Span);
            }
        }

        foreach (TensorInfo tensor in file.AllTensors)
        {
            Append(hash, Encoding.UTF8.GetBytes(tensor.Name));
            Append(hash, Encoding.UTF8.GetBytes(TensorTypes.Get(tensor.Type).Name));
            AppendNumber(hash, tensor.Shape.Length);
            foreach (long dimension in tensor.Shape)
            {
                AppendNumber(hash, dimension);
            }
        }

        return hash.Finish();
    }

    private static void Append(Xxh128 hash, ReadOnlySpan<byte> bytes)
    {
        AppendNumber(hash, bytes.Length);
        hash.Append(bytes);
    }

    private static void AppendNumber(Xxh128 hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.Append(bytes);
    }
}
