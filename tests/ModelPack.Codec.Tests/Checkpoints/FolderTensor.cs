using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>A tensor of a folder of SafeTensors files.</summary>
internal sealed record FolderTensor(TensorInfo Info, byte[] Bytes)
{
    /// <summary>The tensors of all files but the side file, those of sub-folders under the path of their file.</summary>
    public static Dictionary<string, FolderTensor> All(string folder)
    {
        Dictionary<string, FolderTensor> tensors = new(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(folder, "*.safetensors", SearchOption.AllDirectories)
            .Where(path => !SideFile.IsName(Path.GetFileName(path))))
        {
            string place = Path.GetRelativePath(folder, Path.GetDirectoryName(path)!).Replace('\\', '/');
            using SafeTensorsFile file = SafeTensorsFile.Open(new MemoryByteSource(File.ReadAllBytes(path)));
            foreach (TensorInfo tensor in file.Tensors)
            {
                tensors.Add(
                    place == "."
                        ? tensor.Name
                        : $"{place}/{tensor.Name}", new(tensor, file.Source.ReadBytes(tensor.Offset, checked((int)tensor.ByteLength))));
            }
        }

        return tensors;
    }

    /// <summary>The same type and bytes, or one holds as F32 the very values that the other has in 16 bits.</summary>
    public bool HasValuesOf(FolderTensor other) => Info.Type == other.Info.Type
        ? Bytes.AsSpan().SequenceEqual(other.Bytes)
        : Values() is { } mine && other.Values() is { } theirs && mine.AsSpan().SequenceEqual(theirs);

    private uint[]? Values()
    {
        if (Info.Type is not (TensorType.F32 or TensorType.BF16 or TensorType.F16))
        {
            return null;
        }

        float[] values = new float[Info.ElementCount];
        TensorDecoder.Decode(Info.Type, Bytes, values);
        return Array.ConvertAll(values, BitConverter.SingleToUInt32Bits);
    }
}
