using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ModelPack.IO;

/// <summary>What a name stands for.</summary>
internal enum FileKind
{
    Missing,
    Regular,
    Folder,
    Link,
    Pipe,
    Socket,
    Device,
}

/// <summary>
/// What a name stands for, and which file it is. The base library tells neither a pipe from a file nor two names of one file from two
/// files, and opening a pipe waits for its other end: so this asks the system, on Linux and macOS. Elsewhere there are no such names.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Device">The file system; zero where it is not known.</param>
/// <param name="Number">The file's number in it; zero where it is not known.</param>
/// <param name="Owner">The user's number; zero where it is not known.</param>
internal readonly record struct FileStatus(FileKind Kind, ulong Device, ulong Number, uint Owner)
{
    // The places of the last change of the status: seconds, and nanoseconds.
    private const int ChangedOnLinux = 96;
    private const int ChangedOnMac = 64;
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const int OfHandle = 0x1000;
    private const uint BasicFields = 0x7FF;
    private const int MacCurrentFolder = -2;
    private const int MacDoNotFollow = 0x20;
    private const int NoSuchCall = 38;

    private static readonly bool IsMac = OperatingSystem.IsMacOS();

    /// <summary>When the file or what is known of it was last changed, in ticks; zero where it is not known. Unlike the time of its bytes
    /// nobody sets it.</summary>
    public long Changed { get; private init; }

    /// <summary>Whether two names lead to one file. False if that is not known.</summary>
    public bool IsSameAs(FileStatus other) => Number != 0 && Number == other.Number && Device == other.Device;

    /// <summary>The status of what a path leads to, through links.</summary>
    public static FileStatus Of(string path) => OfName(path, follow: true);

    /// <summary>The status of a name itself, which may be a link.</summary>
    public static FileStatus OfName(string path) => OfName(path, follow: false);

    /// <summary>The status of an open file. Its kind is <see cref="FileKind.Missing"/> where the system does not tell.</summary>
    public static FileStatus Of(SafeFileHandle handle)
    {
        byte[] status = new byte[256];
        return OperatingSystem.IsLinux() && statx((int)handle.DangerousGetHandle(), [0], OfHandle, BasicFields, status) == 0
            ? FromLinux(status)
            : default;
    }

    /// <summary>The number of the user that this process acts for; null where there is none.</summary>
    public static uint? User => OperatingSystem.IsLinux() || IsMac ? geteuid() : null;

    private static FileStatus OfName(string path, bool follow)
    {
        byte[] status = new byte[256];
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        try
        {
            if (OperatingSystem.IsLinux())
            {
                return statx(CurrentFolder, name, follow ? 0 : DoNotFollow, BasicFields, status) == 0 ? FromLinux(status)
                    : Marshal.GetLastPInvokeError() == NoSuchCall ? Portable(path, follow)
                    : default;
            }

            if (IsMac && RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
            {
                return fstatat(MacCurrentFolder, name, status, follow ? 0 : MacDoNotFollow) == 0 ? FromMac(status) : default;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // A C library that is older than the call.
        }

        return Portable(path, follow);
    }

    private static FileStatus Portable(string path, bool follow)
    {
        FileInfo file = new(path);
        FileKind kind = !follow && file.LinkTarget is not null ? FileKind.Link
            : Directory.Exists(path) ? FileKind.Folder
            : file.Exists ? FileKind.Regular
            : FileKind.Missing;
        return new(kind, 0, 0, 0);
    }

    // struct statx of the kernel's interface, which is the same on every processor.
    private static FileStatus FromLinux(ReadOnlySpan<byte> status)
    {
        ulong device = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(status[136..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(
            status[140..]);
        return new(
            KindOf(BinaryPrimitives.ReadUInt16LittleEndian(status[28..])), device,
            BinaryPrimitives.ReadUInt64LittleEndian(status[32..]), BinaryPrimitives.ReadUInt32LittleEndian(status[20..]))
            {
                Changed = TicksOf(status[ChangedOnLinux..]),
            };
    }

    // struct stat of macOS on Arm.
    private static FileStatus FromMac(ReadOnlySpan<byte> status) => new(
        KindOf(BinaryPrimitives.ReadUInt16LittleEndian(status[4..])), BinaryPrimitives.ReadUInt32LittleEndian(status),
        BinaryPrimitives.ReadUInt64LittleEndian(status[8..]), BinaryPrimitives.ReadUInt32LittleEndian(status[16..]))
        {
            Changed = TicksOf(status[ChangedOnMac..]),
        };

    private static long TicksOf(ReadOnlySpan<byte> time) =>
        Math.Max(0, BinaryPrimitives.ReadInt64LittleEndian(time)) * TimeSpan.TicksPerSecond
        + (BinaryPrimitives.ReadUInt32LittleEndian(time[8..]) / 100);

    // The high four bits of a mode are the type of the file, in POSIX's order.
    private static FileKind KindOf(ushort mode) => (mode >> 12) switch
    {
        1 => FileKind.Pipe,
        4 => FileKind.Folder,
        8 => FileKind.Regular,
        10 => FileKind.Link,
        12 => FileKind.Socket,
        _ => FileKind.Device,
    };

#pragma warning disable IDE1006, SA1300 // The names are the system's.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, [Out] byte[] status);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fstatat(int folder, byte[] path, [Out] byte[] status, int flags);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();
#pragma warning restore IDE1006, SA1300
}
