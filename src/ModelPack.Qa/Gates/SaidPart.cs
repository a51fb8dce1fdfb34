using ModelPack.Models;

namespace ModelPack.Qa.Gates;

/// <summary>What of a model something beside its tensors belongs to, and with that the gate that looks at it.</summary>
internal enum SaidPart
{
    None,
    Tokenizer,
    Config,
    Container,
}

/// <summary>Tells the part by the place that a difference names: a metadata key, a file of a folder, or a part of a file.</summary>
internal static class SaidParts
{
    private static readonly string[] OfTokenizer =
        ["tokenizer", "special_tokens", "added_tokens", "chat_template", "vocab.", "merges.txt", "tekken", ".jinja"];

    // What holds tensors, and the index of what holds them.
    private static readonly string[] OfWeights = [".safetensors", ".safetensors.index.json"];

    public static SaidPart Of(Difference difference) =>
        difference.Place == ModelFile.OriginKey || difference.Kind == DifferenceKind.Container ? SaidPart.Container
        : IsOfTokenizer(difference.Place) ? SaidPart.Tokenizer
        : SaidPart.Config;

    public static SaidPart OfFile(string name) =>
        OfWeights.Any(ending => name.EndsWith(ending, StringComparison.Ordinal)) ? SaidPart.Container
        : IsOfTokenizer(name) ? SaidPart.Tokenizer
        : SaidPart.Config;

    private static bool IsOfTokenizer(string place) => OfTokenizer.Any(part => place.Contains(part, StringComparison.Ordinal));
}
