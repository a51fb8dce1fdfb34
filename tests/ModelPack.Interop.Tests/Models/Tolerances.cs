namespace ModelPack.Interop.Tests.Models;

/// <summary>What llama.cpp's arithmetic may cost, as a part of the largest logit.</summary>
internal static class Tolerances
{
    /// <summary>Sums and exponentials in single precision.</summary>
    public const double Single = 1e-5;

    /// <summary>GELU is looked up in a table of half precision numbers.</summary>
    public const double GeluTable = 5e-4;

    /// <summary>What is multiplied with a BF16 matrix is rounded to BF16 first.</summary>
    public const double Bfloat16 = 3e-2;

    /// <summary>What a tensor in the wrong place or with the wrong values costs at least.</summary>
    public const double Mistake = 3 * Bfloat16;
}
