using System.Collections.Immutable;
using ModelPack.Codec.Tensors;
using ModelPack.Codec.Tensors.Payloads;

namespace ModelPack.Codec.Conversion.Names;

/// <summary>The tensors of a model in the target's words.</summary>
/// <param name="Outputs">The tensors; their payloads are made of those of the model.</param>
/// <param name="Return">For each tensor of the model, how its payload comes back from the outputs; null if its bytes have to be kept.</param>
/// <param name="Notes">What is worth knowing.</param>
internal sealed record VocabularyChange(ImmutableArray<ModelTensor> Outputs, ImmutableArray<PayloadRecipe?> Return, ImmutableArray<string> Notes)
{
    public static VocabularyChange Plan(ModelFile source, SourceModel model, ModelFormat target, NamingMode naming)
    {
        NameTable? table = naming == NamingMode.Native ? NameTable.For(source.Architecture) : null;
        string[] names = [.. model.Tensors.Select(tensor => table?.Translate(tensor.Info.Name, source.Format, target) ?? tensor.Info.Name)];
        bool undoable = table is not null
            && names.Distinct(StringComparer.Ordinal).Count() == names.Length
            && names.Zip(model.Tensors).All(pair => table.Translate(pair.First, target, source.Format) == pair.Second.Info.Name);
        return new(
            [.. model.Tensors.Select((tensor, i) => new ModelTensor(undoable ? tensor.Info with { Name = names[i] } : tensor.Info, Whole(tensor, i)))],
            [.. model.Tensors.Select((tensor, i) => Whole(tensor, i))],
            []);
    }

    private static StoredPayload Whole(ModelTensor tensor, int index) => new(index, tensor.Payload.Length);
}
