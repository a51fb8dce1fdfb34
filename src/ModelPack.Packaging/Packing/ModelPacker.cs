using System.Collections.Immutable;
using ModelPack.IO;
using ModelPack.Packaging.Content;
using ModelPack.Packaging.Manifests;
using ModelPack.Packaging.Zip;

namespace ModelPack.Packaging.Packing;

/// <summary>Packs a model: one meta package that users reference, and parts (docs/formats/model-packages.md §3).</summary>
internal sealed class ModelPacker : IDisposable
{
    private const string Empty = "lib/netstandard2.0/_._";

    private readonly ImmutableArray<PackSource> sources;
    private readonly PackOptions options;
    private readonly PackedContent content;
    private readonly PackageLicense license;
    private readonly PreviousParts previous;
    private readonly PackageText text;
    private readonly long limit;
    private readonly CancellationToken cancellation;
    private readonly List<(PackageFile? File, MadePackage Made)> packages = [];
    private readonly List<(string Entry, byte[] Bytes)> heads = [];

    private ModelPacker(ImmutableArray<PackSource> sources, PackOptions options, CancellationToken cancellation)
    {
        this.sources = sources;
        string path = sources[0].Path;
        this.cancellation = cancellation;
        this.options = options with { Version = PackageIdentity.Normalize(options.Id, options.Version) };
        content = VariantFinder.Find(sources);
        license = PackageLicense.Of(content, this.options, path);
        previous = PreviousParts.Of(this.options);
        limit = PackOptions.EnsureLimit(options.MaxPackageSize ?? previous.Limit ?? PackOptions.GalleryLimit);
        ImmutableArray<string> authors = PackageText.NamesIn(options.Authors ?? content.Authors);
        text = authors.IsEmpty
            ? throw new ModelPackException(PackagingErrors.NoAuthors, "no author is known") { FilePath = path }
            : new(this.options, content, license, authors);
    }

    /// <summary>Packs the model at a path.</summary>
    /// <param name="path">A model, or any file or folder.</param>
    /// <param name="options">What to make of it.</param>
    /// <param name="cancellation">Stops the work; no package remains.</param>
    /// <exception cref="ModelPackException">The model cannot be packed like this.</exception>
    public static PackReport Pack(string path, PackOptions options, CancellationToken cancellation = default) =>
        Pack([new(path)], options, cancellation);

    /// <summary>Packs the variants of a model into one meta package and its parts.</summary>
    /// <param name="sources">The variants, the default one first.</param>
    /// <param name="options">What to make of them.</param>
    /// <param name="cancellation">Stops the work; no package remains.</param>
    /// <exception cref="ModelPackException">They cannot be packed like this.</exception>
    public static PackReport Pack(ImmutableArray<PackSource> sources, PackOptions options, CancellationToken cancellation = default)
    {
        using ModelPacker packer = new(sources, options, cancellation);
        return packer.Run();
    }

    /// <inheritdoc/>
    public void Dispose() => packages.ForEach(package => package.File?.Dispose());

    private PackReport Run()
    {
        ImmutableArray<PlannedContent> plan = PackagePlan.Of(content, options.Layout, limit);
        if (!options.DryRun)
        {
            Directory.CreateDirectory(options.Output);
        }

        PackageManifest manifest = new()
        {
            Id = options.Id,
            Version = options.Version,
            Format = content.Format,
            Layout = options.Layout.ToString().ToLowerInvariant(),
            Limit = limit,
            Architecture = content.Architecture,
            License = license.Name,
            Files = [.. plan.Select(PackFile)],
        };
        AddMeta(manifest);
        return new()
        {
            Id = options.Id,
            Version = options.Version,
            Format = content.Format,
            Digest = manifest.Digest,
            Packages = options.DryRun ? [.. packages.Select(package => package.Made)] : Commit(),
            Warnings = [.. content.Warnings, .. license.Warning is { } warning ? [warning] : Array.Empty<ModelPackException>()],
            LeftOut = content.LeftOut,
        };
    }

    private ManifestFile PackFile(PlannedContent planned)
    {
        using FilePass pass = new(planned.File, cancellation);
        ImmutableArray<ManifestPart> parts =
            [.. planned.Runs.Select(run => run.IsInMeta ? PackHead(pass, run.Run) : PackRun(pass, run.Run))];
        (string sha256, string xxh128) = pass.Finish();
        return new(planned.File.Name, planned.File.Length, sha256, xxh128, parts) { Variant = planned.File.Variant };
    }

    private ManifestPart PackHead(FilePass pass, FileRun run)
    {
        byte[] bytes = pass.ReadHead(run);
        string entry = EntryName(heads.Count);
        heads.Add((entry, bytes));
        return new(options.Id, options.Version, entry, run.Offset, run.Length, FilePass.Sha256(bytes));
    }

    private ManifestPart PackRun(FilePass pass, FileRun run)
    {
        // Where an earlier part may be the same, the run is read before anything is written.
        string? sha256 = null;
        if (options.DryRun || previous.HasLength(run.Length))
        {
            sha256 = pass.Hash(run);
            if (previous.Find(sha256, run.Length) is { } known)
            {
                packages.Add((null, new(known.Package, known.Version, "", run.Length, PackageOutcome.Reused)));
                return known with { Offset = run.Offset };
            }

            if (options.DryRun)
            {
                string planned = previous.NextId(options.Id);
                packages.Add((null, new(planned, options.Version, "", run.Length, PackageOutcome.Planned)));
                return new(planned, options.Version, EntryOf(planned), run.Offset, run.Length, sha256);
            }
        }

        string id = previous.NextId(options.Id);
        string entry = EntryOf(id);
        PackageFile package = new(options.Output, id, options.Version);
        packages.Add((package, new(id, options.Version, package.Path, run.Length, PackageOutcome.Written)));
        package.Zip.Begin(entry, run.Length);
        (string hash, uint crc) = pass.Copy(run, package.Output, sha256);
        package.Zip.End(crc);
        ManifestPart part = new(id, options.Version, entry, run.Offset, run.Length, hash);
        package.AddText($"buildTransitive/{id}.props", BuildFiles.PartProps(part));
        package.AddText($"{id}.nuspec", text.PartNuspec(id, options.Version));
        Complete(package, id, text.PartDescription, hash);
        return part;
    }

    private void AddMeta(PackageManifest manifest)
    {
        long bytes = heads.Sum(head => (long)head.Bytes.Length);
        if (options.DryRun)
        {
            packages.Add((null, new(options.Id, options.Version, "", bytes, PackageOutcome.Planned)));
            return;
        }

        byte[] json = ManifestWriter.Write(manifest);
        PackageFile package = new(options.Output, options.Id, options.Version);
        packages.Add((package, new(options.Id, options.Version, package.Path, bytes, PackageOutcome.Written)));
        package.Zip.Add(PackageManifest.Entry, json);
        foreach ((string entry, byte[] head) in heads)
        {
            package.Zip.Add(entry, head);
        }

        foreach (PackSource source in sources)
        {
            string certificate = ModelConverter.CertificatePath(source.Path);
            if (File.Exists(certificate))
            {
                package.Zip.Add(PackageManifest.Folder + source.CertificateEntry, RegularFile.ReadAllBytes(certificate));
            }
        }

        package.AddText($"buildTransitive/{options.Id}.props", BuildFiles.MetaProps(manifest));
        package.AddText($"buildTransitive/{options.Id}.targets", BuildFiles.MetaTargets(manifest));
        package.AddText(ModelCard.FileName, text.Readme(manifest));
        package.AddText($"{options.Id}.nuspec", text.MetaNuspec(manifest));
        Complete(package, options.Id, text.Description, FilePass.Sha256(json));
    }

    private void Complete(PackageFile package, string id, string description, string sha256)
    {
        package.Zip.Add(Empty, []);
        if (license.Text is not null)
        {
            package.AddText(PackageLicense.FileName, license.Text);
        }

        if (content.Texts.GetValueOrDefault("NOTICE.txt") is { } notice)
        {
            package.AddText("NOTICE.txt", notice);
        }

        OpcParts.Add(package, id, options.Version, text.Authors, description);
        package.Zip.Finish(ZipDate.Of(sha256));
    }

    // All of them are complete before one gets its name, and the meta package is the last: what it depends on is there.
    private ImmutableArray<MadePackage> Commit()
    {
        bool[] there = [.. packages.Select(package => package.File?.IsThere(options.Replace) == true)];
        foreach ((PackageFile? file, _) in packages.Where((_, i) => !there[i]))
        {
            file?.Flush();
        }

        foreach ((PackageFile? file, _) in packages.Where((_, i) => !there[i]))
        {
            file?.Commit();
        }

        return [.. packages.Select((package, i) => there[i] ? package.Made with { Outcome = PackageOutcome.Unchanged } : package.Made)];
    }

    private string EntryOf(string part) => EntryName(PackageIdentity.PartNumber(options.Id, part));

    private static string EntryName(int number) => $"{PackageManifest.Folder}{number:0000}{PackageManifest.PartEnding}";
}
