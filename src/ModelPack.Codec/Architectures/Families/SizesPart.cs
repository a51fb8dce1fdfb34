using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>The width of a head.</summary>
internal enum HeadWidth
{
    /// <summary>There are no heads, or each part of one has a width of its own: other lines say it.</summary>
    None,

    /// <summary>Hidden size by heads.</summary>
    Implied,

    /// <summary>A field and two keys state it.</summary>
    Stated,
}

/// <summary>The sizes of a transformer: layers, context, widths, heads (hf-companions.md §1.1).</summary>
/// <param name="names">What the class calls them; none for a size that other lines are about.</param>
/// <param name="head">What states the width of a head.</param>
/// <param name="headAbsent">The width that the class takes without the field; null for hidden size by heads.</param>
internal sealed class SizesPart(SizeNames names, HeadWidth head, long? headAbsent) : ConfigPart
{
    private const string Head = "head_dim";
    private const string KeyWidth = "attention.key_length";
    private const string ValueWidth = "attention.value_length";

    /// <summary>The field that counts the layers behind the others, which predict further tokens; null if there are none.</summary>
    public string? FurtherLayers { get; init; }

    /// <summary>The field of the token that fills up, where positions begin behind it; null where they begin at 0.</summary>
    public string? PositionsBehind { get; init; }

    private (string Key, string[] Fields)[] Keys =>
    [
        ("block_count", names.Layers), ("context_length", names.Context), ("embedding_length", names.Hidden),
        ("feed_forward_length", names.FeedForward), ("attention.head_count", names.Heads),
    ];

    public override void Read(ConfigReader draft)
    {
        DecoderSizes sizes = DecoderSizes.Read(
            draft, names, sharesHidden: head != HeadWidth.None, headAbsent: head == HeadWidth.Stated ? headAbsent : null);
        sizes = head == HeadWidth.Stated ? sizes : sizes with { StatedHeadDimension = null };
        SizeNames usual = SizeNames.Usual;
        foreach ((string[] own, string[] others, long size) in (ReadOnlySpan<(string[], string[], long)>)
        [
            (names.Layers, usual.Layers, sizes.Layers), (names.Context, usual.Context, sizes.Context),
            (names.Hidden, usual.Hidden, sizes.Hidden), (names.FeedForward, usual.FeedForward, sizes.FeedForward),
            (names.Heads, usual.Heads, sizes.Heads), (names.KvHeads, usual.KvHeads, sizes.KvHeads),
        ])
        {
            // A size without a name is for another line to remember.
            if (own.Length > 0 || size > 0)
            {
                Remember(draft.Numbers, [.. own, .. others], size);
            }
        }

        if (head != HeadWidth.None)
        {
            draft.Numbers[Head] = sizes.HeadDimension;
        }

        long further = FurtherLayers is null ? 0 : PredictingLayers.Read(draft, FurtherLayers, sizes.Layers);
        long context = PositionsBehind is null ? sizes.Context : Positions(draft, sizes.Context);
        foreach (((string key, string[] fields), long size) in Keys.Zip(
            [sizes.Layers + further, context, sizes.Hidden, sizes.FeedForward, sizes.Heads]))
        {
            draft.Count(key, fields.Length == 0 ? null : size);
        }

        draft.Count("attention.head_count_kv", sizes.StatedKvHeads);
        draft.HeadWidths(sizes);
    }

    public override void Write(ConfigWriter config)
    {
        SizeNames usual = SizeNames.Usual;
        foreach (((string key, string[] fields), string[] others) in Keys.Zip(
            [usual.Layers, usual.Context, usual.Hidden, usual.FeedForward, usual.Heads]))
        {
            if (fields.Length > 0 && config.RequireCount(key, fields[0], perLayer: true) is { } count)
            {
                Remember(config.Numbers, [.. fields, .. others], count);
            }
        }

        config.Embedding();
        if (FurtherLayers is not null)
        {
            PredictingLayers.Write(config, FurtherLayers, names.Layers[0]);
        }

        if (PositionsBehind is not null && config.OptionalCount("context_length") is { } context)
        {
            Reading<long> padding = config.Derivation.Keys.Count("tokenizer.ggml.padding_token_id");
            long rows = context + (padding.TryGet(out long token) ? token : PositionTransforms.UsualPadding) + 1;
            config.Numbers[names.Context[0]] = rows;
            config.Fields.Set(names.Context[0], rows);
        }

        if (((names.KvHeads.Length == 0 ? null : config.OptionalCount("attention.head_count_kv", perLayer: true))
            ?? config.OptionalCount("attention.head_count", perLayer: true)) is { } keyHeads)
        {
            Remember(config.Numbers, [.. names.KvHeads, .. usual.KvHeads], keyHeads);
            if (names.KvHeads is [{ } kvField, ..])
            {
                config.Fields.Set(kvField, keyHeads);
            }
        }

        if (head == HeadWidth.Implied)
        {
            Keep(config, config.HeadWithoutField());
        }
        else if (head == HeadWidth.Stated && (config.OptionalCount(KeyWidth) ?? config.ImpliedHeadDimension()) is { } width)
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

    private static void Remember(IDictionary<string, long> numbers, string[] fields, long value)
    {
        foreach (string field in fields)
        {
            numbers[field] = value;
        }
    }
}
