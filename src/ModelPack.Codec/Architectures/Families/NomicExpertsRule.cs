using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>Nomic's BERT with experts (formats/architectures, nomic-bert-moe): its own fields, and what the runtime has one form
/// of.</summary>
internal static class NomicExpertsRule
{
    private static readonly string[] Unset = ["rotary_emb_scale_base", "rotary_scaling_factor"];

    private static readonly string[] False = [
        "causal", "prenorm", "rotary_emb_interleaved", "use_rms_norm", "parallel_block", "moe_normalize_expert_weights",
        "expert_choice_router"];

    public static ConfigPart Part { get; } = new RulePart(Read, Write);

    private static void Read(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        SizeNames names = NomicConfigs.Fields;
        DecoderSizes sizes = DecoderSizes.Checked(draft, names, new(
            draft.RequireAgreed(names.Layers), NomicConfigs.Context(draft), draft.RequireAgreed(names.Hidden),
            draft.RequireAgreed(names.FeedForward), draft.RequireAgreed(names.Heads), null, null));
        long types = draft.Require("type_vocab_size");
        foreach ((string field, long value) in (ReadOnlySpan<(string, long)>)[
            ("n_layer", sizes.Layers), ("n_embd", sizes.Hidden), ("n_inner", sizes.FeedForward), ("type_vocab_size", types)])
        {
            draft.Numbers[field] = value;
        }

        Restrict(draft);
        draft.Sizes(sizes);
        draft.Float("rope.freq_base", NomicConfigs.Base(draft, RopeSettings.Read(draft)));
        draft.Float("attention.layer_norm_epsilon", NomicConfigs.Epsilon(draft));
        draft.Flag(Directions.Key, false);
        if (types <= uint.MaxValue)
        {
            draft.AddWhole("tokenizer.ggml.token_type_count", GgufValue.FromUInt32((uint)types));
        }

        if (draft.Folder.Tensors.Any(tensor => tensor.Name.EndsWith(".experts.bias", StringComparison.Ordinal)))
        {
            draft.Note("the tensors experts.bias have no place in a GGUF: its runtime adds none behind the experts", NoteRank.ChangesResults);
        }
    }

    private static void Restrict(ConfigReader draft)
    {
        draft.Allow("activation_function", "gelu");
        foreach (string field in False)
        {
            draft.Allow(field, flag: false, absent: false);
        }

        foreach (string field in Unset.Where(draft.Config.Has))
        {
            draft.Obstruct($"{field} is set");
        }

        if (draft.Config.Count("num_shared_experts") is > 0 and { } shared)
        {
            draft.Obstruct($"num_shared_experts is {shared}");
        }

        if (draft.Config.Double("rotary_emb_fraction") is { } fraction and not 1)
        {
            draft.Obstruct(string.Create(CultureInfo.InvariantCulture, $"rotary_emb_fraction is {fraction}"));
        }
    }

    private static void Write(ConfigWriter config)
    {
        config.Sizes(new("n_layer", Context: null, "n_embd", "n_inner", "n_head"));
        foreach ((string key, string field) in (ReadOnlySpan<(string, string)>)[
            ("block_count", "n_layer"), ("embedding_length", "n_embd"), ("feed_forward_length", "n_inner")])
        {
            config.Numbers[field] = config.OptionalCount(key) ?? 0;
        }

        NomicBert.Positions(config);
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_epsilon");
        config.RequireFloat("rope.freq_base", "rotary_emb_base");
        config.RequireTensor("token_types.weight", 2);
        BertFamily.TypeCount(config);
        BertFamily.Causal(config, "NomicBertModel", "causal");
        config.Fields.Set("activation_function", "gelu");
        config.Fields.Set("rotary_emb_fraction", new FiniteNumber(1f));
        config.Fields.Set("qkv_proj_bias", config.Derivation.HasTensor("blk.0.attn_qkv.bias"));
        config.Fields.Set("mlp_fc1_bias", config.Derivation.HasTensor("blk.0.ffn_up.bias"));
        config.Fields.Set("mlp_fc2_bias", config.Derivation.HasTensor("blk.0.ffn_down.bias"));
        foreach (string field in False.Where(field => field != "causal"))
        {
            config.Fields.Set(field, false);
        }

        config.Lose("auto_map", "use_flash_attn");
    }
}
