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

    /// <summary>A module that the model must have for the row to be read from Hugging Face; null if none.</summary>
    public NamePattern? HuggingFaceWith { get; init; }

    /// <summary>Rank that a weight has in Hugging Face's form, with leading ones, where GGUF may leave these out; 0 if none.</summary>
    public int HuggingFaceRank { get; init; }
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

    public string HuggingFaceName => Rule.HuggingFace.Format(Layer, Index) + HuggingFaceEnding;

    public int HuggingFaceRank => GgufEnding == ".weight" ? Rule.HuggingFaceRank : 0;
}
