namespace ModelPack.Verification.Hashing;

/// <summary>Errors of statistics, hashes and differences.</summary>
internal static class ManifestErrors
{
    public static readonly ErrorCode BadManifest = new(
        "MP2141", "", ErrorKind.InvalidFile, "The file is not a manifest of hashes, or it was edited.",
        "Write it again from the model that it belongs to.");

    public static IReadOnlyList<ErrorCode> All { get; } = [BadManifest];
}
