using ModelPack.Packaging.Manifests;
using ModelPack.Packaging.Reading;

namespace ModelPack.Packaging.Packing;

/// <summary>The parts of an earlier version: those that did not change are referenced, not packed again.</summary>
internal sealed class PreviousParts
{
    private readonly Dictionary<(string Sha256, long Length), ManifestPart> parts = [];
    private readonly HashSet<long> lengths = [];
    private int number;

    private PreviousParts(PackageManifest? manifest, string id)
    {
        Limit = manifest?.Limit;
        foreach (ManifestPart part in manifest?.Parts ?? [])
        {
            if (part.Package != manifest!.Id)
            {
                parts.TryAdd((part.Sha256, part.Length), part);
                lengths.Add(part.Length);
                number = Math.Max(number, PackageIdentity.PartNumber(id, part.Package));
            }
        }
    }

    public long? Limit { get; }

    /// <exception cref="ModelPackException">It is no package of that id, or one of that version.</exception>
    public static PreviousParts Of(PackOptions options)
    {
        if (options.Previous is not { } path)
        {
            return new(null, options.Id);
        }

        PackageManifest manifest = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? ManifestReader.ReadFile(path)
            : NupkgFile.ReadManifest(path);
        return manifest.Id.Equals(options.Id, StringComparison.OrdinalIgnoreCase) && manifest.Version != options.Version
            ? new(manifest, options.Id)
            : throw new ModelPackException(PackagingErrors.SameVersion, $"it is {manifest.Id} {manifest.Version}") { FilePath = path };
    }

    /// <summary>Whether a run of that length may be a known part, so that it is worth hashing it before it is written.</summary>
    public bool HasLength(long length) => lengths.Contains(length);

    public ManifestPart? Find(string sha256, long length) => parts.GetValueOrDefault((sha256, length));

    /// <summary>An id that no part of this model had before: an inserted part renames no other.</summary>
    public string NextId(string id) => PackageIdentity.PartId(id, ++number);
}
