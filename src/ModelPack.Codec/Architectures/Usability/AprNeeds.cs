using ModelPack.Architectures.Apr;
using ModelPack.Architectures.Names;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Usability;

/// <summary>What realizar needs in an APR file (apr-v2.md §7.4).</summary>
internal static class AprNeeds
{
    private const string Program = "which apr needs";

    /// <summary>Says which requirements are not met.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isOwn">True if the model was an APR file before: what it is is not for this project to say.</param>
    public static IEnumerable<string> Unmet(AprFile file, bool isOwn)
    {
        if (file.FindMetadata(TensorDescriptions.Key) is not null)
        {
            yield return "tensors are stored as raw bytes, which apr cannot compute with";
        }

        AprFieldReader says = new(file, []);
        List<string> names = [.. file.Tensors.Select(tensor => tensor.Name)];
        foreach (string missing in AprRequirements.Missing(says.Says, names))
        {
            yield return missing;
        }

        if (AprSlugs.Find(file, []) is not { } architecture || RequiredTensors.For(architecture) is not { } required)
        {
            if (!isOwn)
            {
                yield return $"there is no rule for the architecture '{file.Architecture}', so nothing tells whether apr runs it";
            }

            yield break;
        }

        HashSet<string> present = [
            .. AprFamilies.OfApr(file).Family is { } family
                ? family.FromApr(ModelTensor.Of(file.Tensors)).Tensors.Select(tensor => tensor.Name)
                : names];
        bool isGguf = AprNamingSchemes.Of(names) == AprNamingScheme.Gguf;
        NameTable table = NameTable.For(architecture, says.Count("num_experts"))!;
        int layers = says.Count("num_layers") is <= int.MaxValue and { } count ? (int)count : 0;
        foreach (string missing in required.Missing(
            layers,
            (component, layer) => isGguf
                ? present.Contains(component.GgufName(layer))
                : component.HuggingFaceNames(table, layer).Any(present.Contains),
            (component, layer) => isGguf
                ? component.GgufName(layer)
                : component.HuggingFaceNames(table, layer).FirstOrDefault() ?? component.GgufName(layer)))
        {
            yield return $"the tensor '{missing}' is missing, {Program}";
        }
    }
}
