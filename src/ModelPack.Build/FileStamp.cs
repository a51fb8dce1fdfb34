using System.Globalization;
using ModelPack.IO;

namespace ModelPack.Build;

/// <summary>Size and time of a file: what can be known about it without reading it.</summary>
internal readonly record struct FileStamp(long Bytes, long Ticks)
{
    /// <summary>The stamp of a file that does not exist.</summary>
    public static FileStamp Missing { get; } = new(-1, 0);

    /// <summary>When anything about the file was last changed: only the system sets it, so bytes that were changed under their old time are
    /// noticed. Zero where the system does not tell it, and for a stamp that was written before it was asked.</summary>
    public long Changed { get; private init; }

    public bool Exists => Bytes >= 0;

    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        return file.Exists
            ? new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks) { Changed = FileStatus.Of(path).Changed }
            : Missing;
    }

    /// <summary>Whether a copy, which has the size and the time of its original, would have this stamp.</summary>
    public bool IsOfCopy(FileStamp original) => (Bytes, Ticks) == (original.Bytes, original.Ticks);

    public override string ToString() => Changed == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Bytes} {Ticks}")
        : string.Create(CultureInfo.InvariantCulture, $"{Bytes} {Ticks},{Changed}");

    public static FileStamp? Parse(string text)
    {
        string[] parts = text.Split([' ', ',']);
        long changed = 0;
        return parts.Length is 2 or 3
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
            && (parts.Length == 2 || long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out changed))
            ? new FileStamp(bytes, ticks) { Changed = changed }
            : null;
    }
}
