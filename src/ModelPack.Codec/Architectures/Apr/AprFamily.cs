using System.Collections.Immutable;
using ModelPack.Architectures.Names;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Apr;

/// <summary>A model of a family that has names of its own in APR (apr-v2.md §12.3).</summary>
/// <param name="Names">The names.</param>
/// <param name="Heads">Number of query heads, where the model states it.</param>
internal sealed record AprFamily(AprFamilyNames Names, long? Heads)
{
    /// <summary>Translates a checkpoint's tensors: names, and what is fused split. A fused tensor that is not three of a kind stays
    /// whole.</summary>
    /// <exception cref="ModelPackException">Two tensors would have one name.</exception>
    public TensorTranslation ToApr(IReadOnlyList<ModelTensor> tensors)
    {
        Collected made = new();
        PayloadRecipe[] back = new PayloadRecipe[tensors.Count];
        ImmutableArray<UnplacedTensor>.Builder doubts = ImmutableArray.CreateBuilder<UnplacedTensor>();
        for (int i = 0; i < back.Length; i++)
        {
            TensorInfo tensor = tensors[i].Info;
            PlannedPayload whole = new(tensors[i]);
            ImmutableArray<string> parts = Names.Parts(tensor.Name);
            if (!parts.IsEmpty && FusedSplit.FirstPart(Names.Layout, tensor, Heads) is { } part)
            {
                FusedSplit split = FusedSplit.Of(Names.Layout, part, Heads)!.Value;
                back[i] = split.Join([.. parts.Zip(split.Take(whole), (name, payload) => made.Add(tensor, name, part.Shape, payload))]);
                continue;
            }

            if (!parts.IsEmpty)
            {
                doubts.Add(
                    new(tensor.Name,
                        $"is not split into q, k and v: its shape {TensorShape.Format(tensor.Shape.AsSpan())} and type "
                            + $"{TensorTypes.Get(tensor.Type).Name} do not show where"));
            }

            back[i] = made.Add(tensor, Names.ToApr(tensor.Name), tensor.Shape, whole);
        }

        return new(made.Tensors, [.. back], [], doubts.ToImmutable());
    }

    /// <summary>Translates the tensors of an APR file: names, and what was split joined.</summary>
    /// <exception cref="ModelPackException">Parts do not make up one tensor, or two tensors would have one name.</exception>
    public TensorTranslation FromApr(IReadOnlyList<ModelTensor> tensors)
    {
        Collected made = new();
        PayloadRecipe[] back = new PayloadRecipe[tensors.Count];
        Dictionary<string, int> places = tensors.Index().DistinctBy(item => item.Item.Name)
            .ToDictionary(item => item.Item.Name, item => item.Index, StringComparer.Ordinal);
        for (int i = 0; i < back.Length; i++)
        {
            TensorInfo tensor = tensors[i].Info;
            if (Names.Whole(tensor.Name) is not { } name)
            {
                back[i] = made.Add(tensor, Names.FromApr(tensor.Name), tensor.Shape, new PlannedPayload(tensors[i]));
            }
            else if (back[i] is null)
            {
                Join(made, back, tensors, name,
                    [.. Names.Parts(name)
                        .Select(part => places.TryGetValue(part, out int place) ? place : throw Incomplete(tensor, part, name))]);
            }
        }

        return new(made.Tensors, [.. back], [], []);
    }

    private void Join(Collected made, PayloadRecipe[] back, IReadOnlyList<ModelTensor> tensors, string name, int[] parts)
    {
        TensorInfo first = tensors[parts[0]].Info;
        if (parts.Select(part => tensors[part].Info)
            .FirstOrDefault(
                part => part.Type != first.Type || !part.Shape.SequenceEqual(first.Shape)
                    || part.ByteLength != first.ByteLength) is { } other)
        {
            throw new ModelPackException(
                TranslationErrors.UnequalParts, $"'{other.Name}' has another type or shape than '{first.Name}'; both are parts of '{name}'")
                {
                    TensorName = other.Name,
                };
        }

        FusedSplit split = FusedSplit.Of(Names.Layout, first, Heads)
            ?? throw new ModelPackException(TranslationErrors.Heads, $"q, k and v do not make up '{name}'") { TensorName = first.Name };
        PayloadRecipe joined = split.Join([.. parts.Select(part => new PlannedPayload(tensors[part]))]);
        foreach ((int part, PayloadRecipe taken) in parts.Zip(
            split.Take(made.Add(first, name, FusedSplit.WholeShape(Names.Layout, first), joined))))
        {
            back[part] = taken;
        }
    }

    private static ModelPackException Incomplete(TensorInfo tensor, string missing, string name) =>
        new(TranslationErrors.Incomplete, $"'{missing}' is missing: '{name}' is made of it and '{tensor.Name}'")
        {
            TensorName = tensor.Name,
        };

    /// <summary>The tensors of a translation, each name once.</summary>
    private sealed class Collected
    {
        private readonly ImmutableArray<ModelTensor>.Builder tensors = ImmutableArray.CreateBuilder<ModelTensor>();
        private readonly Dictionary<string, string> sources = new(StringComparer.Ordinal);

        public ImmutableArray<ModelTensor> Tensors => tensors.ToImmutable();

        /// <returns>The payload, for the way back.</returns>
        public PayloadRecipe Add(TensorInfo source, string name, ImmutableArray<long> shape, PayloadRecipe payload)
        {
            if (!sources.TryAdd(name, source.Name))
            {
                throw new ModelPackException(
                    TranslationErrors.SameName, $"'{sources[name]}' and '{source.Name}' would both be '{name}'")
                    {
                        TensorName = source.Name,
                    };
            }

            tensors.Add(ModelTensor.Made(name, source.Type, shape, payload));
            return new PlannedPayload(tensors[^1]);
        }
    }
}
