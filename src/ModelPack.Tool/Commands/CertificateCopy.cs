using ModelPack.Codec.Conversion;
using ModelPack.Codec.Diagnostics;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Commands;

/// <summary>The copy of a certificate that <c>--report</c> asks for. What can be refused is refused before the conversion starts.</summary>
internal sealed class CertificateCopy
{
    private readonly string _path;
    private readonly string _certificate;

    private CertificateCopy(string path, string certificate)
    {
        _path = path;
        _certificate = certificate;
    }

    public static CertificateCopy Prepare(string path, string source, string target, ExistingTarget existing)
    {
        string certificate = ModelConverter.CertificatePath(target);
        string[] taken = [source, target, certificate];
        if (taken.Any(other => IsSame(other, path)))
        {
            throw new ModelPackException(ToolErrors.ReportOverwrites, "the report would overwrite a file of the conversion itself") { FilePath = path };
        }

        // In the folder of a model, a JSON file is a part of it.
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        if ((Directory.Exists(source) && IsSame(source, folder)) || ((Path.EndsInDirectorySeparator(target) || Directory.Exists(target)) && IsSame(target, folder)))
        {
            throw new ModelPackException(ToolErrors.ReportOverwrites, "the report would lie in the folder of a model") { FilePath = path };
        }

        if (existing == ExistingTarget.Refuse && File.Exists(path))
        {
            throw new ModelPackException(ToolErrors.ReportExists, "the file for the report exists already") { FilePath = path };
        }

        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            throw new ModelPackException(ToolErrors.ReadOrWriteFailed, "the folder for the report does not exist") { FilePath = path };
        }

        return new(path, certificate);
    }

    private static bool IsSame(string left, string right) => string.Equals(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(left)), Path.TrimEndingDirectorySeparator(Path.GetFullPath(right)), StringComparison.OrdinalIgnoreCase);

    public void Write()
    {
        string temporary = $"{_path}.{Environment.ProcessId}.modelpack-tmp";
        try
        {
            File.Copy(_certificate, temporary, overwrite: true);
            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new ModelPackException(
                ToolErrors.ReadOrWriteFailed, $"the conversion is done and proved, but not its report: {exception.Message.TrimEnd('.')}", exception)
            {
                FilePath = _path,
            };
        }
    }
}
