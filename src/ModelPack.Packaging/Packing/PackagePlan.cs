using System.Collections.Immutable;
using ModelPack.Packaging.Content;

namespace ModelPack.Packaging.Packing;

/// <summary>A run of a file, and whether the meta package has it.</summary>
internal readonly record struct PlannedRun(FileRun Run, bool IsInMeta);

/// <summary>A file, cut.</summary>
internal sealed record PlannedContent(ContentFile File, ImmutableArray<PlannedRun> Runs);

/// <summary>What goes into which package. The meta package takes heads and small files, so that a fix of metadata, template or tokenizer
/// ships it alone.</summary>
internal static class PackagePlan
{
    /// <exception cref="ModelPackException">A shard is too large.</exception>
    public static ImmutableArray<PlannedContent> Of(PackedContent content, PackageLayout layout, long limit)
    {
        long room = Math.Min(PackOptions.HeadLimit, limit);
        if (content.Length <= room)
        {
            return [.. content.Files.Select(file => new PlannedContent(file, Whole(file, isInMeta: true)))];
        }

        ImmutableArray<PlannedContent>.Builder plan = ImmutableArray.CreateBuilder<PlannedContent>();
        foreach (ContentFile file in content.Files)
        {
            bool isWeights = !file.Payloads.IsEmpty;
            FileRun head = isWeights ? layout == PackageLayout.Parts ? PartCutter.Head(file.Payloads) : default : new(0, file.Length);
            bool isInMeta = head.Length > 0 && head.Length <= room;
            room -= isInMeta ? head.Length : 0;
            long start = isInMeta ? head.Length : 0;
            plan.Add(new(file, [
                .. isInMeta ? [new PlannedRun(head, IsInMeta: true)] : Array.Empty<PlannedRun>(),
                .. Cut(file, start, isWeights ? layout : PackageLayout.Parts, limit).Select(run => new PlannedRun(run, IsInMeta: false))]));
        }

        return plan.ToImmutable();
    }

    private static ImmutableArray<FileRun> Cut(ContentFile file, long start, PackageLayout layout, long limit) =>
        layout == PackageLayout.Parts ? PartCutter.Runs(start, file.Length, file.Payloads, limit)
        : file.Length <= limit ? [new(0, file.Length)]
        : throw new ModelPackException(PackagingErrors.ShardTooLarge, $"'{file.Name}' has {file.Length} bytes, more than {limit}")
        {
            FilePath = file.Path,
        };

    private static ImmutableArray<PlannedRun> Whole(ContentFile file, bool isInMeta) =>
        file.Length == 0 ? [] : [new(new(0, file.Length), isInMeta)];
}
