using System.Collections.Immutable;
using ModelPack.Verification.Comparison;

namespace ModelPack.Verification;

/// <summary>
/// Two models in words that can be compared: models of different formats in the words of the files that they were converted from; where
/// these are of different formats too and one is GGUF, both in its words, as a conversion would put them.
/// </summary>
internal sealed class ModelPair
{
    public ModelPair(ModelFile first, ModelFile second, CancellationToken cancellation)
    {
        bool sameFormat = first.Format == second.Format;
        First = sameFormat ? WordedModel.Own(first) : WordedModel.Original(first, cancellation);
        Second = sameFormat ? WordedModel.Own(second) : WordedModel.Original(second, cancellation);
        Doubts = [.. new[] { First.Doubt, Second.Doubt }.OfType<string>()];
        if (First.Format != Second.Format && (First.Format == ModelFormat.Gguf || Second.Format == ModelFormat.Gguf))
        {
            bool isFirst = First.Format == ModelFormat.Gguf;
            WordedModel? described = WordedModel.AsGguf(isFirst ? second : first, out string note);
            Notes = [note];
            First = isFirst ? First : described ?? First;
            Second = isFirst ? described ?? Second : Second;
            OffsetsIn = isFirst && described is not null ? FileSide.First : FileSide.Second;
        }

        FirstTensors = Tensors(First);
        SecondTensors = Tensors(Second);
        Translate = NameMatcher.Between(
            (First.Format, First.Architecture, FirstTensors.Tensors.Select(tensor => tensor.Name)),
            (Second.Format, Second.Architecture, SecondTensors.Tensors.Select(tensor => tensor.Name)));
    }

    public WordedModel First { get; }

    public WordedModel Second { get; }

    public TensorSet FirstTensors { get; }

    public TensorSet SecondTensors { get; }

    /// <summary>The file whose payloads lie where its tensors say; those of the other one may have been made in another form.</summary>
    public FileSide OffsetsIn { get; } = FileSide.Second;

    /// <summary>Why origin records were not followed.</summary>
    public ImmutableArray<string> Doubts { get; }

    /// <summary>Whether a model was said in the words of the other, or why it was not.</summary>
    public ImmutableArray<string> Notes { get; } = [];

    /// <summary>A name of the second model as the first spells it.</summary>
    public Func<string, string> Translate { get; }

    private static TensorSet Tensors(WordedModel model) =>
        new(model.Source, model.Tensors);
}
