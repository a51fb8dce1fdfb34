using System.Collections.Immutable;
using ModelPack.Architectures.Rules;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Apr;

/// <summary>Which of the families with names of their own in APR a model belongs to (apr-v2.md §12.2, §12.3).</summary>
internal static class AprFamilies
{
    private const string ConfigKey = "hf_config";
    private const string HeadsField = "num_attention_heads";

    /// <summary>The family of a folder, by its config.json.</summary>
    /// <exception cref="ModelPackException">The config.json is broken.</exception>
    public static AprFamily? OfFolder(ModelFile file, ImmutableArray<Companion> companions)
    {
        if (companions.FirstOrDefault(companion => companion.Name == CompanionNames.Config) is not { } config)
        {
            return null;
        }

        ConfigObject fields = ConfigObject.Parse(file.Source.Name, config);
        return AprFamilyNames.For(fields.Text("model_type"), file.Tensors.Select(tensor => tensor.Name)) is { } names
            ? new(names, fields.Count(HeadsField))
            : null;
    }

    /// <summary>The family of an APR file whose tensors have APR's names for it, or why it cannot be told what these are in a checkpoint;
    /// neither for all other files.</summary>
    public static (AprFamily? Family, string? Doubt) OfApr(AprFile apr)
    {
        string[] tensors = [.. apr.Tensors.Select(tensor => tensor.Name)];
        try
        {
            string?[] slugs = [apr.FindMetadata("hf_model_type")?.AsText(), apr.Architecture];
            if (slugs.Select(slug => AprFamilyNames.ForApr(slug, tensors, () => IsNewFalcon(apr)))
                .FirstOrDefault(found => found is not null) is not { } names)
            {
                return (null, null);
            }

            // Other programs cut the rows of a GPT-NeoX in three, through its heads (apr-v2.md §12.5).
            bool isSplit = names.Layout == FusedLayout.Heads && tensors.Any(name => names.Whole(name) is not null);
            return AprRowOrder.Of(apr) == RowOrder.HuggingFace && (!isSplit || apr.FindMetadata(AprRowOrder.Key) is not null)
                ? (new(names, isSplit ? new AprFieldReader(apr, []).Count("num_heads") ?? Config(apr)?.Count(HeadsField) : null), null)
                : (null, $"'{AprRowOrder.Key}' does not say whose rows q, k and v have: tensors keep their names");
        }
        catch (ModelPackException exception)
        {
            return (null, $"{exception.Detail}: tensors keep their names");
        }
    }

    private static bool IsNewFalcon(AprFile apr) => Config(apr) is { } config
        ? config.Bool("new_decoder_architecture") ?? false
        : throw new ModelPackException(
            HuggingFaceErrors.MissingConfig, $"'{ConfigKey}' is missing, which would say what the two norms of a layer are");

    private static ConfigObject? Config(AprFile apr) =>
        apr.FindMetadata(ConfigKey) is { } text ? ConfigObject.Parse(apr.Source.Name, new(ConfigKey, text.RawBytes)) : null;
}
