using System.Collections.Immutable;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;
using ModelPack.IO.Names;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Families;

/// <summary>Compares the tensors of a model with the hyperparameters that it states, in both directions by one table. Types of integers
/// hold something else than one value per item and are not looked at.</summary>
internal static class FamilyShapes
{
    /// <exception cref="ModelPackException">The folder contradicts its config.json.</exception>
    public static void Check(ConfigReader draft, Family family)
    {
        if (draft.Obstacles.Count > 0)
        {
            return;
        }

        if (draft.Config.Count("vocab_size") is { } vocabulary)
        {
            draft.Numbers["vocab_size"] = vocabulary;
        }

        SortedSet<int> layers = [];
        Dictionary<(int Layer, int Order), int> experts = [];
        foreach (TensorInfo tensor in draft.Folder.Tensors)
        {
            foreach (NameMatch match in family.Names.FromHuggingFace(tensor.Name).Take(1))
            {
                if (Wrong(tensor, match, family, draft.Numbers, draft.LayerNumbers) is { } wrong)
                {
                    throw draft.Config.Contradiction($"{CompanionNames.Config}: {wrong}");
                }

                if (match.Index >= 0)
                {
                    experts[(match.Layer, match.Rule.Order)] = experts.GetValueOrDefault((match.Layer, match.Rule.Order)) + 1;
                }

                if (match.Layer >= 0 && match.Rule.Gguf.IsInBlock)
                {
                    layers.Add(match.Layer);
                }
            }
        }

        long stated = draft.Numbers.GetValueOrDefault(family.LayersField);
        long further = family.FurtherLayersField is { } field ? draft.Config.Count(field) ?? 0 : 0;
        int last = layers.Count == 0 ? -1 : layers.Max;
        if (layers.Count != last + 1 || layers.Count < stated || layers.Count > stated + further)
        {
            throw draft.Config.Contradiction(
                $"{CompanionNames.Config}: {family.LayersField} is {stated}, but there are tensors of {layers.Count} layers, the last one "
                    + $"{last}");
        }

        foreach (((int layer, int order), int count) in experts)
        {
            if (family.Experts.TryGetValue(order, out string? counted) && draft.Numbers.TryGetValue(counted, out long expected)
                && expected != count)
            {
                throw draft.Config.Contradiction(
                    $"{CompanionNames.Config}: {counted} is {expected}, but layer {layer} has {count} experts");
            }
        }
    }

    public static void Check(ConfigWriter config, Family family)
    {
        if (config.Refusals.Count > 0)
        {
            return;
        }

        if (config.Derivation.FindTensor("token_embd.weight") is { Shape: [var rows, ..] })
        {
            config.Numbers["vocab_size"] = rows;
        }

        foreach (TensorInfo tensor in config.Derivation.Tensors)
        {
            if (family.Names.FromGguf(tensor.Name, config.Derivation.HasTensor) is { } match
                && match.Rule is { Transform: NameTransform.None, Cut: null } && match.Rule.Take is [{ Form: null }]
                && Wrong(tensor, match, family, config.Numbers, config.LayerNumbers) is { } wrong)
            {
                config.Refuse(wrong);
                return;
            }
        }
    }

    private static string? Wrong(
        TensorInfo tensor, NameMatch match, Family family, Dictionary<string, long> numbers, Dictionary<string, long[]> ofLayers)
    {
        if (tensor.Type is not (TensorType.F16 or TensorType.BF16 or TensorType.F32 or TensorType.F64)
            || match.GgufEnding != ".weight" || !family.Shapes.TryGetValue(match.Rule.Order, out ImmutableArray<ShapeTerm> terms))
        {
            return null;
        }

        if (terms.Length != tensor.Shape.Length)
        {
            return $"the tensor {tensor.Name} has shape {TensorShape.Format(tensor.Shape.AsSpan())} instead of {terms.Length} dimensions";
        }

        for (int axis = 0; axis < terms.Length; axis++)
        {
            if (terms[axis].Value(Number) is { } expected && expected != tensor.Shape[axis])
            {
                return $"{terms[axis].Text} is {expected}, but the tensor {tensor.Name} has shape "
                    + $"{TensorShape.Format(tensor.Shape.AsSpan())}";
            }
        }

        return null;

        long? Number(string field) => ofLayers.TryGetValue(field, out long[]? layers) && match.Layer >= 0 && match.Layer < layers.Length
            ? layers[match.Layer]
            : numbers.TryGetValue(field, out long number) ? number : null;
    }
}
