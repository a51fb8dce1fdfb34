using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ModelPack.IO;

/// <summary>
/// A folder, opened so that the names in it can be flushed: a file that was flushed and renamed can still lose its name in a power failure.
/// The base library opens no folders. Windows keeps names in a log of its own.
/// </summary>
internal static class FolderHandle
{
    /// <exception cref="IOException">The folder cannot be opened or flushed.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = open([.. Encoding.UTF8.GetBytes(folder), 0], 0);
        if (descriptor < 0)
        {
            throw new IOException($"The folder '{folder}' cannot be opened: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }

        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

#pragma warning disable IDE1006, SA1300 // The name is the system's.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);
#pragma warning restore IDE1006, SA1300
}
