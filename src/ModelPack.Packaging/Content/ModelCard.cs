using ModelPack.IO;

namespace ModelPack.Packaging.Content;

/// <summary>README.md of a Hugging Face folder: YAML front matter, then text for people.</summary>
/// <param name="License">What the front matter says of the licence.</param>
/// <param name="Text">The text without the front matter.</param>
internal sealed record ModelCard(string? License, string Text)
{
    public const string FileName = "README.md";

    private const string Fence = "---";
    private const string LicenseKey = "license:";

    /// <summary>The card at a path; an empty one if there is none.</summary>
    public static ModelCard In(string? path) => path is null ? new(null, "") : Parse(RegularFile.ReadAllText(path));

    public static ModelCard Parse(string text)
    {
        string[] lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        int end = lines[0].TrimEnd() == Fence ? Array.FindIndex(lines, 1, line => line.TrimEnd() == Fence) : -1;
        if (end < 0)
        {
            return new(null, text);
        }

        string? license = lines[1..end].FirstOrDefault(line => line.StartsWith(LicenseKey, StringComparison.Ordinal))?[LicenseKey.Length..]
            .Split(" #")[0].Trim().Trim('"', '\'');
        return new(license is { Length: > 0 } and not "other" ? license : null, string.Join('\n', lines[(end + 1)..]).TrimStart('\n'));
    }
}
