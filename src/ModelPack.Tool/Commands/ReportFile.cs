using ModelPack.Conversion;
using ModelPack.IO.Names;
using ModelPack.Models;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Commands;

/// <summary>A file that a verb writes beside its work. What can be refused is refused before the work starts.</summary>
internal sealed class ReportFile
{
    private readonly string path;
    private readonly ExistingTarget existing;

    private ReportFile(string path, ExistingTarget existing) => (this.path, this.existing) = (path, existing);

    /// <param name="path">The file to write.</param>
    /// <param name="existing">What to do if it exists.</param>
    /// <param name="source">The model that the verb reads. None of its files is replaced, and nothing is put into its folder.</param>
    /// <param name="scope">What the path of that model stands for.</param>
    /// <param name="output">The model that the verb writes, if it writes one.</param>
    public static ReportFile Prepare(string path, ExistingTarget existing, string source, PathScope scope, string? output = null)
    {
        OutputFile.Check(path);
        (IEnumerable<string> read, string? folder) = FilesOf(source, scope);
        string[] folders = [
            .. new[] { source, output }.OfType<string>().Where(Arguments.IsFolder), .. folder is null ? (string[])[] : [folder]];
        if (read.Concat(OutputFiles(output)).Any(other => OutputFile.IsSame(other, path)))
        {
            throw new ModelPackException(
                ToolErrors.ReportOverwrites, "the report would overwrite a file that the command works on") { FilePath = path };
        }

        // In the folder of a model, a JSON file is a part of it.
        if (Folders(path).Any(above => folders.Any(model => OutputFile.IsSame(model, above))))
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

        return new(path, existing);
    }

    /// <param name="content">The bytes of the file.</param>
    /// <param name="whole">What the message says was done when writing fails.</param>
    public void Write(ReadOnlySpan<byte> content, string whole)
    {
        try
        {
            OutputFile.Write(path, content, existing);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(
                ToolErrors.ReadOrWriteFailed, $"{whole}, but its report was not written: {exception.Message.TrimEnd('.')}", exception)
                {
                    FilePath = path,
                };
        }
    }

    // What is wrong with the source is for the verb to say.
    private static (IEnumerable<string> Files, string? Folder) FilesOf(string source, PathScope scope)
    {
        try
        {
            return (ModelFiles.FilesOf(source, scope).Append(source), ModelFiles.FolderOf(source, scope));
        }
        catch (Exception exception) when (exception is ModelPackException or IOException or UnauthorizedAccessException)
        {
            return ([source], null);
        }
    }

    private static string[] OutputFiles(string? output)
    {
        if (output is null)
        {
            return [];
        }

        // The certificate stands beside the output itself, wherever a link leads to it.
        string certificate = ModelConverter.CertificatePath(output);
        string model = certificate[..^MemberName.CertificateEnding.Length];
        return Arguments.IsFolder(output) ? [model, certificate] : [model, certificate, ModelFiles.SideFilePath(model)];
    }

    private static IEnumerable<string> Folders(string path)
    {
        for (string? folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }
}
