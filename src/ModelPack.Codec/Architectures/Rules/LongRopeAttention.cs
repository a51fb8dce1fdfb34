namespace ModelPack.Architectures.Rules;

/// <summary>The factor by which long-context scaling multiplies attention (hf-companions.md §1.4).</summary>
internal static class LongRopeAttention
{
    public const string Key = "rope.scaling.attn_factor";
    public const string OriginalKey = "rope.scaling.original_context_length";

    /// <summary>What a runtime multiplies by when the key is missing.</summary>
    public const float WithoutKey = 1;

    /// <summary>The formula divides by the logarithm of the original context.</summary>
    public const long LeastOriginal = 2;

    /// <summary>What transformers computes when the config does not state it.</summary>
    public static float Implied(long context, long original)
    {
        double scale = (double)context / original;
        return (float)(scale > 1 ? Math.Sqrt(1 + (Math.Log(scale) / Math.Log(original))) : 1);
    }
}
