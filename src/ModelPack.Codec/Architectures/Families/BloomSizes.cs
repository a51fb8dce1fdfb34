using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Sizes of BLOOM that follow from others (formats/architectures/bloom): the feed-forward network is four times as wide as the
/// model, and each head has keys of its own.</summary>
internal static class BloomSizes
{
    private const string Context = "seq_length";
    private const string ContextKey = "context_length";
    private const string FeedForwardKey = "feed_forward_length";
    private const string KeyHeadsKey = "attention.head_count_kv";
    private const string Hidden = "hidden_size";
    private const string Heads = "n_head";
    private const long Times = 4;

    public static readonly ConfigPart Rule = new RulePart(Read, Write);

    private static void Read(ConfigReader draft)
    {
        long hidden = draft.Numbers.GetValueOrDefault(Hidden);
        draft.Count(ContextKey, draft.Config.Has(Context) ? draft.Require(Context) : hidden);
        draft.Count(FeedForwardKey, Times * hidden);
        draft.Count(KeyHeadsKey, draft.Numbers.GetValueOrDefault(Heads));
    }

    private static void Write(ConfigWriter config)
    {
        config.RequireCount(ContextKey, Context);
        if (config.RequireCount(FeedForwardKey, field: null) is { } width && config.Numbers.TryGetValue(Hidden, out long hidden)
            && width != Times * hidden)
        {
            config.Refuse($"{config.Key(FeedForwardKey)} is {width}, but the class has {Times} times {hidden}");
        }

        if (config.Numbers.TryGetValue(Heads, out long heads))
        {
            config.RequireSameCount(KeyHeadsKey, heads);
        }
    }

    private static void RequireSameCount(this ConfigWriter config, string key, long heads)
    {
        if (config.OptionalCount(key, perLayer: true) is { } stated && stated != heads)
        {
            config.Refuse($"{config.Key(key)} is {stated}, but the class has as many as heads, {heads}");
        }
    }
}
