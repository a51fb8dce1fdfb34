using System.Globalization;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Commands;

/// <summary>What each error code means: those of the library and of the tool from their catalogues, those of a build, which the tool does
/// not hold, from docs/errors.md, which is made from theirs.</summary>
internal static class CodeTable
{
    private const string Document = "ModelPack.Tool.errors.md";

    public static Row? Find(string code) =>
        ErrorCatalog.All.Concat(ToolErrors.All)
            .Where(known => known.Id.Equals(code, StringComparison.OrdinalIgnoreCase))
            .Select(known => new Row(
                known.Id, known.Summary, known.Remedy, known.Rule.Length == 0 ? null : known.Rule, ExitCode.Of(known.Kind)))
            .FirstOrDefault()
        ?? Documented().FirstOrDefault(row => row.Code.Equals(code, StringComparison.OrdinalIgnoreCase));

    public static IEnumerable<string> All() => ErrorCatalog.All.Concat(ToolErrors.All).Select(known => known.Id)
        .Concat(Documented().Select(row => row.Code)).Distinct().Order(StringComparer.Ordinal);

    // | Code | What is wrong | What to do |, or the five columns of the library's table.
    private static IEnumerable<Row> Documented()
    {
        using StreamReader reader = new(typeof(CodeTable).Assembly.GetManifestResourceStream(Document)!);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith("| MP", StringComparison.Ordinal))
            {
                continue;
            }

            string[] cells = [.. line.Trim('|').Split(" | ").Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal))];
            if (cells.Length == 3)
            {
                yield return new(cells[0], cells[1], cells[2], null, null);
            }
            else if (cells.Length == 5)
            {
                string rule = cells[2].Trim('`');
                yield return new(
                    cells[0], cells[3], cells[4], rule.Length == 0 ? null : rule, int.Parse(cells[1], CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>One code.</summary>
    internal sealed record Row(string Code, string Summary, string Remedy, string? Rule, int? ExitCode);
}
