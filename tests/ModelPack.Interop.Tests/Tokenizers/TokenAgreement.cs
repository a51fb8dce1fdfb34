namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>Compares the ids of two programs, text by text.</summary>
internal static class TokenAgreement
{
    private const int Shown = 5;

    /// <summary>The texts on which the programs disagree, each with both lists of ids and the first place where they differ.</summary>
    public static string[] Differences(IReadOnlyList<string> texts, IReadOnlyList<int[]> one, IReadOnlyList<int[]> other) =>
        [.. texts.Select((text, index) => (text, index)).Where(item => !one[item.index].SequenceEqual(other[item.index]))
            .Select(item => Describe(item.text, one[item.index], other[item.index]))];

    public static void AssertNone(string what, IReadOnlyList<string> texts, IReadOnlyList<int[]> llama, IReadOnlyList<int[]> huggingFace)
    {
        Assert.HasCount(texts.Count, llama);
        Assert.HasCount(texts.Count, huggingFace);
        string[] differences = Differences(texts, llama, huggingFace);
        Assert.IsEmpty(
            differences, $"{what}: {differences.Length} of {texts.Count} texts differ:\n{string.Join('\n', differences.Take(Shown))}");
    }

    private static string Describe(string text, int[] one, int[] other) =>
        $"{System.Text.Json.JsonSerializer.Serialize(text)} at {one.AsSpan().CommonPrefixLength(other)}:\n  llama.cpp  "
            + $"{string.Join(' ', one)}\n  tokenizers {string.Join(' ', other)}";
}
