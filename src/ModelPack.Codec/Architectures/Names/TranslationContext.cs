using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>A given tensor and the row of the table that knows its name.</summary>
/// <param name="Index">Its index among the given tensors.</param>
/// <param name="Given">The tensor.</param>
/// <param name="Match">The row.</param>
internal readonly record struct TranslationMember(int Index, ModelTensor Given, NameMatch Match)
{
    public TensorInfo Tensor => Given.Info;

    public TensorDraft Draft => TensorDraft.Of(Given);

    public ReadOnlySpan<long> Shape => Tensor.Shape.AsSpan();

    public ModelPackException Error(ErrorCode code, string detail) => new(code, detail) { TensorName = Tensor.Name };

    public void RequireRank(int rank)
    {
        if (Tensor.Shape.Length != rank)
        {
            throw Error(
                TranslationErrors.WrongShape, $"the shape is {TensorShape.Format(Shape)}, but the tensor should have {rank} dimensions");
        }
    }
}

/// <summary>Collects a translation, and puts it in order.</summary>
internal sealed class TranslationContext(IReadOnlyList<ModelTensor> given, ModelFacts facts)
{
    // A part of a stack is a tensor with a name and a recipe, however few bytes it has: those of small models are for free.
    private const int FreeParts = 1 << 15;
    private const int BytesPerPart = 64;

    private readonly long mostParts = FreeParts + (given.Aggregate(0L, (all, tensor) => all + (tensor.Info.ByteLength / BytesPerPart)));
    private long parts;
    private readonly List<(ModelTensor Tensor, (int, int, int, int) Place)> made = [];
    private readonly Dictionary<string, string> sources = new(StringComparer.Ordinal);
    private readonly PayloadRecipe?[] back = new PayloadRecipe?[given.Count];
    private readonly SortedDictionary<int, UnplacedTensor> unplaced = [];

    public ModelFacts Facts => facts;

    /// <summary>Adds a tensor.</summary>
    /// <param name="name">Its name in the other vocabulary.</param>
    /// <param name="draft">What it is.</param>
    /// <param name="source">The given tensor that stands for it in messages.</param>
    /// <param name="place">Where it stands in the order.</param>
    /// <returns>Its payload, for the way back.</returns>
    public PlannedPayload Add(string name, TensorDraft draft, TensorInfo source, (int, int, int, int) place)
    {
        if (!sources.TryAdd(name, source.Name))
        {
            throw new ModelPackException(
                TranslationErrors.SameName, $"'{sources[name]}' and '{source.Name}' would both be '{name}'") { TensorName = source.Name };
        }

        ModelTensor tensor = ModelTensor.Made(name, draft.Type, draft.Shape, draft.Payload);
        made.Add((tensor, place));
        return new(tensor);
    }

    /// <summary>Counts the parts of a stack before it is taken apart.</summary>
    public void TakeParts(TranslationMember stack, long count)
    {
        parts += count;
        if (parts > mostParts)
        {
            throw stack.Error(
                TranslationErrors.TooManyParts, $"with its {count} parts the model would have {parts}, {mostParts} at most for its bytes");
        }
    }

    /// <summary>Says how a given tensor comes back.</summary>
    public void ComesBack(int index, PayloadRecipe? recipe) => back[index] = recipe;

    /// <summary>Leaves tensors out because their types' bytes cannot be moved as the other vocabulary wants it.</summary>
    public void Unplace(params IEnumerable<TranslationMember> members)
    {
        foreach (TranslationMember member in members)
        {
            Unplace(member.Index,
                $"cannot be rearranged for the other vocabulary, because it is {TensorTypes.Get(member.Tensor.Type).Name}");
        }
    }

    public void Unplace(int index, string reason, bool isPart = false) =>
        unplaced.Add(index, new(given[index].Name, reason) { IsPart = isPart });

    public TensorTranslation Finish() => new(
        [.. made.OrderBy(item => item.Place).Select(item => item.Tensor)], [.. back], [.. unplaced.Keys], [.. unplaced.Values]);
}
