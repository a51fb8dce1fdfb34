using System.Collections.Immutable;
using ModelPack.Packaging.Manifests;
using ModelPack.Packaging.Packing;

namespace ModelPack.Packaging.Content;

/// <summary>What several paths pack together: variants of one model, such as its quantizations. The first is the default.</summary>
internal static class VariantFinder
{
    /// <exception cref="ModelPackException">There is nothing to pack, a model is damaged, or a variant has no name of its own.</exception>
    public static PackedContent Find(ImmutableArray<PackSource> sources)
    {
        EnsureNames(sources);
        PackedContent[] variants = [.. sources.Select(Find)];
        return variants is [PackedContent single] ? single : variants[0] with
        {
            Files = [.. variants.SelectMany(variant => variant.Files)],
            Format = Common(variant => variant.Format) ?? PackedContent.MixedFormat,
            Architecture = Common(variant => variant.Architecture),
            License = First(variant => variant.License),
            Authors = First(variant => variant.Authors),
            ProjectUrl = First(variant => variant.ProjectUrl),
            Warnings = [.. variants.SelectMany(variant => variant.Warnings)],
            LeftOut = [.. variants.SelectMany(variant => variant.LeftOut)],
        };

        string? Common(Func<PackedContent, string?> text) => variants.Select(text).Distinct().ToArray() is [var one] ? one : null;

        string? First(Func<PackedContent, string?> text) => variants.Select(text).FirstOrDefault(said => said is not null);
    }

    private static PackedContent Find(PackSource source)
    {
        PackedContent content = ContentFinder.Find(source.Path);
        return content with { Files = [.. content.Files.Select(file => file with { Variant = source.Variant })] };
    }

    private static void EnsureNames(ImmutableArray<PackSource> sources)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (PackSource source in sources)
        {
            string? fault = source.Variant is null ? sources.Length > 1 ? "it is one of several models, and has no variant" : null
                : !ManifestObject.IsName(source.Variant) ? $"the variant '{source.Variant}' is no name"
                : !names.Add(source.Variant) ? $"two models are the variant '{source.Variant}'"
                : null;
            if (fault is not null)
            {
                throw new ModelPackException(PackagingErrors.VariantNames, fault) { FilePath = source.Path };
            }
        }
    }
}
