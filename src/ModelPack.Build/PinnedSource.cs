using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>A source that has to have a hash (metadata <c>ExpectedHash</c>).</summary>
internal static class PinnedSource
{
    /// <summary>What is wrong; null if the model has the hash, or need not have one.</summary>
    public static ModelPackException? Error(string source, PathScope scope, string expected, CancellationToken cancellation) =>
        expected.Length > 0 && ExpectedHash.TryParse(expected, out ExpectedHash? hash) && hash.Of(source, scope, cancellation) is var found
        && found != hash
            ? new(BuildErrors.UnexpectedSource, $"the {(hash.IsSha256 ? "SHA-256" : "XXH128")} is {found}, and ExpectedHash says {hash}")
            {
                FilePath = source,
            }
            : null;

    /// <exception cref="ModelPackException">The model has another hash.</exception>
    public static void Check(string source, PathScope scope, string expected, CancellationToken cancellation)
    {
        if (Error(source, scope, expected, cancellation) is { } error)
        {
            throw error;
        }
    }
}
