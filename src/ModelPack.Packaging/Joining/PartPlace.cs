using ModelPack.IO;
using ModelPack.Packaging.Manifests;

namespace ModelPack.Packaging.Joining;

/// <summary>Where the bytes of a part are.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Package">What has to be deleted and restored if they are damaged: the package's folder, or its file.</param>
/// <param name="Length">How many there are.</param>
/// <param name="Open">Opens them.</param>
internal sealed record PartPlace(string Name, string Package, long Length, Func<Stream> Open)
{
    /// <summary>A part that was extracted.</summary>
    public static PartPlace OfFile(string path, string packageFolder) => new(
        path, packageFolder, RegularFile.LengthOf(path),
        () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));
}

/// <summary>Finds a part; null if it is not there.</summary>
internal delegate PartPlace? FindPart(ManifestPart part);
