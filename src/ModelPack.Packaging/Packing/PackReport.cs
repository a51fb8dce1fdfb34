using System.Collections.Immutable;

namespace ModelPack.Packaging.Packing;

/// <summary>What was packed, or would be.</summary>
internal sealed record PackReport
{
    public required string Id { get; init; }

    public required string Version { get; init; }

    public required string Format { get; init; }

    public required string Digest { get; init; }

    /// <summary>In the order in which they have to be pushed: parts first, since the meta package depends on them.</summary>
    public required ImmutableArray<MadePackage> Packages { get; init; }

    public required ImmutableArray<ModelPackException> Warnings { get; init; }

    public required ImmutableArray<LeftOutFile> LeftOut { get; init; }
}

/// <summary>A package.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Path">The file; empty if it is one of an earlier version.</param>
/// <param name="Bytes">Bytes of the model in it.</param>
/// <param name="Outcome">What became of it.</param>
internal sealed record MadePackage(string Id, string Version, string Path, long Bytes, PackageOutcome Outcome);

internal enum PackageOutcome
{
    Written,

    /// <summary>The file was there, with the same bytes.</summary>
    Unchanged,

    /// <summary>A part of an earlier version.</summary>
    Reused,

    /// <summary>A dry run.</summary>
    Planned,
}
