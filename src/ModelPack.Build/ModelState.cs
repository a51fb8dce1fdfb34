using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Codec;

namespace ModelPack.Build;

/// <summary>What a build knew about a model when it was done with it. The next build compares; when all is equal it reads nothing else.</summary>
/// <param name="Tool">The program that converted.</param>
/// <param name="Options">Everything that decides about the output, as text.</param>
/// <param name="SourcePath">The source.</param>
/// <param name="Pinned">The hash that the source was found to have; empty if it need not have one.</param>
/// <param name="Target">The output; ends in a separator if it is a folder.</param>
/// <param name="Seed">Seed of the hashes of files, secret by being here only (<see cref="SeededHash"/>).</param>
/// <param name="Source">The files of the source, and what else lies in its folder.</param>
/// <param name="Output">The files of the output.</param>
/// <param name="Certificate">The certificate.</param>
internal sealed record ModelState(
    string Tool,
    string Options,
    string SourcePath,
    string Pinned,
    string Target,
    long Seed,
    ImmutableArray<FileRecord> Source,
    ImmutableArray<FileRecord> Output,
    FileRecord Certificate)
{
    private const string FirstLine = "modelpack state 3";

    public bool IsFolder => Path.EndsInDirectorySeparator(Target);

    public string Folder => FileRecord.FolderOf(Target);

    public string CertificatePath => ConversionRequest.CertificateOf(Target);

    /// <summary>Full path of a file of the output.</summary>
    public string PathOf(FileRecord file) => file.In(Folder);

    /// <summary>
    /// Place of the copy of a file, relative to the output folder of the project. What stands beside an output is its side file, which is called after it, also
    /// where the output is copied under another name.
    /// </summary>
    public string LinkOf(FileRecord file, ConversionRequest request)
    {
        if (IsFolder)
        {
            return Path.Combine(request.FolderLink, file.Name);
        }

        return file.Name == Path.GetFileName(Target) ? request.Link : ModelFiles.SideFilePath(request.Link);
    }

    /// <summary>Place of the copy of the whole: of the folder, or of the file that stands for it.</summary>
    public string LinkOfModel(ConversionRequest request) => IsFolder ? request.FolderLink : request.Link;

    public string Format() => StateText.Write([FirstLine, Tool, Options, SourcePath, Pinned, Target, Seed.ToString("x16", CultureInfo.InvariantCulture)], Source, Output, [Certificate]);

    /// <summary>Null for a text of another version or one that was cut short: then nothing is known, and the model is converted.</summary>
    public static ModelState? Parse(string text) =>
        StateText.Read(text, texts: 7, lists: 3) is { } read && read.Texts[0] == FirstLine && !read.Lists[1].IsEmpty && read.Lists[2].Length == 1
            && long.TryParse(read.Texts[6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long seed)
            ? new(read.Texts[1], read.Texts[2], read.Texts[3], read.Texts[4], read.Texts[5], seed, read.Lists[0], read.Lists[1], read.Lists[2][0])
            : null;

    /// <summary>True if the conversion that is asked for is the one that was done, whatever became of the files.</summary>
    public bool IsOf(ConversionRequest request) =>
        Tool == ToolVersion.Text && Options == request.OptionsText && SourcePath == request.Source && (Target == request.Output || Target == request.FolderOutput);
}
