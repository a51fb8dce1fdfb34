using ModelPack.Codec.HuggingFace.Json;

namespace ModelPack.Codec.HuggingFace.Config;

/// <summary>Recognizes the scaling of Llama 3 in its table of factors (hf-companions.md §1.4).</summary>
internal static class Llama3Rope
{
    private const float LowFactor = 1;
    private const float HighFactor = 4;
    private const int OriginalContext = 8192;

    public static void Derive(ConfigBuilder config, FiniteNumber[]? stored, long? rotary)
    {
        if (stored is null || rotary is null)
        {
            return;
        }

        float rope = (float)(config.OptionalFloat("rope.freq_base")?.Value ?? 10000);
        float factor = (float)stored.Max(number => number.Value);
        for (int item = 0; item < stored.Length; item++)
        {
            if (!Agrees((float)stored[item].Value, (float)Math.Pow(rope, 2f * item / rotary.Value), factor))
            {
                config.Refuse(
                    $"rope_freqs.weight is not the table of low_freq_factor {LowFactor}, high_freq_factor {HighFactor}, "
                    + $"original_max_position_embeddings {OriginalContext} and factor {new FiniteNumber(factor).Text}: value {item} is {stored[item].Text}");
                return;
            }
        }

        JsonFields fields = new();
        fields.Set("factor", new FiniteNumber(factor));
        fields.Set("low_freq_factor", new FiniteNumber(LowFactor));
        fields.Set("high_freq_factor", new FiniteNumber(HighFactor));
        fields.Set("original_max_position_embeddings", OriginalContext);
        RopeScaling.Write(config, "llama3", fields);
        config.Note("rope_scaling: low_freq_factor, high_freq_factor and original_max_position_embeddings are guesses that give every value of rope_freqs.weight");
    }

    /// <summary>The power comes from the math library that wrote the table: its last bit may be another one than here (hf-companions.md §1.4).</summary>
    private static bool Agrees(float stored, float power, float factor)
    {
        foreach (float candidate in (ReadOnlySpan<float>)[power, MathF.BitDecrement(power), MathF.BitIncrement(power)])
        {
            float frequency = 1 / candidate;
            foreach (float wavelength in (ReadOnlySpan<float>)[1 / frequency * MathF.Tau, MathF.Tau / frequency])
            {
                if (stored.Equals(Value(wavelength, factor)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static float Value(float wavelength, float factor)
    {
        if (wavelength < OriginalContext / HighFactor)
        {
            return 1;
        }

        if (wavelength > OriginalContext / LowFactor)
        {
            return factor;
        }

        float smooth = ((OriginalContext / wavelength) - LowFactor) / (HighFactor - LowFactor);
        return 1 / (((1 - smooth) / factor) + smooth);
    }
}
