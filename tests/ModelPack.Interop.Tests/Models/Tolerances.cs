namespace ModelPack.Interop.Tests.Models;

/// <summary>What llama.cpp's arithmetic costs, as a part of the largest logit. A wrong row, sign or scale costs a hundred times as much.</summary>
internal static class Tolerances
{
    /// <summary>Sums and exponentials in single precision.</summary>
    public const double Single = 1e-5;

    /// <summary>GELU is looked up in a table of half precision numbers.</summary>
    public const double GeluTable = 3e-3;

    /// <summary>What is multiplied with a BF16 matrix is rounded to BF16 first.</summary>
    public const double Bfloat16 = 2e-2;
}
