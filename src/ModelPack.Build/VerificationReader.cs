using System.Security.Cryptography;
using System.Text;
using Microsoft.Build.Framework;

namespace ModelPack.Build;

/// <summary>Reads the metadata of the items <c>ModelVerify</c>.</summary>
internal sealed class VerificationReader(string projectDirectory, string outputDirectory)
{
    public IReadOnlyList<VerificationRequest> ReadAll(IReadOnlyCollection<ITaskItem> items, Action<string> say) =>
        [.. PartName.Heads(items, projectDirectory, say).Select(Read)];

    private VerificationRequest Read(ITaskItem item)
    {
        string source = FullPath(item.ItemSpec, item.ItemSpec);
        string against = item.GetMetadata("Against");
        VerificationRequest request = new(
            source,
            ItemMetadata.Scope(item, source),
            "",
            ItemMetadata.Hash(item, source, "ExpectedHash"),
            against.Length == 0 ? "" : FullPath(against, source),
            ItemMetadata.Choice(item, source, "Level", "l2", "l1", "l3"),
            ItemMetadata.Tolerance(item, source, "Epsilon"),
            ItemMetadata.Flag(item, source, "AllowNonFinite"),
            ItemMetadata.Choice<VerifyMode>(item, source, "Verify"));
        if (request.Epsilon is not null && (against.Length == 0 || item.GetMetadata("Level").Length > 0))
        {
            string why = against.Length == 0
                ? "it compares with Against, which is not set"
                : $"it compares values, and Level, which is '{item.GetMetadata("Level")}', bits";
            throw new ModelPackException(BuildErrors.Conflict, $"Epsilon is '{item.GetMetadata("Epsilon")}'; {why}") { FilePath = source };
        }

        return request with { State = StatePath(request) };
    }

    /// <summary>One model may be checked in several ways: each has a state of its own.</summary>
    private string StatePath(VerificationRequest request)
    {
        byte[] key = SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Source}\n{request.OptionsText}"));
        return Path.Combine(
            outputDirectory, $"{Path.GetFileName(request.Source)}.{Convert.ToHexStringLower(key.AsSpan(0, 4))}.modelpack.verified");
    }

    private string FullPath(string path, string file)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, projectDirectory));
        return File.Exists(full) || Directory.Exists(full)
            ? full
            : throw new ModelPackException(
                BuildErrors.SourceMissing, $"'{path}' does not exist") { FilePath = Path.GetFullPath(file, projectDirectory) };
    }
}
