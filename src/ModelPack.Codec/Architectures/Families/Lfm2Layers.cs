using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>LFM2: short convolutions between layers that attend, and a size of the feed-forward network that the class rounds
/// (formats/architectures, lfm2).</summary>
internal static class Lfm2Layers
{
    private const string Convolution = "conv";
    private const string Attention = "full_attention";
    private const string Indexes = "full_attn_idxs";
    private const string FeedForwardKey = "feed_forward_length";
    private const string FeedForward = "intermediate_size";
    private const string OldFeedForward = "block_ff_dim";
    private const string Adjusts = "block_auto_adjust_ff_dim";
    private const string Multiplier = "block_ffn_dim_multiplier";
    private const string Multiple = "block_multiple_of";
    private const long AbsentMultiple = 256;
    private const string BiasField = "use_expert_bias";
    private const string Bias = "exp_probs_b";

    public static void Read(ConfigReader draft)
    {
        if (AttentionLayers.Count(draft) is not { } layers)
        {
            return;
        }

        bool[]? words = AttentionLayers.Words(draft, layers, Convolution, Attention);
        bool[]? indexed = draft.Config.Counts(Indexes) is { } indexes ? Indexed(draft, layers, indexes) : null;
        if (words is not null && indexed is not null && !words.SequenceEqual(indexed))
        {
            throw draft.Config.Contradiction($"{draft.Config.Path("layer_types")} names other layers than {Indexes}");
        }

        // Without either field, the class attends in all layers.
        AttentionLayers.Write(draft, words ?? indexed ?? [.. Enumerable.Repeat(true, layers)]);
    }

    public static void Write(ConfigWriter config)
    {
        if (AttentionLayers.Read(config) is { } attends)
        {
            AttentionLayers.SetWords(config, attends, Convolution, Attention);
        }
    }

    public static void ReadFeedForward(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        long size = draft.Require(OldFeedForward, FeedForward);
        if (config.Bool(Adjusts) ?? true)
        {
            long multiple = config.Count(Multiple) ?? AbsentMultiple;
            if (multiple == 0)
            {
                throw config.WrongValue(Multiple, "is 0");
            }

            double multiplier = config.Double(Multiplier) ?? 1;
            long adjusted = (long)Math.Floor(Math.Clamp(multiplier, 0, uint.MaxValue) * (2 * size / 3));
            size = (adjusted + multiple - 1) / multiple * multiple;
        }

        draft.Numbers[FeedForward] = size;
        draft.Count(FeedForwardKey, size);
    }

    public static void WriteFeedForward(ConfigWriter config)
    {
        if (config.RequireCount(FeedForwardKey, FeedForward, perLayer: true) is { } size)
        {
            config.Numbers[FeedForward] = size;
            config.Fields.Set(Adjusts, false);
        }
    }

    /// <summary>The bias for choosing experts: there is no key, and the runtime adds what is there.</summary>
    public static void ReadBias(ConfigReader draft)
    {
        bool stated = draft.Config.Bool(BiasField) ?? true;
        if (stated != draft.Folder.Tensors.Any(tensor => tensor.Name.EndsWith(".expert_bias", StringComparison.Ordinal)))
        {
            draft.Obstruct($"{BiasField} is {(stated ? "true, but there are no such tensors" : "false, but there are such tensors")}");
        }
    }

    public static void WriteBias(ConfigWriter config) => config.Fields.Set(
        BiasField, config.Derivation.Tensors.Any(tensor => tensor.Name.Contains($".{Bias}.", StringComparison.Ordinal)));

    private static bool[] Indexed(ConfigReader draft, int layers, long[] indexes) => indexes.FirstOrDefault(index => index >= layers, -1)
        is >= 0 and var beyond
        ? throw draft.Config.WrongValue(Indexes, $"names layer {beyond} of {layers}")
        : [.. Enumerable.Range(0, layers).Select(layer => indexes.Contains(layer))];
}
