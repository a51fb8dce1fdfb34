using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>The side of an added token on which it takes white space away.</summary>
internal enum StrippedSide
{
    None,
    Left,
    Right,
}

/// <summary>
/// Which added tokens take the white space beside them. No key says so: the runtime goes by names, and published files agree with it
/// (tokenizers.md §2).
/// </summary>
internal sealed class SpaceStripping
{
    /// <summary>Published Phi-3 files have <c>rstrip</c> on all added tokens but these.</summary>
    private static readonly string[] PlainInPhi3 = ["<unk>", "<s>", "<|endoftext|>"];

    private readonly string? mask;

    private SpaceStripping(string? reason, string? mask)
    {
        Reason = reason;
        this.mask = mask;
    }

    /// <summary>What the rule goes by, for a note; null without a rule.</summary>
    public string? Reason { get; }

    public static SpaceStripping For(MetadataKeys keys, string model)
    {
        string architecture = keys.Text(GgufFormat.ArchitectureKey).Value ?? "";
        string pre = model == TokenizerKeys.ByteLevelBpe ? keys.Text(TokenizerKeys.PreTokenizer).Value ?? "" : "";
        string name = (keys.Text("general.name").Value ?? "").ToLowerInvariant().Replace(' ', '-').Replace('_', '-');
        if (PreTokenizers.Find(pre)?.Has(PreTokenizerTraits.Roberta) == true || pre is "jina-v2-de" or "jina-v2-es"
            || model == TokenizerKeys.Unigram)
        {
            return new SpaceStripping("lstrip of <mask> is true, as in published files of its kind", "<mask>");
        }

        if (model == TokenizerKeys.SentencePieceBpe
            && (architecture == "phi3" || name.Contains("phi-3", StringComparison.Ordinal)
                || name.Contains("phi3", StringComparison.Ordinal)))
        {
            return new SpaceStripping("rstrip is true for Phi-3, but for <unk>, <s> and <|endoftext|>", null);
        }

        return architecture == "modern-bert" || pre == "modern-bert" || name.Contains("modern-bert", StringComparison.Ordinal)
            ? new SpaceStripping("lstrip of [MASK] is true, as in published files of its kind", "[MASK]")
            : new SpaceStripping(null, null);
    }

    public StrippedSide Of(string token) => Reason is null ? StrippedSide.None
        : mask is not null ? (token == mask ? StrippedSide.Left : StrippedSide.None)
        : PlainInPhi3.Contains(token) ? StrippedSide.None
        : StrippedSide.Right;
}
