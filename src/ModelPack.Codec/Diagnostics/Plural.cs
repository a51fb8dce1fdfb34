namespace ModelPack.Diagnostics;

/// <summary>A number with its noun, and the verb that fits it.</summary>
internal static class Plural
{
    /// <summary><c>1 tensor</c>, <c>2 tensors</c>.</summary>
    public static string Of(long number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    /// <summary><c>1 tensor is</c>, <c>2 tensors are</c>.</summary>
    public static string Of(long number, string noun, string one, string many) => $"{Of(number, noun)} {(number == 1 ? one : many)}";
}
