using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelPack.Build;

/// <summary>
/// Converts models as a task in a target: <c>&lt;ModelConvert Include="*.gguf" Target="apr" /&gt;</c>. The files come out of
/// <c>ConvertedFiles</c> and <c>Certificates</c> with the metadata of copied items, so that they can become <c>None</c> or <c>Content</c>
/// items as they are.
/// </summary>
/// <remarks>
/// Not marked as multi-threadable, on purpose: the only way in which a task of MSBuild 18.0 learns the folder of the project that calls it
/// is the current directory, and the engine keeps that promise to unmarked tasks, under <c>-mt</c> by giving them a process of their own.
/// </remarks>
public sealed class ModelConvert : ConversionTask
{
    /// <summary>Files, folders with one model, and patterns (<c>*</c>, <c>?</c>, <c>**</c>), relative to the project's folder.</summary>
    [Required]
    public ITaskItem[] Include { get; set; } = [];

    /// <summary>Target format: apr, gguf or safetensors.</summary>
    [Required]
    public string Target { get; set; } = "";

    /// <summary>What happens to types that the target lacks: auto, blocks or native.</summary>
    public string? Quantized { get; set; }

    /// <summary>Names of the tensors: native or verbatim.</summary>
    public string? Naming { get; set; }

    /// <summary>Whether the output is a GGUF of the part of the model that sees: true or false.</summary>
    public string? Mmproj { get; set; }

    /// <summary>The type that matrices are rounded to: bf16 or f16. A loss, for which <see cref="AllowLossy"/> has to allow it.</summary>
    public string? Dtype { get; set; }

    /// <summary>Whether what loses something, and was asked for, is done: true or false.</summary>
    public string? AllowLossy { get; set; }

    /// <summary>The largest absolute error that <see cref="Dtype"/> may make, for example 0.01.</summary>
    public string? Epsilon { get; set; }

    /// <summary>Whether NaN and infinity pass: true or false.</summary>
    public string? AllowNonFinite { get; set; }

    /// <summary>Size at which a further shard is begun, for example 5GB; the outputs are folders then.</summary>
    public string? MaxShardSize { get; set; }

    /// <summary>Whether outputs are folders even if they consist of one file: true or false.</summary>
    public string? Folder { get; set; }

    /// <summary>How outputs that were changed since they were proved are checked: strict, structural or none.</summary>
    public string? Verify { get; set; }

    /// <summary>XXH128 that the source must have.</summary>
    public string? ExpectedHash { get; set; }

    /// <summary>The record that makes the way back byte-exact: embed or none.</summary>
    public string? Origin { get; set; }

    /// <summary>Worker threads.</summary>
    public string? Threads { get; set; }

    /// <summary>Whether the certificates have SHA-256 too: true or false.</summary>
    public string? CertificateSha256 { get; set; }

    /// <summary>Whether side files are among the files that come out: include or exclude.</summary>
    public string? SideFile { get; set; }

    /// <summary>Whether an output that the target's own programs cannot use is an error: true or false.</summary>
    public string? RequireUsable { get; set; }

    /// <summary>Whether a weights file is read without the companions and shards around it: true or false.</summary>
    public string? Alone { get; set; }

    /// <summary>Whether a pattern may match nothing, and a model need not exist: true or false.</summary>
    public string? Optional { get; set; }

    /// <summary>Folder of the converted files, relative to the project's; obj/modelpack if nothing is said.</summary>
    public string? OutputDirectory { get; set; }

    private protected override bool Run()
    {
        string projectDirectory = Environment.CurrentDirectory;
        string outputDirectory = Path.GetFullPath(
            string.IsNullOrEmpty(OutputDirectory) ? Path.Combine("obj", "modelpack") : OutputDirectory, projectDirectory);
        List<ITaskItem> models = [];
        foreach (ITaskItem item in Include)
        {
            IReadOnlyCollection<string> matches = FileGlob.Expand(projectDirectory, item.ItemSpec);
            if (matches.Count == 0 && (IsTrue(Optional) || ItemMetadata.IsOptional(item)))
            {
                Say(MessageImportance.High, $"'{item.ItemSpec}' matches no file, and is optional.");
            }
            else if (matches.Count == 0)
            {
                LogError(new ModelPackException(BuildErrors.NothingMatched, $"'{item.ItemSpec}' matches no file in '{projectDirectory}'")
                { FilePath = BuildEngine.ProjectFileOfTaskNode });
                return false;
            }

            models.AddRange(matches.Select(path => Model(item, path)));
        }

        return Convert(
            models,
            new RequestReader(projectDirectory, outputDirectory),
            new ConversionSetting(projectDirectory, CopyDirectory: "", BuildWork.Convert, Outputs: null, Reported: []));
    }

    private static bool IsTrue(string? text) => string.Equals(text?.Trim(), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The item's own metadata, and over it what the task was told.</summary>
    private TaskItem Model(ITaskItem item, string path)
    {
        var model = new TaskItem(MSBuildText.Escape(path));
        item.CopyMetadataTo(model);
        model.SetMetadata("Target", MSBuildText.Escape(Target));
        (string Name, string? Value)[] options =
        [
            ("Quantized", Quantized), ("Naming", Naming), ("Mmproj", Mmproj), ("Dtype", Dtype), ("AllowLossy", AllowLossy),
            ("Epsilon", Epsilon), ("AllowNonFinite", AllowNonFinite),
            ("MaxShardSize", MaxShardSize), ("Folder", Folder), ("Verify", Verify), ("ExpectedHash", ExpectedHash),
            ("Origin", Origin), ("Threads", Threads), ("CertificateSha256", CertificateSha256), ("SideFile", SideFile),
            ("RequireUsable", RequireUsable), ("Alone", Alone), ("Optional", Optional),
        ];
        foreach ((string name, string? value) in options)
        {
            if (!string.IsNullOrEmpty(value))
            {
                model.SetMetadata(name, MSBuildText.Escape(value));
            }
        }

        return model;
    }
}
