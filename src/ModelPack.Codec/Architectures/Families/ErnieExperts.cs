using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Which layers of ERNIE 4.5 have experts, and how large the shared ones are (formats/architectures/ernie4_5-moe).</summary>
internal static class ErnieExperts
{
    private const string End = "moe_layer_end_index";
    private const string Shared = "moe_num_shared_experts";
    private const string Width = "moe_intermediate_size";
    private const string SharedKey = "expert_shared_feed_forward_length";

    public static readonly ConfigPart Rule = new RulePart(Read, Write);

    private static void Read(ConfigReader draft)
    {
        long layers = draft.Numbers.GetValueOrDefault("num_hidden_layers");
        if (draft.Config.Int32(End) is { } end && end != -1 && end != layers - 1)
        {
            draft.Obstruct($"{End} is {end}, but the runtime has experts up to the last layer, {layers - 1}");
        }

        // The converter divides sizes that have nothing to do with it; the runtime takes the width of the tensors from the key.
        long shared = draft.Numbers.GetValueOrDefault(Shared) * draft.Numbers.GetValueOrDefault(Width);
        draft.Count(SharedKey, shared == 0 ? null : shared);
    }

    private static void Write(ConfigWriter config)
    {
        if (config.Numbers.TryGetValue(Shared, out long count) && config.Numbers.TryGetValue(Width, out long width)
            && config.OptionalCount(SharedKey) is { } stated && stated != count * width)
        {
            config.Note($"{config.Key(SharedKey)} is {stated}, but {count} shared experts of {width} are {count * width} wide");
        }
    }
}
