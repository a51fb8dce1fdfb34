using System.Diagnostics;

namespace ModelPack.Tool.Tests;

/// <summary>A file system of a few hundred kilobytes, to run out of. Mounting takes root, or a sudo that does not ask; without either the
/// test fails.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TestFolder folder = new();

    public SmallDisk(string size, string mode = "rw") => Run("mount", "-t", "tmpfs", "-o", $"size={size},mode=0777,{mode}", "tmpfs", Path);

    public string Path => folder.Path;

    public void Dispose()
    {
        Run("umount", Path);
        folder.Dispose();
    }

    private static void Run(params string[] command)
    {
        string[] words = Environment.IsPrivilegedProcess ? command : ["sudo", "-n", .. command];
        using Process process = Process.Start(words[0], words[1..]);
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"{string.Join(' ', words)} (mounting takes root, or a sudo that does not ask)");
    }
}
