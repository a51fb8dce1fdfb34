namespace ModelPack.Diagnostics;

/// <summary>Values of enumerations that programs pass: a number that was cast to one need not be one.</summary>
internal static class Defined
{
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public static T Ensure<T>(T value, string parameter)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(parameter, value, $"there is no such {typeof(T).Name}");

    /// <exception cref="ArgumentOutOfRangeException">There is a number, and it is not above zero.</exception>
    public static long? EnsurePositive(long? value, string parameter) =>
        value is null or > 0 ? value : throw new ArgumentOutOfRangeException(parameter, value, "a number above zero is needed");
}
