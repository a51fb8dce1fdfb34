using ModelPack.Architectures.Names;
using ModelPack.Architectures.Usability;

namespace ModelPack.Validation.Facts;

/// <summary>Whether it is known what a tensor is for: a name of the llama pattern, a factor of an adapter, or one that the model's
/// architecture has in the table of names (hf-companions.md §3.1).</summary>
internal static class TensorNames
{
    /// <param name="name">The tensor.</param>
    /// <param name="names">The names of the model's architecture (<see cref="UntrainedValues.Names"/>).</param>
    public static bool IsKnown(string name, NameTable? names) =>
        TensorRoles.Of(name) is not null
        || name.Contains("lora_", StringComparison.OrdinalIgnoreCase)
        || UntrainedValues.IsIn(names, name);

    /// <summary>Whether it is known in which layer a tensor is.</summary>
    public static bool IsInLayer(string name, NameTable? names) => names is not null
        ? names.FromGguf(name, _ => true) is { Layer: >= 0 } || names.FromHuggingFace(name).Any(match => match.Layer >= 0)
        : TensorRoles.Of(name)?.Layer is not null;
}
