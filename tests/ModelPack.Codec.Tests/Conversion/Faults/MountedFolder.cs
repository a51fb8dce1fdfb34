using System.Diagnostics;

namespace ModelPack.Codec.Tests.Conversion.Faults;

/// <summary>A small file system of its own. Needs the right to mount; a test that cannot have one has to fail, not to pass
/// unseen.</summary>
internal sealed class MountedFolder : IDisposable
{
    private MountedFolder(string path) => Path = path;

    /// <summary>Where it is mounted: elsewhere once a folder around it was moved.</summary>
    public string Path { get; set; }

    public static MountedFolder Mount(string path, string options)
    {
        Directory.CreateDirectory(path);
        Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path);
        return new(path);
    }

    /// <summary>A file that is mounted over itself: it can be read, written and copied, but neither renamed nor deleted.</summary>
    public static MountedFolder MountFile(string path)
    {
        Run("mount", "--bind", path, path);
        return new(path);
    }

    public void Remount(string options) => Run("mount", "-o", $"remount,{options}", Path);

    public void Dispose() => Run("umount", Path);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"{program} {string.Join(' ', arguments)}: {errors}");
    }
}
