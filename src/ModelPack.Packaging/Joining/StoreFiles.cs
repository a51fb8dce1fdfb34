namespace ModelPack.Packaging.Joining;

/// <summary>The names in a store's folder. Whoever changes what belongs to a model holds the model's lock.</summary>
/// <param name="root">Folder of the store.</param>
internal sealed class StoreFiles(string root)
{
    private const int DigestDigits = 64;
    private const string TemporaryPart = ".tmp-";

    /// <summary>The models that have a name in the folder.</summary>
    public string[] Digests() => Directory.Exists(root)
        ? [.. Directory.EnumerateFileSystemEntries(root).Select(path => Path.GetFileName(path).Split('.')[0]).Where(IsDigest).Distinct()
            .Order(StringComparer.Ordinal)]
        : [];

    /// <summary>A name that nobody takes for the model.</summary>
    public string Temporary(string digest) => Path.Combine(root, digest + TemporaryPart + Guid.NewGuid().ToString("N")[..8]);

    /// <summary>Writes a file beside the folder of a model. It is there as a whole, and what has its name now is replaced, not written to:
    /// that may be a link.</summary>
    public void Write(string digest, string ending, byte[] bytes)
    {
        string temporary = Temporary(digest);
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, Path.Combine(root, digest + ending), overwrite: true);
    }

    /// <summary>Takes the name away from what has it: a folder, or anything else.</summary>
    public void SetAside(string digest)
    {
        string path = Path.Combine(root, digest);
        if (Directory.Exists(path))
        {
            Directory.Move(path, Temporary(digest));
        }
        else
        {
            File.Delete(path);
        }
    }

    /// <summary>Deletes what a killed process left. Only the holder of the lock does this, so that nobody is writing there.</summary>
    public void DeleteLeftOvers(string digest)
    {
        try
        {
            DeleteAside(digest);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Somebody reads a file there. It has no name that could be taken for the model.
        }
    }

    /// <exception cref="IOException">Somebody reads a file there.</exception>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public void DeleteAside(string digest)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(root, digest + TemporaryPart + "*"))
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Whether a name is that of a model's folder, which is called after its content.</summary>
    public static bool IsDigest(string name) => name.Length == DigestDigits && name.All(char.IsAsciiHexDigitLower);
}
