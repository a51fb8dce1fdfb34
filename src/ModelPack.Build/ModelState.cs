using System.Collections.Immutable;
using System.Globalization;
using ModelPack.IO.Names;
using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>What a build knew about a model when it was done with it. The next build compares; when all is equal it reads nothing
/// else.</summary>
/// <param name="Tool">The program that converted.</param>
/// <param name="Options">Everything that decides about the output, as text.</param>
/// <param name="SourcePath">The source.</param>
/// <param name="Pinned">The hash that the source was found to have; empty if it need not have one.</param>
/// <param name="Target">The output; ends in a separator if it is a folder. The item names it; the text says only which of the two forms it
/// has.</param>
/// <param name="Facts">What is to be told of the output.</param>
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
    OutputFacts Facts,
    long Seed,
    ImmutableArray<FileRecord> Source,
    ImmutableArray<FileRecord> Output,
    FileRecord Certificate)
{
    private const string FolderForm = "folder";
    private const string FileForm = "file";
    private const string FirstLine = "modelpack state 3";

    public bool IsFolder => Path.EndsInDirectorySeparator(Target);

    public string Folder => FileRecord.FolderOf(Target);

    public string CertificatePath => ConversionRequest.CertificateOf(Target);

    /// <summary>Full path of a file of the output.</summary>
    public string PathOf(FileRecord file) => file.In(Folder);

    /// <summary>
    /// Place of the copy of a file, relative to the output folder of the project. What stands beside an output is its side file, which is
    /// called after it, also where the output is copied under another name.
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

    /// <summary>True for the side file of the output, by the ending that no other output may have.</summary>
    public bool IsSideFile(FileRecord file) => Output.Length > 1 && file.Name.EndsWith(SideFile.Ending, StringComparison.Ordinal);

    public string Format() => StateText.Write(
        [FirstLine, Tool, Options, SourcePath, Pinned, IsFolder
            ? FolderForm
            : FileForm, Facts.Format(), Seed.ToString("x16", CultureInfo.InvariantCulture)], Source, Output, [Certificate]);

    /// <summary>
    /// Null for a text of another version, one that was cut short, or one that names files which cannot belong to the output: then nothing
    /// is known, and the model is converted.
    /// </summary>
    /// <param name="text">The text; anybody may have written it.</param>
    /// <param name="output">The output that it is about, if it is a file.</param>
    /// <param name="folderOutput">The output, if it is a folder.</param>
    public static ModelState? Parse(string text, string output, string folderOutput)
    {
        if (StateText.Read(text, texts: 8, lists: 3) is not { } read || read.Texts[0] != FirstLine || read.Lists[1].IsEmpty
            || read.Lists[2].Length != 1
            || read.Texts[5] is not (FolderForm or FileForm) || OutputFacts.Parse(read.Texts[6]) is not { } facts
            || !long.TryParse(read.Texts[7], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long seed))
        {
            return null;
        }

        string target = read.Texts[5] == FolderForm ? folderOutput : output;
        string name = Path.GetFileName(target);
        return name.Length == 0 || read.Lists[1].All(file => file.Name == name || file.Name == ModelFiles.SideFilePath(name))
            ? new(read.Texts[1], read.Texts[2], read.Texts[3], read.Texts[4], target, facts, seed, read.Lists[0], read.Lists[1],
                read.Lists[2][0])
            : null;
    }

    /// <summary>True if the conversion that is asked for is the one that was done, whatever became of the files.</summary>
    public bool IsOf(ConversionRequest request) =>
        Tool == ToolVersion.Text && Options == request.OptionsText && SafePath.Comparer.Equals(SourcePath, request.Source);
}
