using System.Globalization;

namespace ModelPack.Build;

/// <summary>Size and time of a file: what can be known about it without reading it.</summary>
internal readonly record struct FileStamp(long Bytes, long Ticks)
{
    /// <summary>The stamp of a file that does not exist.</summary>
    public static FileStamp Missing { get; } = new(-1, 0);

    public bool Exists => Bytes >= 0;

    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks) : Missing;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bytes} {Ticks}");

    public static FileStamp? Parse(string text)
    {
        string[] parts = text.Split(' ');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
            ? new FileStamp(bytes, ticks)
            : null;
    }
}
