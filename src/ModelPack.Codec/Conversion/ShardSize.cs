using System.Globalization;

namespace ModelPack.Conversion;

/// <summary>Sizes as people write them for shards: <c>300KB</c>, <c>500MB</c>, <c>5GB</c>, <c>1.5GB</c>. Units are decimal, as those of
/// huggingface_hub.</summary>
internal static class ShardSize
{
    private static readonly (string Name, long Bytes)[] Units =
        [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1), ("", 1)];

    /// <summary>Reads a size of at least one whole byte.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        bytes = 0;
        string trimmed = text.Trim();
        (string name, long unit) = Units.First(unit => trimmed.EndsWith(unit.Name, StringComparison.OrdinalIgnoreCase));
        if (!decimal.TryParse(
            trimmed.AsSpan(0, trimmed.Length - name.Length).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out decimal number)
            || number > long.MaxValue / unit
            || number * unit < 1
            || number * unit % 1 != 0)
        {
            return false;
        }

        bytes = (long)(number * unit);
        return true;
    }
}
