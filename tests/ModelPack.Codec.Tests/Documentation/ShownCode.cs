using System.Text.RegularExpressions;

namespace ModelPack.Codec.Tests.Documentation;

/// <summary>Code that a document shows and a test or a sample runs: it stands between #region NAME and #endregion of a source
/// file.</summary>
internal static class ShownCode
{
    public static string Region(string name, params string[] file)
    {
        string source = File.ReadAllText(Path.Combine([RepositoryData.Repository, .. file])).ReplaceLineEndings("\n");
        Match shown = Regex.Match(
            source, $@"^(?<indent> *)#region {Regex.Escape(name)}\n(?<code>.*?\n) *#endregion",
            RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.IsTrue(shown.Success, $"{file[^1]} has no region '{name}'");
        return shown.Groups["code"].Value.Replace("\n" + shown.Groups["indent"].Value, "\n", StringComparison.Ordinal).TrimStart();
    }
}
