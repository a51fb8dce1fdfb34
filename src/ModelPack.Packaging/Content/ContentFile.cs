using System.Collections.Immutable;

namespace ModelPack.Packaging.Content;

/// <summary>A file that is packed.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Name">Its path in the package's model.</param>
/// <param name="Length">Its length.</param>
/// <param name="Payloads">Its tensors; none if it is a companion or opaque.</param>
internal sealed record ContentFile(string Path, string Name, long Length, ImmutableArray<FileRun> Payloads)
{
    /// <summary>The variant of the model that the file belongs to; null if the package has none.</summary>
    public string? Variant { get; init; }
}

/// <summary>A model that is packed, with what its files say about it.</summary>
internal sealed record PackedContent
{
    public const string OpaqueFormat = "opaque";

    /// <summary>Of variants of several formats.</summary>
    public const string MixedFormat = "mixed";

    public required ImmutableArray<ContentFile> Files { get; init; }

    public required string Format { get; init; }

    public string? Architecture { get; init; }

    public string? ModelName { get; init; }

    public string? License { get; init; }

    public string? Authors { get; init; }

    public string? ProjectUrl { get; init; }

    public string? Description { get; init; }

    /// <summary>What the user has to know.</summary>
    public ImmutableArray<ModelPackException> Warnings { get; init; } = [];

    /// <summary>Files of the folder that are not packed.</summary>
    public ImmutableArray<LeftOutFile> LeftOut { get; init; } = [];

    /// <summary>Texts of the folder that the package has at its root: LICENSE, NOTICE, README.</summary>
    public ImmutableDictionary<string, string> Texts { get; init; } = [];

    public long Length => Files.Sum(file => file.Length);
}
