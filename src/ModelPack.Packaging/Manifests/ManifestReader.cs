using System.Collections.Immutable;
using System.Text.Json;

namespace ModelPack.Packaging.Manifests;

/// <summary>Reads a manifest that anybody may have written: every field is there, of its type and within its bounds, or it is
/// refused.</summary>
internal static class ManifestReader
{
    /// <summary>A manifest of 200,000 parts; 4 GB of them in each case.</summary>
    public const int MaximumBytes = 64 << 20;

    private const int MaximumDepth = 8;
    private const int Sha256Digits = 64;
    private const int Xxh128Digits = 32;

    // A manifest that says a key twice is refused: readers differ in which one counts.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaximumDepth, AllowDuplicateProperties = false };

    /// <param name="path">A file below modelpack/ of an extracted package.</param>
    /// <exception cref="ModelPackException">It is no manifest.</exception>
    public static PackageManifest ReadFile(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Read(stream, stream.Length, path);
    }

    /// <param name="stream">The text.</param>
    /// <param name="length">Its length as its container says.</param>
    /// <param name="path">The file that errors name.</param>
    /// <exception cref="ModelPackException">It is no manifest.</exception>
    public static PackageManifest Read(Stream stream, long length, string path)
    {
        if (length > MaximumBytes)
        {
            throw Bad(path, $"the manifest has {length} bytes, more than {MaximumBytes}");
        }

        byte[] text = new byte[length];
        int read = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        return read == length ? Parse(text, path) : throw Bad(path, $"the manifest ends after {read} of {length} bytes");
    }

    /// <exception cref="ModelPackException">It is no manifest.</exception>
    public static PackageManifest Parse(ReadOnlyMemory<byte> text, string path)
    {
        try
        {
            // Half of a surrogate pair, which is valid JSON (RFC 8259 §8.2) and no text, is an invalid operation.
            using JsonDocument document = JsonDocument.Parse(text, Options);
            return Read(new(document.RootElement, "", path));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new ModelPackException(PackagingErrors.BadManifest, $"the manifest is not JSON: {fault.Message.TrimEnd('.')}", fault)
            {
                FilePath = path,
            };
        }
    }

    private static PackageManifest Read(ManifestObject root)
    {
        string schema = root.Text("schema");
        if (schema != PackageManifest.Schema)
        {
            throw new ModelPackException(
                PackagingErrors.NewerManifest, $"the manifest is written for '{schema}', and '{PackageManifest.Schema}' is known")
            {
                FilePath = root.Path,
            };
        }

        PackageManifest manifest = new()
        {
            Id = root.Name("id"),
            Version = root.Name("version"),
            Format = root.Name("format"),
            Layout = root.Name("layout"),
            Limit = root.Number("limit"),
            Architecture = root.OptionalText("architecture"),
            License = root.OptionalText("license"),
            Files = [.. root.Objects("files").Select(ReadFile)],
        };
        Check(manifest, root);
        return manifest;
    }

    private static void Check(PackageManifest manifest, ManifestObject root)
    {
        if (manifest.Files.IsEmpty)
        {
            throw root.Bad("it has no file");
        }

        // One by one: the sum of many lengths can be more than a number holds.
        long total = 0;
        foreach (ManifestFile file in manifest.Files)
        {
            total = total <= ManifestObject.MaximumNumber - file.Length ? total + file.Length
                : throw root.Bad($"its files have more than {ManifestObject.MaximumNumber} bytes");
        }

        string[] variants = [.. manifest.Variants];
        if (variants.Distinct(StringComparer.OrdinalIgnoreCase).Count() != variants.Length
            || (variants.Length > 0 && manifest.Files.Any(file => file.Variant is null)))
        {
            throw root.Bad("two variants differ only in capitals, or a file belongs to none");
        }

        foreach (IGrouping<string?, ManifestFile> variant in manifest.Files.GroupBy(file => file.Variant))
        {
            CheckNames([.. variant], root);
        }
    }

    private static void CheckNames(ManifestFile[] files, ManifestObject root)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (ManifestFile file in files.Where(file => !names.Add(file.Path)))
        {
            throw root.Bad($"two files are called '{file.Path}'");
        }

        foreach (ManifestFile file in files)
        {
            for (int slash = file.Path.IndexOf('/'); slash >= 0; slash = file.Path.IndexOf('/', slash + 1))
            {
                if (names.Contains(file.Path[..slash]))
                {
                    throw root.Bad($"'{file.Path[..slash]}' is a file, and the folder of '{file.Path}'");
                }
            }
        }
    }

    private static ManifestFile ReadFile(ManifestObject file)
    {
        string path = file.Text("path");
        file.EnsureInside(path);
        long length = file.Number("length");
        List<ManifestPart> parts = [];
        long end = 0;
        foreach (ManifestObject part in file.Objects("parts"))
        {
            parts.Add(ReadPart(part));
            if (parts[^1].Offset != end)
            {
                throw file.Bad($"of '{path}', a part begins at byte {parts[^1].Offset} where byte {end} follows");
            }

            // Both are below 2^62: the sum cannot wrap.
            end += parts[^1].Length;
            if (end > length)
            {
                throw file.Bad($"the parts of '{path}' go beyond its {length} bytes");
            }
        }

        return end == length
            ? new(path, length, file.Digits("sha256", Sha256Digits), file.Digits("xxh128", Xxh128Digits), [.. parts])
            {
                Variant = file.OptionalName("variant"),
            }
            : throw file.Bad($"the parts of '{path}' end at byte {end} of {length}");
    }

    private static ManifestPart ReadPart(ManifestObject part)
    {
        string entry = part.Text("entry");
        part.EnsureInside(entry);
        if (!entry.StartsWith(PackageManifest.Folder, StringComparison.Ordinal))
        {
            throw new ModelPackException(
                PackagingErrors.PathOutside, $"the entry '{entry}' does not lie below {PackageManifest.Folder}") { FilePath = part.Path };
        }

        return new(
            part.Name("package"), part.Name("version"), entry, part.Number("offset"), part.Number("length"),
            part.Digits("sha256", Sha256Digits));
    }

    private static ModelPackException Bad(string path, string what) => new(PackagingErrors.BadManifest, what) { FilePath = path };
}
