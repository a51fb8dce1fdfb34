using ModelPack.Diagnostics;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Rules;

/// <summary>The numbers of Llama 3's scaling (hf-companions.md §1.4).</summary>
internal readonly record struct Llama3Scaling(float Factor, float LowFactor, float HighFactor, float OriginalContext);

/// <summary>The scaling of Llama 3: its table of factors, and how to recognize it there (hf-companions.md §1.4).</summary>
internal static class Llama3Rope
{
    private const float LowFactor = 1;
    private const float HighFactor = 4;
    private const int OriginalContext = 8192;

    /// <summary>The wavelength of a frequency whose inverse is given, as float32 arithmetic gives it.</summary>
    public static float Wavelength(float power) => 1 / (1 / power) * MathF.Tau;

    public static float Factor(float wavelength, Llama3Scaling scaling)
    {
        if (wavelength < scaling.OriginalContext / scaling.HighFactor)
        {
            return 1;
        }

        if (wavelength > scaling.OriginalContext / scaling.LowFactor || scaling.LowFactor.Equals(scaling.HighFactor))
        {
            return scaling.Factor;
        }

        float smooth = ((scaling.OriginalContext / wavelength) - scaling.LowFactor) / (scaling.HighFactor - scaling.LowFactor);
        return 1 / (((1 - smooth) / scaling.Factor) + smooth);
    }

    public static void Derive(ConfigWriter config, FiniteNumber[]? stored, long? rotary)
    {
        if (stored is null || rotary is null)
        {
            return;
        }

        float rope = (float)(config.OptionalFloat("rope.freq_base")?.Value ?? 10000);
        float factor = (float)stored.Max(number => number.Value);
        Llama3Scaling scaling = new(factor, LowFactor, HighFactor, OriginalContext);
        int Wrong() => Array.FindIndex(
            [.. Enumerable.Range(0, stored.Length)],
            item => !Agrees((float)stored[item].Value, (float)Math.Pow(rope, 2f * item / rotary.Value), scaling));
        if (Wrong() is >= 0 and { } item)
        {
            // Llama 4 has a step in place of the slope.
            scaling = scaling with { HighFactor = LowFactor };
            if (Wrong() >= 0)
            {
                config.Refuse(
                    $"rope_freqs.weight is not the table of low_freq_factor {LowFactor}, high_freq_factor {HighFactor}, "
                    + $"original_max_position_embeddings {OriginalContext} and factor {new FiniteNumber(factor).Text}: value {item} is "
                    + $"{stored[item].Text}");
                return;
            }
        }

        JsonFields fields = new();
        fields.Set("factor", new FiniteNumber(factor));
        fields.Set("low_freq_factor", new FiniteNumber(LowFactor));
        fields.Set("high_freq_factor", new FiniteNumber(scaling.HighFactor));
        fields.Set("original_max_position_embeddings", OriginalContext);
        RopeScaling.Write(config, "llama3", fields);
        config.Note(
            "rope_scaling: low_freq_factor, high_freq_factor and original_max_position_embeddings are guesses that give every value of "
                + "rope_freqs.weight", NoteRank.WithoutEffect);
    }

    /// <summary>The power comes from the math library that wrote the table: its last bit may be another one than here (hf-companions.md
    /// §1.4).</summary>
    private static bool Agrees(float stored, float power, Llama3Scaling scaling)
    {
        foreach (float candidate in (ReadOnlySpan<float>)[power, MathF.BitDecrement(power), MathF.BitIncrement(power)])
        {
            foreach (float wavelength in (ReadOnlySpan<float>)[Wavelength(candidate), MathF.Tau / (1 / candidate)])
            {
                if (stored.Equals(Factor(wavelength, scaling)))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
