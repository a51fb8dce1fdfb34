using System.Runtime.InteropServices;

namespace ModelPack.Interop.Tests.Native;

/// <summary>Turns standard error off as long as it lives: ggml's row check prints a line for every row that it refuses.</summary>
internal sealed class SilentStandardError : IDisposable
{
    private const int StandardError = 2;
    private const int WriteOnly = 1;

    private readonly int kept = Duplicate(StandardError);

    public SilentStandardError()
    {
        int nowhere = Open("/dev/null", WriteOnly);
        DuplicateTo(nowhere, StandardError);
        Close(nowhere);
    }

    public void Dispose()
    {
        DuplicateTo(kept, StandardError);
        Close(kept);
    }

    [DllImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Duplicate(int descriptor);

    [DllImport("libc", EntryPoint = "dup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int DuplicateTo(int descriptor, int target);

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Close(int descriptor);
}
