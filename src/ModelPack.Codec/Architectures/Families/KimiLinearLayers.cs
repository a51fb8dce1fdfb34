using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>Kimi-Linear: latent attention in some layers, a delta rule in the others (formats/architectures, kimi-linear).</summary>
internal static class KimiLinearLayers
{
    private const string Linear = "linear_attn_config";
    private const string FullLayers = "full_attn_layers";
    private const string LinearLayers = "kda_layers";
    private const string Heads = "num_attention_heads";
    private const string LinearHeads = "num_heads";
    private const string HeadDimension = "head_dim";
    private const string Kernel = "short_conv_kernel_size";
    private const string KernelKey = "ssm.conv_kernel";
    private const string HeadKey = "kda.head_dim";
    private const string KvKey = "attention.head_count_kv";

    public static void Read(ConfigReader draft)
    {
        if (AttentionLayers.Count(draft) is not { } layers)
        {
            return;
        }

        if (draft.Config.Object(Linear) is not { } linear || linear.Counts(FullLayers) is not { } full
            || linear.Count(HeadDimension) is not { } head || linear.Count(Kernel) is not { } kernel)
        {
            draft.Obstruct($"{Linear} does not say {FullLayers}, {HeadDimension} and {Kernel}");
            return;
        }

        bool[] attends = Named(linear, FullLayers, layers, full);
        if (linear.Counts(LinearLayers) is { } others
            && !Named(linear, LinearLayers, layers, others).Zip(attends).All(pair => pair.First != pair.Second))
        {
            throw draft.Config.Contradiction($"{linear.Path(LinearLayers)} are not the layers that {FullLayers} leaves");
        }

        long heads = draft.Numbers.GetValueOrDefault(Heads);
        if (linear.Count(LinearHeads) is { } stated && stated != heads)
        {
            draft.Obstruct($"{Linear}.{LinearHeads} is {stated}, but {Heads} is {heads}, which the runtime takes for both");
        }

        AttentionLayers.Write(draft, KvKey, attends, 1);
        draft.Count(KernelKey, kernel);
        draft.Count(HeadKey, head);
        draft.Numbers["kda_head"] = head;
        RopeKeys.Write(draft, RopeSettings.Read(draft));
        LatentAttention.ReadWidths(draft);
    }

    public static void Write(ConfigWriter config)
    {
        if (AttentionLayers.Read(config, KvKey) is not { } keyHeads
            || config.RequireCount(KernelKey, field: null) is not { } kernel || config.RequireCount(HeadKey, field: null) is not { } head
            || config.RequireCount("attention.head_count", field: null) is not { } heads
            || config.RequireCount("attention.key_length_mla", field: null) is null
            || config.RequireCount("attention.value_length_mla", field: null) is null)
        {
            return;
        }

        JsonFields linear = new();
        linear.Set(FullLayers, Numbers(keyHeads, count => count > 0));
        linear.Set(LinearLayers, Numbers(keyHeads, count => count == 0));
        linear.Set(HeadDimension, head);
        linear.Set(LinearHeads, heads);
        linear.Set(Kernel, kernel);
        config.Fields.Set(Linear, linear.Write);
        config.Fields.Set("num_key_value_heads", heads);
        config.Numbers["kda_head"] = head;
        config.RopeBase();
        config.RopeScalingField(null);
        LatentAttention.WriteWidths(config, isValueLatent: false);
    }

    // The class counts layers from one.
    private static long[] Numbers(long[] counts, Func<long, bool> has) =>
        [.. Enumerable.Range(0, counts.Length).Where(layer => has(counts[layer])).Select(layer => layer + 1L)];

    private static bool[] Named(ConfigObject linear, string field, int layers, long[] numbers) =>
        numbers.FirstOrDefault(number => number == 0 || number > layers, -1) is >= 0 and var beyond
        ? throw linear.WrongValue(field, $"names layer {beyond} of {layers}")
        : [.. Enumerable.Range(1, layers).Select(layer => numbers.Contains(layer))];
}
