using System.Security.Cryptography;
using System.Text;

namespace ModelPack.Models;

/// <summary>
/// The hash that a model has to have: <c>sha256:</c> and 64 hexadecimal digits, or the 32 digits of an XXH128, alone or behind
/// <c>xxh128:</c>. Only SHA-256 says that a file of somebody else is the one that was meant: two files with the same XXH128 are made in an
/// instant (docs/trust.md).
/// </summary>
internal sealed record ExpectedHash
{
    private const string Sha256Prefix = "sha256:";
    private const string Xxh128Prefix = "xxh128:";
    private const int Sha256Digits = 64;
    private const int Xxh128Digits = 32;

    private readonly string digits;

    private ExpectedHash(bool isSha256, string digits) => (IsSha256, this.digits) = (isSha256, digits);

    /// <summary>True for a SHA-256, false for an XXH128.</summary>
    public bool IsSha256 { get; }

    /// <summary>Reads a hash; false if the text is none.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ExpectedHash? hash)
    {
        ArgumentNullException.ThrowIfNull(text);
        string lower = text.Trim().ToLowerInvariant();
        bool isSha256 = lower.StartsWith(Sha256Prefix, StringComparison.Ordinal);
        string digits = isSha256
            ? lower[Sha256Prefix.Length..]
            : lower.StartsWith(Xxh128Prefix, StringComparison.Ordinal) ? lower[Xxh128Prefix.Length..] : lower;
        hash = digits.Length == (isSha256 ? Sha256Digits : Xxh128Digits) && digits.All(char.IsAsciiHexDigit) ? new(isSha256, digits) : null;
        return hash is not null;
    }

    /// <summary>The hash of the same kind that the model at a path has.</summary>
    /// <param name="path">The path.</param>
    /// <param name="scope">Whether the path stands for the model, or for the file alone.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">The path names no model, or several, or files of it are missing.</exception>
    public ExpectedHash Of(string path, PathScope scope = PathScope.Model, CancellationToken cancellation = default) =>
        new(IsSha256, IsSha256 ? Sha256(path, scope, cancellation) : ModelFiles.HashOf(path, scope, cancellation));

    /// <summary>The hash as it is written: with <c>sha256:</c> before it, or the digits of an XXH128 alone.</summary>
    public override string ToString() => IsSha256 ? Sha256Prefix + digits : digits;

    // Of several files the SHA-256 of what sha256sum prints for them: where one file ends and the next begins, and what they are called, is
    // a part of it.
    private static string Sha256(string path, PathScope scope, CancellationToken cancellation)
    {
        IReadOnlyList<string> files = ModelFiles.FilesOf(path, scope);
        if (files.Count == 1)
        {
            return FileHash.Sha256(files[0], cancellation);
        }

        IEnumerable<string> lines = files.Zip(ModelFiles.NamesOf(path, scope), (file, name) => (file, name))
            .OrderBy(file => file.name, StringComparer.Ordinal)
            .Select(file => $"{FileHash.Sha256(file.file, cancellation)}  {file.name}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }
}
