using ModelPack.Diagnostics;
using ModelPack.IO;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>pull ORG/NAME</c>: the model in the local Hugging Face cache. Nothing is fetched.</summary>
internal static class PullWord
{
    private static readonly string[] Weights = ["model.safetensors.index.json", "model.safetensors"];

    public static int Run(AprCall call)
    {
        string name = call.Positional[0];
        string[] parts = name.Split('/');
        if (parts.Length != 2
            || parts.Any(part => part.Length == 0 || part is "." or ".." || part.Any(Path.GetInvalidFileNameChars().Contains)))
        {
            throw new AprFailure(AprExit.Usage, $"'{name}' is no ORG/NAME");
        }

        string folder = Path.Combine(Cache(call.Console.Variable), $"models--{parts[0]}--{parts[1]}");
        string path = Snapshot(folder) is { } snapshot ? Model(snapshot) : throw Missing();
        call.Console.Output.Write($"Path: {SafeText.Escape(path)}\n");
        return AprExit.Done;

        AprFailure Missing() => new(
            AprExit.Network,
            $"'{name}' is not in the local cache ({folder}), and nothing is fetched here: fetch it with huggingface_hub first");
    }

    private static string Cache(Func<string, string?> variable) =>
        variable("HF_HUB_CACHE")
        ?? Path.Combine(
            variable("HF_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "huggingface"),
            "hub");

    private static string? Snapshot(string folder)
    {
        string reference = Path.Combine(folder, "refs", "main");
        string snapshots = Path.Combine(folder, "snapshots");
        string? named = File.Exists(reference)
            ? Path.Combine(snapshots, Path.GetFileName(RegularFile.ReadAllText(reference).Trim()))
            : null;
        return named is not null && Directory.Exists(named) ? named
            : Directory.Exists(snapshots) && Directory.GetDirectories(snapshots) is [var only] ? only : null;
    }

    private static string Model(string snapshot) =>
        Weights.Select(name => Path.Combine(snapshot, name)).FirstOrDefault(File.Exists) ?? snapshot;
}
