using System.Collections.Immutable;
using System.Globalization;

namespace ModelPack.Architectures.Apr;

/// <summary>The families that have names of their own in APR.</summary>
internal enum AprFamilySlug
{
    None,
    Gpt2,
    GptNeoX,
    Opt,
    Falcon,
    Whisper,
    Moonshine,
}

/// <summary>
/// Names of a family whose checkpoints are not llama-like, in the checkpoint's words and in APR's (apr-v2.md §12.2, §12.3). Each table is
/// its own inverse: where a family has two spellings, they are two tables, chosen by what a model has.
/// </summary>
internal sealed class AprFamilyNames
{
    private const string AprLayer = "model.layers.";

    private static readonly (string, string)[] Gpt2Layers =
    [
        ("ln_1", "input_layernorm"), ("ln_2", "post_attention_layernorm"), ("attn.c_proj", "self_attn.o_proj"), ("mlp.c_fc", "mlp.up_proj"),
        ("mlp.c_proj", "mlp.down_proj"),
    ];

    private static readonly (string, string)[] FalconLayers =
    [
        ("self_attention.query_key_value", "self_attn.qkv_proj"), ("self_attention.dense", "self_attn.o_proj"),
        ("mlp.dense_h_to_4h", "mlp.up_proj"), ("mlp.dense_4h_to_h", "mlp.down_proj"),
    ];

    private static readonly (string, string)[] FalconOutside = [
        ("transformer.word_embeddings", "model.embed_tokens"), ("transformer.ln_f", "model.norm")];

    private readonly string layerPrefix;
    private readonly string? fused;
    private readonly ImmutableDictionary<string, string> toApr;
    private readonly ImmutableDictionary<string, string> fromApr;
    private readonly ImmutableDictionary<string, string> layerToApr;
    private readonly ImmutableDictionary<string, string> layerFromApr;

    private AprFamilyNames(
        string architecture, string layerPrefix, string? fused, FusedLayout layout, (string Checkpoint, string Apr)[] outside,
        (string Checkpoint, string Apr)[] inLayer)
    {
        Architecture = architecture;
        this.layerPrefix = layerPrefix;
        this.fused = fused;
        Layout = layout;
        toApr = outside.ToImmutableDictionary(row => row.Checkpoint, row => row.Apr, StringComparer.Ordinal);
        fromApr = outside.ToImmutableDictionary(row => row.Apr, row => row.Checkpoint, StringComparer.Ordinal);
        layerToApr = inLayer.ToImmutableDictionary(row => row.Checkpoint, row => row.Apr, StringComparer.Ordinal);
        layerFromApr = inLayer.ToImmutableDictionary(row => row.Apr, row => row.Checkpoint, StringComparer.Ordinal);
    }

    public static AprFamilyNames Gpt2 { get; } = new(
        "gpt2",
        "transformer.h.",
        "attn.c_attn",
        FusedLayout.Columns,
        [("transformer.wte", "model.embed_tokens"), ("transformer.wpe", "model.position_embedding"), ("transformer.ln_f", "model.norm")],
        Gpt2Layers);

    /// <summary>GPT-2 as first published, without <c>transformer.</c> in front.</summary>
    public static AprFamilyNames BareGpt2 { get; } = new(
        "gpt2", "h.", "attn.c_attn", FusedLayout.Columns,
        [("wte", "model.embed_tokens"), ("wpe", "model.position_embedding"), ("ln_f", "model.norm")], Gpt2Layers);

    public static AprFamilyNames GptNeoX { get; } = new(
        "gptneox",
        "gpt_neox.layers.",
        "attention.query_key_value",
        FusedLayout.Heads,
        [("gpt_neox.embed_in", "model.embed_tokens"), ("gpt_neox.final_layer_norm", "model.norm"), ("embed_out", "lm_head")],
        [("attention.dense", "self_attn.o_proj"), ("mlp.dense_h_to_4h", "mlp.up_proj"), ("mlp.dense_4h_to_h", "mlp.down_proj")]);

    public static AprFamilyNames Opt { get; } = new(
        "opt",
        "model.decoder.layers.",
        null,
        FusedLayout.None,
        [("model.decoder.embed_tokens", "model.embed_tokens"), ("model.decoder.embed_positions", "model.position_embedding"),
            ("model.decoder.final_layer_norm", "model.norm")],
        [
            ("self_attn_layer_norm", "input_layernorm"), ("final_layer_norm", "post_attention_layernorm"),
            ("self_attn.out_proj", "self_attn.o_proj"), ("fc1", "mlp.up_proj"), ("fc2", "mlp.down_proj"),
        ]);

    /// <summary>Falcon with one norm a layer, or with the two of a sequential model, whose names are APR's already. What is fused stays
    /// so.</summary>
    public static AprFamilyNames Falcon { get; } = new("falcon", "transformer.h.", null, FusedLayout.None, FalconOutside, FalconLayers);

    /// <summary>Falcon of the new decoder architecture, with <c>ln_attn</c> and <c>ln_mlp</c>.</summary>
    public static AprFamilyNames NewFalcon { get; } = new(
        "falcon", "transformer.h.", null, FusedLayout.None, FalconOutside,
        [.. FalconLayers, ("ln_attn", "input_layernorm"), ("ln_mlp", "post_attention_layernorm")]);

    /// <summary>An encoder and a decoder: the checkpoint's names without what stands before both.</summary>
    public static AprFamilyNames Whisper { get; } = new("whisper", "model.", null, FusedLayout.None, [], []) { Dropped = "model." };

    /// <summary>The same as <see cref="Whisper"/>.</summary>
    public static AprFamilyNames Moonshine { get; } = new("moonshine", "model.", null, FusedLayout.None, [], []) { Dropped = "model." };

    /// <summary>What GGUF calls the architecture, if it has it, and APR.</summary>
    public string Architecture { get; }

    /// <summary>How q, k and v lie in the tensor in a layer that APR holds as <c>self_attn.q_proj</c>, <c>k_proj</c> and
    /// <c>v_proj</c>.</summary>
    public FusedLayout Layout { get; }

    // What APR leaves out before the names of the two halves of a model.
    private string? Dropped { get; init; }

    /// <summary>The table of a checkpoint's family; null if it has none.</summary>
    /// <param name="slug">A <c>model_type</c>, or a slug of APR's for it (apr-v2.md §12.2).</param>
    /// <param name="names">The names of the checkpoint's tensors, or what a GGUF made of it calls them.</param>
    public static AprFamilyNames? For(string? slug, IEnumerable<string> names) => Family(slug) switch
    {
        AprFamilySlug.Gpt2 => names.Any(name => name.StartsWith("transformer.", StringComparison.Ordinal)) ? Gpt2 : BareGpt2,
        AprFamilySlug.GptNeoX => GptNeoX,
        AprFamilySlug.Opt => Opt,
        AprFamilySlug.Falcon =>
            names.Any(
                name => name.Contains(".ln_attn.", StringComparison.Ordinal) || name.Contains(".attn_norm_2.", StringComparison.Ordinal))
                    ? NewFalcon
                    : Falcon,
        AprFamilySlug.Whisper => names.Any(IsWhole) ? Whisper : null,
        AprFamilySlug.Moonshine => names.Any(IsWhole) ? Moonshine : null,
        _ => null,
    };

    /// <summary>The table that leads from the names in an APR file to those of a checkpoint; null if the family has none, or the names are
    /// no names of APR's.</summary>
    /// <param name="slug">The family.</param>
    /// <param name="names">The names in the file.</param>
    /// <param name="isNewFalcon">Whether a Falcon is one of the new decoder architecture: where it has two norms, the names do not
    /// tell.</param>
    public static AprFamilyNames? ForApr(string? slug, IReadOnlyCollection<string> names, Func<bool> isNewFalcon) => Family(slug) switch
    {
        AprFamilySlug.Gpt2 => Written(Gpt2, names),
        AprFamilySlug.GptNeoX => Written(GptNeoX, names),
        AprFamilySlug.Opt => Written(Opt, names),
        AprFamilySlug.Falcon =>
            Written(Falcon, names) is not null && names.Any(name => name.Contains(".post_attention_layernorm.", StringComparison.Ordinal))
            && isNewFalcon()
            ? NewFalcon
            : Written(Falcon, names),
        AprFamilySlug.Whisper => names.Any(IsHalf) && !names.Any(IsWhole) ? Whisper : null,
        AprFamilySlug.Moonshine => names.Any(IsHalf) && !names.Any(IsWhole) ? Moonshine : null,
        _ => null,
    };

    /// <summary>The name in APR. An unknown name in a layer is kept behind the layer's prefix, another one stays as it is.</summary>
    public string ToApr(string name) => Dropped is null ? Translate(name, layerPrefix, AprLayer, toApr, layerToApr)
        : IsWhole(name) ? name[Dropped.Length..]
        : name;

    /// <summary>The name in a checkpoint.</summary>
    public string FromApr(string name) => Dropped is null ? Translate(name, AprLayer, layerPrefix, fromApr, layerFromApr)
        : IsHalf(name) ? Dropped + name
        : name;

    /// <summary>The three names that a fused tensor becomes in APR, for q, k and v; empty for any other.</summary>
    public ImmutableArray<string> Parts(string name)
    {
        (string stem, string ending) = Cut(name);
        return fused is not null && InLayer(stem, layerPrefix) is { } place && stem[place..] == fused
            ? [.. new[] { "q", "k", "v" }.Select(part => $"{AprLayer}{stem[layerPrefix.Length..place]}self_attn.{part}_proj{ending}")]
            : [];
    }

    /// <summary>The name of the fused tensor that one of its three parts is taken from; null for any other name.</summary>
    public string? Whole(string aprName)
    {
        (string stem, string ending) = Cut(aprName);
        return fused is not null && InLayer(stem, AprLayer) is { } place
            && stem[place..] is ("self_attn.q_proj" or "self_attn.k_proj" or "self_attn.v_proj")
            ? layerPrefix + stem[AprLayer.Length..place] + fused + ending
            : null;
    }

    private static AprFamilySlug Family(string? slug) => slug?.ToLowerInvariant() switch
    {
        "gpt2" => AprFamilySlug.Gpt2,
        "gpt_neox" or "gpt-neox" or "gptneox" or "pythia" => AprFamilySlug.GptNeoX,
        "opt" or "galactica" => AprFamilySlug.Opt,
        "falcon" or "falcon7b" or "falcon40b" or "falcon11b" or "refinedweb" => AprFamilySlug.Falcon,
        "whisper" => AprFamilySlug.Whisper,
        "moonshine" => AprFamilySlug.Moonshine,
        _ => AprFamilySlug.None,
    };

    private static bool IsWhole(string name) => name.StartsWith("model.", StringComparison.Ordinal) && IsHalf(name["model.".Length..]);

    private static bool IsHalf(string name) =>
        name.StartsWith("encoder.", StringComparison.Ordinal) || name.StartsWith("decoder.", StringComparison.Ordinal);

    private static AprFamilyNames? Written(AprFamilyNames table, IReadOnlyCollection<string> names) =>
        names.Any(name => InLayer(name, AprLayer) is not null) && !names.Any(name => InLayer(name, table.layerPrefix) is not null)
        ? table
        : null;

    private static string Translate(
        string name, string prefix, string otherPrefix, ImmutableDictionary<string, string> outside,
        ImmutableDictionary<string, string> inLayer)
    {
        (string stem, string ending) = Cut(name);
        if (InLayer(stem, prefix) is not { } place)
        {
            return outside.TryGetValue(stem, out string? other) ? other + ending : name;
        }

        return otherPrefix + stem[prefix.Length..place] + inLayer.GetValueOrDefault(stem[place..], stem[place..]) + ending;
    }

    /// <summary>Weights and biases map alike; other endings belong to the name.</summary>
    private static (string Stem, string Ending) Cut(string name)
    {
        int dot = name.LastIndexOf('.');
        return dot >= 0 && name[dot..] is (".weight" or ".bias") ? (name[..dot], name[dot..]) : (name, "");
    }

    /// <summary>Where the part behind <c>prefix N.</c> begins.</summary>
    private static int? InLayer(string stem, string prefix)
    {
        int dot = stem.StartsWith(prefix, StringComparison.Ordinal) ? stem.IndexOf('.', prefix.Length) : -1;
        return dot > prefix.Length
            && int.TryParse(stem.AsSpan(prefix.Length, dot - prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? dot + 1
            : null;
    }
}
