using ModelPack.Codec.Conversion;
using ModelPack.Codec.Diagnostics;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Commands;

/// <summary>A file that a verb writes beside its work. What can be refused is refused before the work starts.</summary>
internal sealed class ReportFile
{
    private readonly string _path;

    private ReportFile(string path) => _path = path;

    /// <param name="path">The file to write.</param>
    /// <param name="existing">What to do if it exists.</param>
    /// <param name="taken">Files that it must not replace in any case.</param>
    public static ReportFile Prepare(string path, ExistingTarget existing, params string[] taken)
    {
        if (taken.Any(other => IsSame(other, path)))
        {
            throw new ModelPackException(ToolErrors.ReportOverwrites, "the report would overwrite a file that the command works on") { FilePath = path };
        }

        // In the folder of a model, a JSON file is a part of it.
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        if (taken.Any(other => Arguments.IsFolder(other) && IsSame(other, folder)))
        {
            throw new ModelPackException(ToolErrors.ReportOverwrites, "the report would lie in the folder of a model") { FilePath = path };
        }

        if (existing == ExistingTarget.Refuse && File.Exists(path))
        {
            throw new ModelPackException(ToolErrors.ReportExists, "the file to write exists already") { FilePath = path };
        }

        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            throw new ModelPackException(ToolErrors.ReadOrWriteFailed, "the folder for the report does not exist") { FilePath = path };
        }

        return new(path);
    }

    private static bool IsSame(string left, string right) => string.Equals(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(left)), Path.TrimEndingDirectorySeparator(Path.GetFullPath(right)), StringComparison.OrdinalIgnoreCase);

    /// <param name="content">The bytes of the file.</param>
    /// <param name="whole">What the message says was done when writing fails.</param>
    public void Write(ReadOnlySpan<byte> content, string whole)
    {
        string temporary = $"{_path}.{Environment.ProcessId}.modelpack-tmp";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new ModelPackException(ToolErrors.ReadOrWriteFailed, $"{whole}, but its report was not written: {exception.Message.TrimEnd('.')}", exception) { FilePath = _path };
        }
    }
}
