using System.Globalization;
using Microsoft.Build.Framework;
using ModelPack.Conversion;
using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>Values of an item's metadata. What is not understood is refused with what would be.</summary>
internal static class ItemMetadata
{
    /// <summary>The value in lower case; the first choice if the item says nothing.</summary>
    public static string Choice(ITaskItem item, string source, string name, params string[] choices)
    {
        string value = item.GetMetadata(name).Trim().ToLowerInvariant();
        return value.Length == 0 ? choices[0]
            : choices.Contains(value) ? value
            : throw Unknown(name, item.GetMetadata(name), string.Join(", ", choices.Where(choice => choice.Length > 0)), source);
    }

    /// <summary>A value by its name in an enumeration; the first one if the item says nothing.</summary>
    public static T Choice<T>(ITaskItem item, string source, string name)
        where T : struct, Enum =>
        Enum.Parse<T>(Choice(item, source, name, [.. Enum.GetNames<T>().Select(choice => choice.ToLowerInvariant())]), ignoreCase: true);

    /// <summary>True or false; false if the item says nothing.</summary>
    public static bool Flag(ITaskItem item, string source, string name) => Choice(item, source, name, "false", "true") == "true";

    /// <summary>True if the model need not exist.</summary>
    /// <exception cref="ModelPackException">The value is neither true nor false.</exception>
    public static bool IsOptional(ITaskItem item) => Flag(item, item.ItemSpec, "Optional");

    /// <summary>Whether a path stands for the model around it, or for the file alone.</summary>
    public static PathScope Scope(ITaskItem item, string source) => Flag(item, source, "Alone") ? PathScope.FileAlone : PathScope.Model;

    /// <summary>A hash in lower case, or an empty text.</summary>
    public static string Hash(ITaskItem item, string source, string name)
    {
        string hash = item.GetMetadata(name).Trim();
        return hash.Length == 0 ? ""
            : ExpectedHash.TryParse(hash, out ExpectedHash? expected) ? expected.ToString()
            : throw Unknown(name, hash, "sha256: and 64 hexadecimal digits, or the 32 of an XXH128", source);
    }

    /// <summary>A whole number from 1 on; 0 if the item says nothing.</summary>
    public static int Count(ITaskItem item, string source, string name, int largest)
    {
        string text = item.GetMetadata(name).Trim();
        return text.Length == 0 ? 0
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1 && count <= largest ? count
            : throw Unknown(name, text, $"a whole number from 1 to {largest}", source);
    }

    /// <summary>A path below some folder, with the separators of this system, or an empty text.</summary>
    public static string PlaceBelow(ITaskItem item, string source, string name)
    {
        string path = SafePath.WithSeparators(item.GetMetadata(name).Trim());
        return path.Length == 0 || SafePath.IsBelow(Path.TrimEndingDirectorySeparator(path))
            ? path
            : throw Unknown(name, item.GetMetadata(name), "a path below the output folder, like weights/model.apr", source);
    }

    /// <summary>A size in bytes, or null if the item says nothing.</summary>
    public static long? Size(ITaskItem item, string source, string name)
    {
        string text = item.GetMetadata(name).Trim();
        return text.Length == 0 ? null
            : ShardSize.TryParse(text, out long bytes) ? bytes
            : throw Unknown(name, text, "a size like 300KB, 500MB or 5GB", source);
    }

    /// <summary>An absolute distance between values, or null if the item says nothing.</summary>
    public static double? Distance(ITaskItem item, string source, string name)
    {
        string text = item.GetMetadata(name).Trim();
        return text.Length == 0 ? null
            : ValueTolerance.TryParse(text, out ValueTolerance? tolerance) && tolerance.Kind == ToleranceKind.Absolute ? tolerance.Limit
            : throw Unknown(name, text, "a number from 0 on, for example 0.01 or 1e-3", source);
    }

    /// <summary>A distance between values in any measure, or null if the item says nothing.</summary>
    public static ValueTolerance? Tolerance(ITaskItem item, string source, string name)
    {
        string text = item.GetMetadata(name).Trim();
        return text.Length == 0 ? null
            : ValueTolerance.TryParse(text, out ValueTolerance? tolerance) ? tolerance
            : throw Unknown(name, text, "a limit like 1e-3, 1e-3rel or 4ulp", source);
    }

    private static ModelPackException Unknown(string name, string value, string choices, string source) =>
        new(BuildErrors.UnknownValue, $"{name} is '{value}'; it can be {choices}") { FilePath = source };
}
