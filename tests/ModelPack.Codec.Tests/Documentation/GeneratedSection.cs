namespace ModelPack.Codec.Tests.Documentation;

/// <summary>A part of a document that is made from the code: it stands between two comments, and a test compares it with what the code
/// says.</summary>
internal static class GeneratedSection
{
    private const string UpdateVariable = "MODELPACK_UPDATE_DOCS";

    public static void ShouldBe(string documentPath, string section, string expected)
    {
        string begin = $"<!-- {section}:begin -->\n";
        string end = $"<!-- {section}:end -->";
        string text = File.ReadAllText(documentPath);
        int start = text.IndexOf(begin, StringComparison.Ordinal);
        int stop = text.IndexOf(end, StringComparison.Ordinal);
        Assert.IsTrue(start >= 0 && stop > start, $"{documentPath} has no section '{section}'");
        start += begin.Length;
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            File.WriteAllText(documentPath, text[..start] + expected + text[stop..]);
            return;
        }

        Assert.AreEqual(
            expected, text[start..stop], $"run the tests with {UpdateVariable}=1 to rewrite the section '{section}' of {documentPath}");
    }
}
