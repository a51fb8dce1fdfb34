using System.Collections.Immutable;

namespace ModelPack.Architectures.Names;

/// <summary>From which side a row of the table is read.</summary>
internal enum NameSides
{
    /// <summary>From both.</summary>
    Both,

    /// <summary>From GGUF alone: a name that converters no longer write.</summary>
    Gguf,

    /// <summary>From Hugging Face alone: another form of a name that has its own row.</summary>
    HuggingFace,
}

/// <summary>A row of the name table.</summary>
/// <param name="Order">Its place in the table.</param>
/// <param name="Gguf">The component in GGUF's words, without the ending.</param>
/// <param name="HuggingFace">The module in Hugging Face's words, without the ending.</param>
/// <param name="Endings">The endings in both vocabularies.</param>
/// <param name="Transform">What happens to the values.</param>
/// <param name="Sides">From which side the row is read.</param>
internal sealed record NameRule(
    int Order, NamePattern Gguf, NamePattern HuggingFace, (string Gguf, string HuggingFace)[] Endings, NameTransform Transform,
    NameSides Sides)
{
    /// <summary>A component that the same layer must have for the row to be read from GGUF; null if none.</summary>
    public NamePattern? With { get; init; }

    /// <summary>A component that the model must lack for the row to be read from GGUF; null if none.</summary>
    public NamePattern? Without { get; init; }

    /// <summary>The kinds of tokenizer that tell, in a GGUF, that the row is meant; none for all models.</summary>
    public ImmutableArray<string> Tokenizers { get; init; } = [];

    /// <summary>A module that the model must have for the row to be read from Hugging Face; null if none.</summary>
    public NamePattern? HuggingFaceWith { get; init; }

    /// <summary>Rank that a weight has in Hugging Face's form, with leading ones, where GGUF may leave these out; 0 if none.</summary>
    public int HuggingFaceRank { get; init; }

    /// <summary>How the tensor of a folder is cut; null if it is not.</summary>
    public TensorCut? Cut { get; init; }

    /// <summary>The pieces of it that the row is about, and what becomes of their dimensions.</summary>
    public ImmutableArray<CutPiece> Take { get; init; } = [new(0, null)];

    /// <summary>True if the row holds for models with experts alone, false for those without; null for both.</summary>
    public bool? Experts { get; init; }

    /// <summary>True if the folder counts these layers from the first one that predicts further tokens.</summary>
    public bool Predicts { get; init; }

    /// <summary>True if the folder counts layers into which a picture enters, and a GGUF calls them by their numbers.</summary>
    public bool IsDeep { get; init; }

    /// <summary>True for experts that a folder may hold the other way round (<see cref="TurnedExperts"/>).</summary>
    public bool Turns { get; init; }

    /// <summary>Layers of a GGUF that the row is about.</summary>
    public int Layers { get; init; } = int.MaxValue;

    /// <summary>The layer of a GGUF that the folder calls the first one.</summary>
    public int FirstLayer { get; init; }

    /// <summary>True if a tensor has one shape in both forms.</summary>
    public bool KeepsShape => Transform == NameTransform.None && Cut is null && Take is [{ Form: null }];

    /// <summary>True if whole rows move at most: a matrix in blocks has a tensor for itself on both sides.</summary>
    public bool KeepsRows => Transform switch
    {
        NameTransform.None => Take[0].Form is null or { HasRest: true },
        NameTransform.HeadRows or NameTransform.HeadsApart or NameTransform.GroupsApart or NameTransform.Stack => true,
        _ => false,
    };

    /// <summary>The row for experts that lie the other way round, as a GGUF has them.</summary>
    public NameRule Turned() => this with
    {
        Cut = Cut is null ? null : Cut with { Axis = -2 },
        Take = [.. Take.Select(piece => piece with { Form = null })],
    };

    /// <summary>Number of parts of a stack; null if it is that of the experts or heads.</summary>
    public SizeExpression? Parts { get; init; }
}

/// <summary>A name that a row of the table knows.</summary>
/// <param name="Rule">The row.</param>
/// <param name="Layer">Layer; -1 outside the layers.</param>
/// <param name="Index">Expert or head; -1 if the name has none.</param>
/// <param name="GgufEnding">The ending in GGUF's words.</param>
/// <param name="HuggingFaceEnding">The ending in Hugging Face's words.</param>
internal readonly record struct NameMatch(NameRule Rule, int Layer, int Index, string GgufEnding, string HuggingFaceEnding)
{
    public string GgufName => Rule.Gguf.Format(Layer, Index) + GgufEnding;

    public string HuggingFaceName => Rule.HuggingFace.Format(Layer - Rule.FirstLayer, Index) + HuggingFaceEnding;

    /// <summary>True for a number that the weight is multiplied by (T12).</summary>
    public bool IsFactor => PublishedBlocks.Factors.Contains((HuggingFaceEnding, GgufEnding));

    /// <summary>The same row for a factor of its weight.</summary>
    public NameMatch OfFactor((string Weight, string Gguf, string HuggingFace) factor) =>
        this with { GgufEnding = factor.Gguf, HuggingFaceEnding = factor.HuggingFace };

    public int HuggingFaceRank => GgufEnding == ".weight" ? Rule.HuggingFaceRank : 0;
}
