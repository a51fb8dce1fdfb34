using ModelPack.Codec.Conversion.Names;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Insight;

/// <summary>
/// Two models in words that can be compared: models of different formats in the words of the files that they were converted from, and names translated where these
/// are of different formats too and the architecture has a table.
/// </summary>
internal sealed class ModelPair
{
    private readonly HashSet<string> known;
    private readonly NameTable? table;

    public ModelPair(ModelFile first, ModelFile second)
    {
        bool sameFormat = first.Format == second.Format;
        First = sameFormat ? LogicalModel.Own(first) : LogicalModel.Original(first);
        Second = sameFormat ? LogicalModel.Own(second) : LogicalModel.Original(second);
        FirstTensors = Tensors(First);
        SecondTensors = Tensors(Second);
        known = [.. FirstTensors.Tensors.Select(tensor => tensor.Name)];
        IEnumerable<string> names = [.. known, .. SecondTensors.Tensors.Select(tensor => tensor.Name)];
        table = NameTable.For(First.Architecture, names) ?? NameTable.For(Second.Architecture, names);
    }

    public LogicalModel First { get; }

    public LogicalModel Second { get; }

    public TensorSet FirstTensors { get; }

    public TensorSet SecondTensors { get; }

    /// <summary>Why origin records were not followed.</summary>
    public IEnumerable<string> Doubts => new[] { First.Doubt, Second.Doubt }.OfType<string>();

    /// <summary>A name of the second model as the first spells it.</summary>
    public string Translate(string name) => known.Contains(name) ? name : table?.Translate(name, Second.Format, First.Format) ?? name;

    private static TensorSet Tensors(LogicalModel model) =>
        new(model.Source, [.. model.Tensors.Select(tensor => tensor.Tensor with { Name = tensor.Name })]);
}
