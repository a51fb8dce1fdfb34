namespace ModelPack.Diagnostics.Logs;

/// <summary>An error or a warning as Azure Pipelines shows it beside the run: a line that holds <c>##vso[task.logissue …]</c>. What comes
/// from files is escaped twice: so that it forges no command of a log (<see cref="SafeText"/>), and so that it ends no field of this
/// one.</summary>
internal static class AzureIssue
{
    /// <param name="type">error or warning.</param>
    /// <param name="file">The file, or null.</param>
    /// <param name="line">The line of the file.</param>
    /// <param name="code">The code of the error.</param>
    /// <param name="text">What is wrong.</param>
    public static string Line(string type, string? file, int line, string code, string text)
    {
        string place = file is null ? "" : $"sourcepath={Property(file)};linenumber={line};";
        return $"##vso[task.logissue type={type};{place}code={Property(code)};]{Text(text)}";
    }

    private static string Text(string text) => SafeText.Escape(text).Replace("%", "%AZP25", StringComparison.Ordinal);

    private static string Property(string text) => Text(text)
        .Replace(";", "%3B", StringComparison.Ordinal)
        .Replace("]", "%5D", StringComparison.Ordinal);
}
