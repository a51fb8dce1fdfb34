namespace ModelPack.Codec.Tests;

/// <summary>A category of tests. While you work, <c>dotnet test --project tests/ModelPack.Codec.Tests --filter TestCategory!=Long</c> runs
/// all others within a minute.</summary>
internal static class Duration
{
    /// <summary>Tests that convert whole corpora, flip every byte of a file, or start processes.</summary>
    public const string Long = "Long";
}
