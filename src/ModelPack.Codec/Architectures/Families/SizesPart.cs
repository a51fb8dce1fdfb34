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

    public override void Read(ConfigReader draft)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft, names, sharesHidden: !hasHeadKeys || headAbsent is null);
        sizes = hasHeadKeys
            ? sizes with { StatedHeadDimension = sizes.StatedHeadDimension ?? headAbsent }
            : sizes with { StatedHeadDimension = null };
        Remember(draft, names.Layers, sizes.Layers);
        Remember(draft, names.Context, sizes.Context);
        Remember(draft, names.Hidden, sizes.Hidden);
        Remember(draft, names.FeedForward, sizes.FeedForward);
        Remember(draft, names.Heads, sizes.Heads);
        Remember(draft, names.KvHeads, sizes.KvHeads);
        draft.Numbers[Head] = sizes.HeadDimension;
        draft.Sizes(sizes);
        draft.HeadWidths(sizes);
    }

    public override void Write(ConfigWriter config)
    {
        foreach ((string key, string[] fields) in (ReadOnlySpan<(string, string[])>)
        [
            ("block_count", names.Layers), ("context_length", names.Context), ("embedding_length", names.Hidden),
            ("feed_forward_length", names.FeedForward), ("attention.head_count", names.Heads),
            ("attention.head_count", names.KvHeads), ("attention.head_count_kv", names.KvHeads),
        ])
        {
            if (config.OptionalCount(key, perLayer: true) is { } count)
            {
                config.Numbers[fields[0]] = count;
            }
        }

        config.Sizes(new(names.Layers[0], names.Context[0], names.Hidden[0], names.FeedForward[0], names.Heads[0]));
        if ((config.OptionalCount("attention.head_count_kv", perLayer: true)
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
