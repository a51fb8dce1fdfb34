using System.Collections.Immutable;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.Models;

namespace ModelPack.Packaging.Content;

/// <summary>What a path packs: the files of a model by the rules of the library, or any file or folder as it is.</summary>
internal static class ContentFinder
{
    private const int MaximumText = 1 << 20;

    private static readonly string[] ModelEndings = [".gguf", ".apr", ".safetensors", ".safetensors.index.json"];
    private static readonly string[][] RootTexts =
        [["LICENSE.txt", "LICENSE", "LICENSE.txt", "LICENSE.md"], ["NOTICE.txt", "NOTICE", "NOTICE.txt"], ["README.md", "README.md"]];

    /// <exception cref="ModelPackException">There is nothing to pack, or a model is damaged.</exception>
    public static PackedContent Find(string path)
    {
        if (!Path.Exists(path))
        {
            throw new ModelPackException(PackagingErrors.NothingToPack, $"'{path}' does not exist") { FilePath = path };
        }

        RegularFile.EnsureReadable(path);
        PackedContent content = IsModel(path) ? OfModel(path) : Opaque(path);
        EnsureNames(content);
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return content with { Texts = TextsOf(folder, content, path) };
    }

    // What has the name of a model is read as one, so that a damaged file is not packed. Anything else is only hashed.
    private static bool IsModel(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path).Any(HasModelName) : HasModelName(path) || HasMagic(path);

    private static bool HasModelName(string path) =>
        ModelEndings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static bool HasMagic(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Span<byte> first = stackalloc byte[4];
        return file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length
            && (first.SequenceEqual("GGUF"u8) || first.SequenceEqual("FUGG"u8) || first.SequenceEqual("APR\0"u8));
    }

    private static PackedContent OfModel(string path)
    {
        ModelLocation location = ModelLocation.Find(path);
        using ModelFile model = ModelFiles.Open(path);
        string[] names = [.. location.Names];
        ImmutableArray<ContentFile> files =
            [.. location.Files.Select((file, i) => Measured(file, names[i])).OrderBy(file => file.Name, StringComparer.Ordinal)];
        MetadataList metadata = new(model.Metadata);
        ModelCard card = ModelCard.In(location.Files.FirstOrDefault(file => Path.GetFileName(file) == ModelCard.FileName));
        return new()
        {
            Files = files,
            Format = model.Format.ToString().ToLowerInvariant(),
            Architecture = model.Architecture,
            ModelName = Text("general.name") ?? Text("name"),
            License = Text("general.license") ?? Text("license") ?? card.License,
            Authors = Text("general.author") ?? Text("general.organization") ?? Text("author"),
            ProjectUrl = Text("general.url") ?? Text("general.source.url"),
            Description = Text("general.description") ?? Text("description"),
            LeftOut = location.LeftOut,
            Warnings = [.. Warnings(path, files)],
        };

        string? Text(string key) =>
            metadata.TryGet(key, out MetadataValue? value) && value.Text is { Length: > 0 and <= 4000 } text ? text : null;
    }

    private static ContentFile Measured(string path, string name)
    {
        long length = RegularFile.LengthOf(path);
        if (!HasModelName(name) || name.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return new(path, name, length, []);
        }

        using ModelFile file = ModelFiles.OpenFile(path);
        return new(path, name, length, [.. file.Tensors.Select(tensor => new FileRun(tensor.Offset, tensor.ByteLength))]);
    }

    private static IEnumerable<ModelPackException> Warnings(string path, IEnumerable<ContentFile> files)
    {
        foreach (ContentFile side in files.Where(file => SideFile.IsName(Path.GetFileName(file.Path))))
        {
            yield return new(PackagingErrors.SideFilePacked, $"'{side.Name}' is a side file of {side.Length} bytes") { FilePath = path };
        }

        string certificate = ModelConverter.CertificatePath(path);
        if (File.Exists(certificate) && CertificateJson.Read(certificate) is { Meaning: Meaning.Carried or Meaning.Partial } proof)
        {
            string why = proof.MeaningReasons.IsDefaultOrEmpty ? "" : $": {proof.MeaningReasons[0]}";
            yield return new(
                PackagingErrors.Carried, $"the certificate says {proof.Meaning.ToString()!.ToLowerInvariant()}{why}") { FilePath = path };
        }
    }

    private static PackedContent Opaque(string path)
    {
        ImmutableArray<ContentFile> files = Directory.Exists(path)
            ? [.. MemberName.Below(path).Where(name => !name.Split('/').Any(part => part.StartsWith('.'))).Order(StringComparer.Ordinal)
                .Select(name => OpaqueFile(PortablePath.In(path, name), name))]
            : [OpaqueFile(path, Path.GetFileName(path))];
        return files.IsEmpty
            ? throw new ModelPackException(PackagingErrors.NothingToPack, $"'{path}' holds no file") { FilePath = path }
            : new() { Files = files, Format = PackedContent.OpaqueFormat };
    }

    private static ContentFile OpaqueFile(string path, string name) => new(path, name, RegularFile.LengthOf(path), []);

    private static void EnsureNames(PackedContent content)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (ContentFile file in content.Files)
        {
            if (!PortablePath.IsLegal(file.Name) || !names.Add(file.Name))
            {
                throw new ModelPackException(PackagingErrors.NotPortable, $"'{file.Name}' cannot be unpacked on every system")
                {
                    FilePath = file.Path,
                };
            }
        }
    }

    // A licence beside a single file is as good as one in the model's folder; a README beside it may be that of the project.
    private static ImmutableDictionary<string, string> TextsOf(string folder, PackedContent content, string path)
    {
        bool isFolder = Directory.Exists(path);
        var texts = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (string[] names in RootTexts.Where(names => isFolder || names[0] != ModelCard.FileName))
        {
            string? found = names[1..].Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
            if (found is not null && RegularFile.LengthOf(found) <= MaximumText)
            {
                texts[names[0]] = RegularFile.ReadAllText(found);
            }
        }

        return texts.ToImmutable();
    }
}
