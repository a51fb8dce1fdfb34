namespace ModelPack.Build;

/// <summary>What a build knew about a model when it was done with it. The next build compares; when all is equal it reads nothing else.</summary>
/// <param name="Tool">The program that converted.</param>
/// <param name="Options">Everything that decides about the output, as text.</param>
/// <param name="SourcePath">The source.</param>
/// <param name="Source">Size and time of the source.</param>
/// <param name="SourceHash">XXH128 of the source.</param>
/// <param name="Output">Size and time of the output.</param>
/// <param name="OutputHash">XXH128 of the output.</param>
/// <param name="Certificate">Size and time of the certificate.</param>
/// <param name="CertificateHash">XXH128 of the certificate.</param>
internal sealed record ModelState(
    string Tool,
    string Options,
    string SourcePath,
    FileStamp Source,
    string SourceHash,
    FileStamp Output,
    string OutputHash,
    FileStamp Certificate,
    string CertificateHash)
{
    private const string FirstLine = "modelpack state 1";

    public string Format() => string.Join(
        '\n', FirstLine, Tool, Options, SourcePath, Source, SourceHash, Output, OutputHash, Certificate, CertificateHash, "");

    /// <summary>Null for a text of another version or one that was cut short: then nothing is known, and the model is converted.</summary>
    public static ModelState? Parse(string text)
    {
        string[] lines = text.Split('\n');
        return lines.Length == 11
            && lines[0] == FirstLine
            && FileStamp.Parse(lines[4]) is { } source
            && FileStamp.Parse(lines[6]) is { } output
            && FileStamp.Parse(lines[8]) is { } certificate
            ? new ModelState(lines[1], lines[2], lines[3], source, lines[5], output, lines[7], certificate, lines[9])
            : null;
    }

    /// <summary>True if the conversion that is asked for is the one that was done, whatever became of the files.</summary>
    public bool IsOf(ConversionRequest request) => Tool == ToolVersion.Text && Options == request.OptionsText && SourcePath == request.Source;
}
