using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>The architecture named and the one described, and fields that are stored twice.</summary>
internal static class ArchitectureCheck
{
    private const string BlockCount = ".block_count";
    private const string CopyPrefix = "model.";

    // apr-v2.md §7.3: the importer from GGUF writes these twice.
    private static readonly string[] Copies =
    [
        "architecture", "hidden_size", "num_layers", "num_heads", "num_kv_heads", "vocab_size", "intermediate_size",
        "max_position_embeddings", "rope_type",
    ];

    public static void Run(ValidationContext context)
    {
        switch (context.File.First)
        {
            case GgufFile gguf:
                CheckPrefix(context, gguf);
                break;
            case AprFile apr:
                CheckCopies(context, apr);
                CheckAliases(context, apr);
                break;
        }
    }

    private static void CheckPrefix(ValidationContext context, GgufFile file)
    {
        if (file.Architecture is not { } own || file.Find(own + BlockCount) is not null)
        {
            return;
        }

        // A key below the own name and a dot is the architecture's own: clip.vision, clip.audio, an encoder's or a decoder's.
        if (file.Metadata.FirstOrDefault(
            entry => entry.Key.EndsWith(BlockCount, StringComparison.Ordinal)
                && !entry.Key.StartsWith(own + ".", StringComparison.Ordinal)) is { } other
            && !file.Metadata.Any(
                entry => entry.Key.StartsWith(own + ".", StringComparison.Ordinal)
                    && entry.Key.EndsWith(BlockCount, StringComparison.Ordinal)))
        {
            context.Find(
                ValidationErrors.Architecture,
                "general.architecture",
                $"general.architecture is '{own}', but the hyperparameters are those of '{other.Key[..^BlockCount.Length]}' ('{other.Key}')",
                MetadataPlace.Of(file, other.Value));
        }
    }

    private static void CheckCopies(ValidationContext context, AprFile file)
    {
        foreach (string field in Copies)
        {
            Compare(context, file, field, CopyPrefix + field);
        }
    }

    private static void CheckAliases(ValidationContext context, AprFile file)
    {
        foreach (AprField field in AprFields.All)
        {
            foreach (string alias in field.Aliases)
            {
                Compare(context, file, field.Name, alias);
            }
        }
    }

    private static void Compare(ValidationContext context, AprFile file, string key, string otherKey)
    {
        if (file.FindMetadata(key) is { } one && file.FindMetadata(otherKey) is { } other
            && !one.RawBytes.Span.SequenceEqual(other.RawBytes.Span))
        {
            context.Find(
                ValidationErrors.Contradiction, otherKey, $"'{key}' is {one.Display()} and '{otherKey}' is {other.Display()}",
                MetadataPlace.Of(file, other));
        }
    }
}
