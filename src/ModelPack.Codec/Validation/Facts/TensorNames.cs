using ModelPack.Architectures.Usability;

namespace ModelPack.Validation.Facts;

/// <summary>Whether it is known what a tensor is for: a name of the llama pattern, a factor of an adapter, or one that the model's
/// architecture has in the table of names (hf-companions.md §3.1).</summary>
internal static class TensorNames
{
    public static bool IsKnown(string name, string? architecture) =>
        TensorRoles.Of(name) is not null
        || name.Contains("lora_", StringComparison.OrdinalIgnoreCase)
        || UntrainedValues.IsIn(UntrainedValues.Names(architecture), name);

    /// <summary>Whether it is known in which layer a tensor is.</summary>
    public static bool IsInLayer(string name, string? architecture) =>
        UntrainedValues.Names(architecture) is { } table
        ? table.FromGguf(name, _ => true) is { Layer: >= 0 } || table.FromHuggingFace(name).Any(match => match.Layer >= 0)
        : TensorRoles.Of(name)?.Layer is not null;
}
