using ModelPack.Formats;
using ModelPack.IO.Names;
using ModelPack.IO.Output;

namespace ModelPack.Models;

/// <summary>What a side file that is named itself is.</summary>
internal static class SideFileNote
{
    private const string Rule = "K-SIDE-FILE";

    /// <summary>What to say of a side file that is named itself.</summary>
    public static Note Of(string path)
    {
        string name = Path.GetFileName(path);
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        string? owner = !Directory.Exists(folder) ? null : Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file))
            .Where(other => !SideFile.IsName(other) && !OutputTarget.IsTemporaryName(other) && SideFile.NameFor(other)
                .Equals(name, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(other => FormatEnding.FormatOf(other) is not null)
            .ThenBy(other => other, StringComparer.Ordinal)
            .FirstOrDefault();
        return new(
            Rule, $"this is the side file {(owner is null ? "of a model that is not beside it" : $"of '{owner}'")}: it holds bytes that "
                + $"the model's own tensors do not show, and is no model in itself");
    }
}
