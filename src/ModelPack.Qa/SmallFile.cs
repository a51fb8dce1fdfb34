using ModelPack.IO;

namespace ModelPack.Qa;

/// <summary>A file that is read as a whole. Nothing says where it comes from: its size is bounded.</summary>
internal static class SmallFile
{
    private const int MaximumBytes = 64 << 20;

    /// <exception cref="InvalidOperationException">It is too large.</exception>
    public static byte[] Read(string path)
    {
        RegularFile.EnsureReadable(path);
        return new FileInfo(path).Length <= MaximumBytes
            ? File.ReadAllBytes(path)
            : throw new InvalidOperationException($"it is larger than {MaximumBytes} bytes");
    }
}
