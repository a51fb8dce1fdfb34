using System.Globalization;
using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>A file or folder that lies in the folder of a model and is not carried.</summary>
public sealed class LeftOutFile
{
    internal LeftOutFile(string name, long bytes, string? reason)
    {
        Name = name;
        Bytes = bytes;
        Reason = reason;
    }

    /// <summary>Path relative to the model's folder, with '/'; a folder ends in one.</summary>
    public string Name { get; }

    /// <summary>Length of the file; of a folder, of all files in it. A link is not followed.</summary>
    public long Bytes { get; }

    /// <summary>Why it is not carried; null for a file that is of no kind that a model has.</summary>
    public string? Reason { get; }

    /// <summary>True if a file of the model names it as a part of the model.</summary>
    internal bool IsPart { get; init; }

    /// <summary>Name, size and reason.</summary>
    public override string ToString()
    {
        string reason = Reason is null ? "" : $"{Reason}, ";
        return SafeText.Escape(
            string.Create(CultureInfo.InvariantCulture, $"'{Name}' ({reason}{Bytes:N0} {(Bytes == 1 ? "byte" : "bytes")})"));
    }
}
