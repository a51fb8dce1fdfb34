using System.Globalization;
using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>What was saved.</summary>
public sealed class SaveReport
{
    internal SaveReport(IReadOnlyList<string> files, long length, IReadOnlyList<string> notes, bool isUnchanged) =>
        (Files, Length, Notes, IsUnchanged) = (files, length, notes, isUnchanged);

    /// <summary>The names of the files.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Bytes of all files.</summary>
    public long Length { get; }

    /// <summary>What the user has to know: an origin record that was left out, since it is true no longer.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>True if nothing was edited: every byte is that of the source.</summary>
    public bool IsUnchanged { get; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string files = Files.Count == 1 ? $"'{Files[0]}'" : $"{Files.Count} files";
        string unchanged = IsUnchanged ? ", unchanged" : "";
        return SafeText.Escape(
            string.Create(CultureInfo.InvariantCulture, $"{files}, {Length:N0} {(Length == 1 ? "byte" : "bytes")}{unchanged}"));
    }
}
