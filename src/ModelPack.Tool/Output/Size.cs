using System.Globalization;

namespace ModelPack.Tool.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Size
{
    private static readonly string[] Units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>Every digit, grouped: <c>2,834,080 bytes</c>.</summary>
    public static string Exact(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} byte{(bytes == 1 ? "" : "s")}");

    /// <summary>Three digits and a decimal unit: <c>2.83 MB</c>.</summary>
    public static string Short(double bytes)
    {
        int unit = 0;
        while (bytes >= 999.5 && unit < Units.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        string format = unit == 0 || bytes >= 99.95 ? "0" : bytes >= 9.995 ? "0.0" : "0.00";
        return $"{bytes.ToString(format, CultureInfo.InvariantCulture)} {Units[unit]}";
    }

    /// <summary>A time span: <c>0.31 s</c>, <c>2 min 05 s</c>.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMinutes} min {time.Seconds:00} s");

    /// <summary>Bytes per second.</summary>
    public static string Rate(long bytes, TimeSpan time) => $"{Short(bytes / Math.Max(time.TotalSeconds, 1e-6))}/s";
}
