using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>A place in one of the files of a model.</summary>
internal readonly record struct FilePlace(string File, long? ByteOffset)
{
    /// <summary>Turns an offset in a model, whose files are counted one after the other, into one in a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="scope">What its path stands for.</param>
    /// <param name="offset">The offset in it, if there is one.</param>
    /// <param name="otherwise">The file to name if the offset lies in no file of a set.</param>
    public static FilePlace Of(string model, PathScope scope, long? offset, string otherwise)
    {
        if (offset is not { } place)
        {
            return new(otherwise, null);
        }

        foreach (string file in ModelFiles.FilesOf(model, scope))
        {
            long length = new FileInfo(file).Length;
            if (place < length)
            {
                return new(file, place);
            }

            place -= length;
        }

        return new(otherwise, offset);
    }

    /// <summary>Where a difference lies in the second of two models. Where its offset counts in the first, what differs is a payload that
    /// both have, if a place is known.</summary>
    public static FilePlace Of(string model, PathScope scope, Difference difference, string otherwise)
    {
        if (difference.OffsetIn == FileSide.Second)
        {
            return Of(model, scope, difference.ByteOffset, otherwise);
        }

        if (difference.Payload is not { } payload)
        {
            return Of(model, scope, offset: null, otherwise);
        }

        using ModelFile file = ModelFiles.Open(model, scope);
        return Of(
            model, scope, file.Tensors.FirstOrDefault(tensor => tensor.Name == difference.Place)?.Offset + payload.FirstByte, otherwise);
    }
}
