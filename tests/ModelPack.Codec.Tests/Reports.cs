using System.Collections;
using System.Globalization;
using System.Reflection;

namespace ModelPack.Codec.Tests;

/// <summary>Reports cannot be changed and have no equality of values: what tests need of both.</summary>
internal static class Reports
{
    private static readonly MethodInfo Copy = typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>A copy of a report with other values of some properties.</summary>
    public static T With<T>(this T report, params (string Property, object? Value)[] changes)
        where T : class
    {
        T copy = (T)Copy.Invoke(report, null)!;
        foreach ((string property, object? value) in changes)
        {
            typeof(T).GetField($"<{property}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!.SetValue(copy, value);
        }

        return copy;
    }

    /// <summary>All that a report says, property by property.</summary>
    public static string TextOf(object? report) => report is null
        ? "none"
        : string.Join(
            "; ",
            report.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Select(property => $"{property.Name} = {Value(property.GetValue(report))}"));

    private static string Value(object? value) => value switch
    {
        null => "null",
        string text => text,
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Value))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ when value.GetType().Assembly == typeof(Model).Assembly => $"({TextOf(value)})",
        _ => value.ToString()!,
    };
}
