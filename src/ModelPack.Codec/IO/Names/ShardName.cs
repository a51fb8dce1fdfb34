using System.Globalization;

namespace ModelPack.IO.Names;

/// <summary>The names of the files that a model is split into, which GGUF and SafeTensors count alike (gguf.md §5, safetensors.md
/// §5).</summary>
internal static class ShardName
{
    private const string Separator = "-of-";
    private const int Digits = 5;

    /// <summary>Splits <c>prefix-00001-of-00003.gguf</c> into its parts.</summary>
    public static bool TryParse(string fileName, out string prefix, out int number, out int count)
    {
        prefix = "";
        number = 0;
        count = 0;
        string stem = Path.GetFileNameWithoutExtension(fileName);
        int tail = (2 * Digits) + Separator.Length;
        if (stem.Length <= tail || stem[^(tail + 1)] != '-'
            || !stem.AsSpan(stem.Length - tail + Digits, Separator.Length).Equals(Separator, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        prefix = stem[..^(tail + 1)];
        return int.TryParse(stem.AsSpan(stem.Length - tail, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && int.TryParse(stem.AsSpan(stem.Length - Digits), NumberStyles.None, CultureInfo.InvariantCulture, out count);
    }
}
