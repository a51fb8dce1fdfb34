using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>The sizes of a transformer: layers, context, widths, heads (hf-companions.md §1.1).</summary>
/// <param name="names">What the class calls them.</param>
/// <param name="hasHeadKeys">Whether a field states the width of a head; else it is hidden size by heads.</param>
/// <param name="headAbsent">The width that the class takes without the field; null for hidden size by heads.</param>
internal sealed class SizesPart(SizeNames names, bool hasHeadKeys, long? headAbsent) : ConfigPart
{
    private const string Head = "head_dim";
    private const string KeyWidth = "attention.key_length";
    private const string ValueWidth = "attention.value_length";

    /// <summary>The field of the token that fills up, where positions begin behind it; null where they begin at 0.</summary>
    public string? PositionsBehind { get; init; }

    public override void Read(ConfigReader draft)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft, names, sharesHidden: !hasHeadKeys || headAbsent is null);
        sizes = hasHeadKeys
            ? sizes with { StatedHeadDimension = sizes.StatedHeadDimension ?? headAbsent }
            : sizes with { StatedHeadDimension = null };
        Remember(draft, [.. names.Layers, .. SizeNames.Usual.Layers], sizes.Layers);
        Remember(draft, [.. names.Context, .. SizeNames.Usual.Context], sizes.Context);
        Remember(draft, [.. names.Hidden, .. SizeNames.Usual.Hidden], sizes.Hidden);
        Remember(draft, [.. names.FeedForward, .. SizeNames.Usual.FeedForward], sizes.FeedForward);
        Remember(draft, [.. names.Heads, .. SizeNames.Usual.Heads], sizes.Heads);
        Remember(draft, [.. names.KvHeads, .. SizeNames.Usual.KvHeads], sizes.KvHeads);
        draft.Numbers[Head] = sizes.HeadDimension;
        draft.Sizes(PositionsBehind is null ? sizes : sizes with { Context = Positions(draft, sizes.Context) });
        draft.HeadWidths(sizes);
    }

    public override void Write(ConfigWriter config)
    {
        SizeNames usual = SizeNames.Usual;
        foreach ((string key, string[] fields) in (ReadOnlySpan<(string, string[])>)
        [
            ("block_count", [.. names.Layers, .. usual.Layers]), ("context_length", [.. names.Context, .. usual.Context]),
            ("embedding_length", [.. names.Hidden, .. usual.Hidden]),
            ("feed_forward_length", [.. names.FeedForward, .. usual.FeedForward]),
            ("attention.head_count", [.. names.Heads, .. usual.Heads]),
            ("attention.head_count", [.. names.KvHeads, .. usual.KvHeads]),
            ("attention.head_count_kv", [.. names.KvHeads, .. usual.KvHeads]),
        ])
        {
            if (config.OptionalCount(key, perLayer: true) is { } count)
            {
                foreach (string field in fields)
                {
                    config.Numbers[field] = count;
                }
            }
        }

        config.Sizes(new(names.Layers[0], names.Context[0], names.Hidden[0], names.FeedForward[0], names.Heads[0]));
        if (PositionsBehind is not null && config.OptionalCount("context_length") is { } context)
        {
            Reading<long> padding = config.Derivation.Keys.Count("tokenizer.ggml.padding_token_id");
            long rows = context + (padding.TryGet(out long token) ? token : PositionTransforms.UsualPadding) + 1;
            config.Numbers[names.Context[0]] = rows;
            config.Fields.Set(names.Context[0], rows);
        }

        if (names.KvHeads.Length > 0 && (config.OptionalCount("attention.head_count_kv", perLayer: true)
            ?? config.OptionalCount("attention.head_count", perLayer: true)) is { } keyHeads)
        {
            config.Fields.Set(names.KvHeads[0], keyHeads);
        }

        if (!hasHeadKeys)
        {
            Keep(config, config.HeadWithoutField());
        }
        else if ((config.OptionalCount(KeyWidth) ?? config.ImpliedHeadDimension()) is { } width)
        {
            config.RequireSameDimension(ValueWidth, width);
            config.Fields.Set(Head, width);
            Keep(config, width);
        }
    }

    // RoBERTa numbers its positions from behind the token that fills up, and no text has the rows before.
    private long Positions(ConfigReader draft, long rows)
    {
        long padding = draft.Config.Count(PositionsBehind!) ?? PositionTransforms.UsualPadding;
        return rows > padding + 1 || draft.Obstacles.Count > 0
            ? rows - padding - 1
            : throw draft.Config.Contradiction(
                $"{draft.Config.Path(names.Context[0])} is {rows}, but positions begin behind {PositionsBehind} {padding}");
    }

    private static void Keep(ConfigWriter config, long? width)
    {
        if (width is { } head)
        {
            config.Numbers[Head] = head;
        }
    }

    private static void Remember(ConfigReader draft, string[] fields, long value)
    {
        foreach (string field in fields)
        {
            draft.Numbers[field] = value;
        }
    }
}
