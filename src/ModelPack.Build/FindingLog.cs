using System.Text;
using Microsoft.Build.Framework;
using ModelPack.Conversion;
using ModelPack.Diagnostics;
using ModelPack.Diagnostics.Logs;
using ModelPack.IO;

namespace ModelPack.Build;

/// <summary>The SARIF log of a project's build: all its tasks write to one file, each what the earlier ones found too.</summary>
internal sealed class FindingLog
{
    private const int BeginningLength = 1024;

    private readonly List<SarifResult> results = [];

    /// <summary>Adds results, and writes the file.</summary>
    /// <param name="engine">Keeps what earlier tasks of this build found.</param>
    /// <param name="path">The file.</param>
    /// <param name="found">What this task found.</param>
    /// <exception cref="ModelPackException">The file is something else.</exception>
    public static void Write(IBuildEngine4 engine, string path, IReadOnlyList<SarifResult> found)
    {
        RegularFile.EnsureReplaceable(path);
        if (File.Exists(path) && !IsLog(path))
        {
            throw new ModelPackException(BuildErrors.NoSarif, "there is a file already, and it is no SARIF log") { FilePath = path };
        }

        string key = $"{nameof(FindingLog)} {path}";
        if (engine.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is not FindingLog log)
        {
            engine.RegisterTaskObject(key, log = new(), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        lock (log.results)
        {
            log.results.AddRange(found);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            OutputFile.Write(path, SarifLog.Of(log.results, ToolVersion.Text), ExistingTarget.Replace);
        }
    }

    private static bool IsLog(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] beginning = new byte[BeginningLength];
        int length = file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        string text = Encoding.UTF8.GetString(beginning, 0, length);
        return text.TrimStart().StartsWith('{') && text.Contains("sarif", StringComparison.OrdinalIgnoreCase);
    }
}
