using ModelPack.Architectures.Families;
using ModelPack.Architectures.Apr;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Validation.Facts;

/// <summary>Whether it is known what a tensor is for: a name of the llama pattern, a factor of an adapter, or one that the model's
/// architecture has in the table of names (hf-companions.md §3.1).</summary>
internal static class TensorNames
{
    public static bool IsKnown(string name, string? architecture) =>
        TensorRoles.Of(name) is not null
        || name.Contains("lora_", StringComparison.OrdinalIgnoreCase)
        || (architecture is not null && NameTable.For(ToGguf(architecture)) is { } table
            && (table.FromGguf(name, _ => true) is not null || !table.FromHuggingFace(name).IsEmpty));

    // A folder says model_type, an APR file a slug.
    private static string ToGguf(string architecture) =>
        ConfigToGguf.ModelTypes.FirstOrDefault(type => type.ModelType == architecture).Architecture ?? AprSlugs.Translate(architecture)
        ?? architecture;
}
