namespace ModelPack.Architectures.Rules;

/// <summary>Names that a model class gives to its sizes (hf-companions.md §1.1).</summary>
internal sealed record SizeNames(string[] Layers, string[] Context, string[] Hidden, string[] FeedForward, string[] Heads, string[] KvHeads)
{
    public static readonly SizeNames Usual = new(
        ["num_hidden_layers"], ["max_position_embeddings"], ["hidden_size"], ["intermediate_size"], ["num_attention_heads"],
        ["num_key_value_heads"]);
}

/// <summary>The sizes of a transformer, checked against one another.</summary>
internal sealed record DecoderSizes(
    long Layers, long Context, long Hidden, long FeedForward, long Heads, long? StatedKvHeads, long? StatedHeadDimension)
{
    public long KvHeads => StatedKvHeads ?? Heads;

    public long HeadDimension => StatedHeadDimension ?? (Heads == 0 ? 0 : Hidden / Heads);

    /// <summary>Under their usual names.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="headAbsent">The width of a head that the class takes without the field; null for hidden size by heads.</param>
    public static DecoderSizes Read(ConfigReader draft, long? headAbsent = null) => Read(draft, SizeNames.Usual, headAbsent: headAbsent);

    /// <summary>For latent attention, whose heads have widths of their own: they share nothing with the hidden size.</summary>
    public static DecoderSizes ReadLatent(ConfigReader draft) =>
        Read(draft, SizeNames.Usual, sharesHidden: false) with { StatedHeadDimension = null };

    /// <summary>The sizes that have a name.</summary>
    public static DecoderSizes Read(ConfigReader draft, SizeNames fields, bool sharesHidden = true, long? headAbsent = null)
    {
        return Checked(draft, fields, new(
            Size(fields.Layers), Size(fields.Context), Size(fields.Hidden), Size(fields.FeedForward), Size(fields.Heads),
            draft.Config.FirstOf(fields.KvHeads) is { } kv ? draft.Config.Count(kv) : null, draft.Config.Count("head_dim") ?? headAbsent),
            sharesHidden);

        long Size(string[] names) => names.Length == 0 ? 0 : draft.Require(names);
    }

    /// <summary>Refuses heads that do not divide what they share.</summary>
    public static DecoderSizes Checked(ConfigReader draft, SizeNames fields, DecoderSizes sizes, bool sharesHidden = true)
    {
        ConfigObject config = draft.Config;
        string heads = config.FirstOf(fields.Heads) ?? fields.Heads.FirstOrDefault() ?? "";
        if (sizes.StatedKvHeads == 0 || sizes.StatedHeadDimension == 0)
        {
            throw config.WrongValue(sizes.StatedKvHeads == 0 ? config.FirstOf(fields.KvHeads)! : "head_dim", "is 0");
        }

        if (sharesHidden && sizes.Heads > 0 && sizes.StatedHeadDimension is null && sizes.Hidden % sizes.Heads != 0)
        {
            throw config.Contradiction(
                $"{config.Path(config.FirstOf(fields.Hidden)!)} is {sizes.Hidden}, which {heads} {sizes.Heads} does not divide");
        }

        if (sizes.Heads > 0 && sizes.Heads % sizes.KvHeads != 0)
        {
            throw config.Contradiction(
                $"{config.Path(heads)} is {sizes.Heads}, which {config.FirstOf(fields.KvHeads)} {sizes.KvHeads} does not divide");
        }

        return sizes;
    }
}
