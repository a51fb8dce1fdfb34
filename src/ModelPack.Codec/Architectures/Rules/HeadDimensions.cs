using ModelPack.IO.Json;

namespace ModelPack.Architectures.Rules;

/// <summary>Width of an attention head: three keys, one field (hf-companions.md §1.1, §1.3). Each method gives the rotary part of a
/// head.</summary>
internal static class HeadDimensions
{
    private const string Key = "attention.key_length";
    private const string Value = "attention.value_length";
    private const string Rotary = "rope.dimension_count";

    /// <summary>llama writes the whole head as rotary part.</summary>
    public static long? HeadFromRotary(this ConfigWriter config)
    {
        long? stated = config.OptionalCount(Rotary) ?? config.OptionalCount(Key);
        if ((stated ?? config.ImpliedHeadDimension()) is not { } dimension)
        {
            return null;
        }

        config.RequireSameDimension(Key, dimension);
        config.RequireSameDimension(Value, dimension);
        if (stated is not null)
        {
            config.Fields.Set("head_dim", dimension);
        }

        return dimension;
    }

    public static long? HeadFromKeyLength(this ConfigWriter config)
    {
        if (config.RequireCount(Key, "head_dim") is not { } dimension)
        {
            return null;
        }

        config.RequireSameDimension(Value, dimension);
        config.RequireSameDimension(Rotary, dimension);
        return dimension;
    }

    /// <summary>The model class has no field for it.</summary>
    public static long? HeadWithoutField(this ConfigWriter config)
    {
        if (config.ImpliedHeadDimension() is not { } dimension)
        {
            return null;
        }

        config.RequireSameDimension(Key, dimension);
        config.RequireSameDimension(Value, dimension);
        config.RequireSameDimension(Rotary, dimension);
        return dimension;
    }

    /// <summary>As <see cref="HeadWithoutField"/>, but a part of a head may be without rotation.</summary>
    /// <param name="config">The config.</param>
    /// <param name="wholeIsDefault">The class rotates the whole head if the field is absent.</param>
    /// <param name="field">What the class calls the part.</param>
    public static long? HeadWithPartialRotary(this ConfigWriter config, bool wholeIsDefault, string field = "partial_rotary_factor")
    {
        if (config.ImpliedHeadDimension() is not { } dimension)
        {
            return null;
        }

        config.RequireSameDimension(Key, dimension);
        config.RequireSameDimension(Value, dimension);
        long rotary = config.OptionalCount(Rotary) ?? dimension;
        if (rotary > dimension || rotary == 0)
        {
            config.Refuse($"{config.Key(Rotary)} is {rotary}, but a head has {dimension}");
        }
        else if (rotary < dimension || !wholeIsDefault)
        {
            config.Fields.Set(field, new FiniteNumber((double)rotary / dimension));
        }

        return rotary;
    }
}
