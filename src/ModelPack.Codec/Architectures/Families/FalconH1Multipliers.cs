using System.Collections.Immutable;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.IO.Json;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Families;

/// <summary>Falcon-H1 multiplies activations by numbers that no key holds: a GGUF has them in its tensors (formats/architectures,
/// falcon-h1).</summary>
internal static class FalconH1Multipliers
{
    private const string Gated = "mamba_rms_norm";
    private const string NormFirst = "mamba_norm_before_gate";
    private const string GatedNorm = "blk.0.ssm_norm.weight";

    private static readonly string[] Single =
    [
        "attention_in_multiplier", "attention_out_multiplier", "embedding_multiplier", "key_multiplier", "lm_head_multiplier",
        "ssm_in_multiplier", "ssm_out_multiplier",
    ];

    private static readonly (string Field, int Count)[] Lists = [("mlp_multipliers", 2), ("ssm_multipliers", 5)];

    private static readonly string[] Numbers = ["embedding_multiplier", "lm_head_multiplier"];

    public static void Read(ConfigReader draft)
    {
        Dictionary<string, float[]> factors = [];
        foreach (string field in Single)
        {
            factors[field] = [draft.Config.Float(field) ?? 1];
        }

        foreach ((string field, int count) in Lists)
        {
            float[] stated = draft.Config.Floats(field) ?? [];
            factors[field] = stated.Length == 0 ? [.. Enumerable.Repeat(1f, count)]
                : stated.Length == count ? stated
                : throw draft.Config.WrongValue(field, $"has {Plural.Of(stated.Length, "item")} instead of {count}");
        }

        if (factors.Values.Any(numbers => numbers.Any(number => number != 1)))
        {
            Multiply(draft, factors);
        }

        if (draft.Config.Has("attn_layer_indices"))
        {
            draft.Obstruct("attn_layer_indices leaves attention out of some layers");
        }

        bool gated = draft.Config.Bool(Gated) ?? true;
        if (gated != draft.Folder.Tensors.Any(tensor => tensor.Name.EndsWith(".mamba.norm.weight", StringComparison.Ordinal)))
        {
            draft.Obstruct($"{Gated} is {(gated ? "true, but there is no such norm" : "false, but there is such a norm")}");
        }

        if (gated && (draft.Config.Bool(NormFirst) ?? true))
        {
            draft.Obstruct($"{NormFirst} is true; the runtime norms behind the gate");
        }
    }

    // The converter multiplies in single precision, one factor after the other, and rounds once to the type of the file.
    private static void Multiply(ConfigReader draft, Dictionary<string, float[]> factors)
    {
        if (AttentionLayers.Count(draft) is not { } layers)
        {
            return;
        }

        if (draft.Component("output.weight") is null && Numbers.Any(field => factors[field][0] != 1))
        {
            draft.Obstruct("the embedding is the output too, and each is multiplied by another number");
            return;
        }

        if (draft.Folder.Tensors.FirstOrDefault(
            tensor => tensor.Type is not (TensorType.BF16 or TensorType.F16 or TensorType.F32)) is { } coded)
        {
            draft.Obstruct($"weights are multiplied by numbers of config.json, and {coded.Name} is {TensorTypes.Get(coded.Type).Name}");
            return;
        }

        float[] ssm = factors["ssm_multipliers"];
        (float key, float input) = (factors["key_multiplier"][0], factors["attention_in_multiplier"][0]);
        Add("token_embd", factors["embedding_multiplier"]);
        Add("output", factors["lm_head_multiplier"]);
        (long inner, long states, long heads) = (
            draft.Numbers["ssm_inner"], draft.Numbers["ssm_groups"] * draft.Numbers["ssm_state"], draft.Numbers["ssm_heads"]);
        for (int layer = 0; layer < layers; layer++)
        {
            string block = $"blk.{layer}.";
            Add(block + "ffn_gate", factors["mlp_multipliers"][0]);
            Add(block + "ffn_down", factors["mlp_multipliers"][1]);
            Add(block + "attn_q", input);
            Add(block + "attn_k", key, input);
            Add(block + "attn_v", input);
            Add(block + "attn_output", factors["attention_out_multiplier"]);
            Add(block + "ssm_out", factors["ssm_out_multiplier"]);
            if (factors["ssm_in_multiplier"][0] != 1 || Array.Exists(ssm, number => number != 1))
            {
                draft.Scaled.Add(new(
                    block + "ssm_in.weight",
                    [
                        .. new[] { inner, inner, states, states, heads }.Zip(
                            ssm, (rows, number) => (rows, ImmutableArray.Create(factors["ssm_in_multiplier"][0], number))),
                    ]));
            }
        }

        draft.Note("multipliers have no key: the matrices hold the products, rounded to their type, as the converter of llama.cpp does");

        void Add(string component, params float[] numbers)
        {
            if (Array.Exists(numbers, number => number != 1))
            {
                draft.Scaled.Add(new(component + ".weight", [(1, [.. numbers])]));
            }
        }
    }

    public static void Write(ConfigWriter config)
    {
        foreach (string field in Single)
        {
            config.Fields.Set(field, new FiniteNumber(1f));
        }

        foreach ((string field, int count) in Lists)
        {
            config.Fields.Set(field, [.. Enumerable.Repeat(new FiniteNumber(1f), count)]);
        }

        config.Fields.Set(Gated, config.Derivation.HasTensor(GatedNorm));
        config.Fields.Set(NormFirst, false);
    }
}
