using System.Buffers.Binary;
using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Rules;

/// <summary>Derives <c>rope_scaling</c> (hf-companions.md §1.4).</summary>
internal static class RopeScaling
{
    private const string FrequencyTensor = "rope_freqs.weight";
    private const string LongTensor = "rope_factors_long.weight";
    private const string ShortTensor = "rope_factors_short.weight";
    private const string TypeKey = "rope.scaling.type";
    private const string FactorKey = "rope.scaling.factor";

    /// <summary>What the type and the factor were before there were keys for them (gguf.md §6.3).</summary>
    private const string OldLinearKey = "rope.scale_linear";

    private static readonly (string Key, string Field)[] YarnFloats =
    [
        ("rope.scaling.yarn_ext_factor", "extrapolation_factor"),
        ("rope.scaling.yarn_attn_factor", "attention_factor"),
        ("rope.scaling.yarn_beta_fast", "beta_fast"),
        ("rope.scaling.yarn_beta_slow", "beta_slow"),
    ];

    /// <summary>Writes the field.</summary>
    /// <param name="config">The config.</param>
    /// <param name="rotary">The rotary part of a head, if it is known.</param>
    public static void RopeScalingField(this ConfigWriter config, long? rotary)
    {
        string? type = config.OptionalText(TypeKey);
        bool frequencies = config.Derivation.HasTensor(FrequencyTensor);
        bool factors = config.Derivation.HasTensor(LongTensor) || config.Derivation.HasTensor(ShortTensor);
        switch (type)
        {
            case null or "linear"
                when !frequencies && !factors && config.OptionalFloat(FactorKey) is null && config.OptionalFloat(OldLinearKey) is { } linear
                && (type is not null || linear.Value != 1):
                Linear(config, linear);
                break;
            case "linear" when !frequencies && !factors:
                Write(config, "linear", Factor(config));
                break;
            case "yarn" when !frequencies && !factors:
                Yarn(config);
                break;
            case null or "longrope" when config.Architecture == "phi3" && !frequencies && (factors || type is not null):
                LongRope(config, rotary);
                break;
            case null or "none" when frequencies && !factors:
                RefuseLooseFactor(config, type);
                Llama3Rope.Derive(config, ReadFloats(config, FrequencyTensor, rotary), rotary);
                break;
            case null or "none" when !frequencies && !factors:
                RefuseLooseFactor(config, type);
                config.Fields.SetNull("rope_scaling");
                break;
            default:
                string shown = type is null ? "missing" : SafeText.Shorten(type);
                config.Refuse(
                    $"{config.Key(TypeKey)} is {shown}, which with the tensors of the file is no scaling that config.json can say");
                break;
        }
    }

    public static void Write(ConfigWriter config, string type, JsonFields fields)
    {
        fields.Set("rope_type", type);
        config.Scaling = fields;
        config.Fields.Set("rope_scaling", fields);
    }

    private static void Linear(ConfigWriter config, FiniteNumber factor)
    {
        JsonFields fields = new();
        fields.Set("factor", factor);
        config.Note($"rope_scaling: the factor is that of {config.Key(OldLinearKey)}, which {config.Key(FactorKey)} superseded");
        Write(config, "linear", fields);
    }

    private static JsonFields Factor(ConfigWriter config)
    {
        JsonFields fields = new();
        if (config.OptionalFloat(FactorKey) is { } factor)
        {
            fields.Set("factor", factor);
        }
        else
        {
            config.Refuse($"{config.Key(FactorKey)} is missing");
        }

        return fields;
    }

    private static void Yarn(ConfigWriter config)
    {
        JsonFields fields = Factor(config);
        if (config.OptionalCount("rope.scaling.original_context_length") is { } original)
        {
            fields.Set("original_max_position_embeddings", original);
        }

        foreach ((string key, string field) in YarnFloats)
        {
            if (config.OptionalFloat(key) is { } number)
            {
                fields.Set(field, number);
            }
        }

        // DeepSeek (hf-companions.md §1.3). The runtime takes the one number for both fields.
        if (config.OptionalFloat("rope.scaling.yarn_log_multiplier") is { } logarithm)
        {
            FiniteNumber all = new((float)(decimal.Parse(logarithm.Text, NumberStyles.Float, CultureInfo.InvariantCulture) * 10));
            fields.Set("mscale_all_dim", all);
            fields.Set("mscale", all);
            config.Note("rope_scaling: mscale is lost and taken to be mscale_all_dim", NoteRank.ChangesResults);
        }

        Write(config, "yarn", fields);
    }

    private static void LongRope(ConfigWriter config, long? rotary)
    {
        if (ReadFloats(config, LongTensor, rotary) is not { } longFactors
            || ReadFloats(config, ShortTensor, rotary) is not { } shortFactors)
        {
            return;
        }

        JsonFields fields = new();
        fields.Set("type", "longrope");
        fields.Set("long_factor", longFactors);
        fields.Set("short_factor", shortFactors);
        AttentionFactor(config, fields);
        config.Fields.Set("rope_scaling", fields);
    }

    // The class computes it from the two context lengths; versions before 5 let a config state the three other fields only.
    private static void AttentionFactor(ConfigWriter config, JsonFields fields)
    {
        long? context = config.OptionalCount("context_length");
        if (config.RequireCount(LongRopeAttention.OriginalKey, field: null) is not { } original || context is null or 0)
        {
            return;
        }

        if (original < LongRopeAttention.LeastOriginal)
        {
            config.Refuse($"{config.Key(LongRopeAttention.OriginalKey)} is {original}");
            return;
        }

        FiniteNumber? stated = config.OptionalFloat(LongRopeAttention.Key);
        FiniteNumber factor = stated ?? new FiniteNumber(LongRopeAttention.WithoutKey);
        if (factor.Value.Equals(LongRopeAttention.Implied(context.Value, original)))
        {
            return;
        }

        fields.Set("attention_factor", factor);
        config.Note(stated is null
            ? $"rope_scaling: {config.Key(LongRopeAttention.Key)} is missing, which runtimes take for {factor.Text}: attention_factor says "
                + $"so"
            : $"rope_scaling: attention_factor is stated, since {config.Key(LongRopeAttention.Key)} is not what follows from the context "
                + $"lengths; versions of transformers before 5 refuse it");
    }

    private static void RefuseLooseFactor(ConfigWriter config, string? type)
    {
        if (type is null && config.OptionalFloat(FactorKey) is { } factor)
        {
            config.Refuse($"{config.Key(FactorKey)} is {factor.Text}, but {config.Key(TypeKey)} is missing");
        }
    }

    private static FiniteNumber[]? ReadFloats(ConfigWriter config, string name, long? rotary)
    {
        if (rotary is null || config.RequireTensor(name, 1) is not { } tensor)
        {
            return null;
        }

        // A real head is a few hundred wide; the bound keeps a hostile file from having its payload read here.
        const int Longest = 65_536;
        long count = tensor.Shape[0];
        if (tensor.Type != TensorType.F32 || count > Longest || count * 2 != rotary)
        {
            config.Refuse($"the tensor {name} has {count} values of type {tensor.Type}, but the rotary part of a head is {rotary}");
            return null;
        }

        byte[] payload = config.Derivation.ReadPayload(tensor);
        FiniteNumber[] numbers = new FiniteNumber[count];
        for (int item = 0; item < numbers.Length; item++)
        {
            ReadOnlySpan<byte> bytes = payload.AsSpan(item * sizeof(float));
            float number = tensor.ByteOrder == ByteOrder.LittleEndian
                ? BinaryPrimitives.ReadSingleLittleEndian(bytes)
                : BinaryPrimitives.ReadSingleBigEndian(bytes);
            if (!float.IsFinite(number))
            {
                config.Refuse($"the tensor {name} holds {number} at {item}");
                return null;
            }

            numbers[item] = new FiniteNumber(number);
        }

        return numbers;
    }
}
