using Microsoft.Build.Framework;

namespace ModelPack.Build;

/// <summary>
/// Joins the models of the packages that a project references, once a machine, and says where their files are. Called by
/// ModelPack.Build.Packages.targets.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class ResolveModelPackages : ModelTask
{
    /// <summary>The manifest of each meta package.</summary>
    public ITaskItem[] Manifests { get; set; } = [];

    /// <summary>The parts that packages bring.</summary>
    public ITaskItem[] Parts { get; set; } = [];

    /// <summary>The items <c>ModelReference</c>.</summary>
    public ITaskItem[] References { get; set; } = [];

    /// <summary>The items <c>PackageReference</c>, which may choose a variant.</summary>
    public ITaskItem[] PackageReferences { get; set; } = [];

    /// <summary>The items <c>ModelConvert</c>; those made of a reference get its file.</summary>
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>The items <c>ModelVerify</c>, likewise.</summary>
    public ITaskItem[] Verified { get; set; } = [];

    /// <summary>Folder of the store, absolute.</summary>
    [Required]
    public string Store { get; set; } = "";

    /// <summary>Folder for models that the store cannot take, absolute.</summary>
    [Required]
    public string Fallback { get; set; } = "";

    /// <summary>File for C# with a path for each model, absolute; empty if there shall be none.</summary>
    public string ConstantsFile { get; set; } = "";

    /// <summary>The files of the models, with the place of their copies.</summary>
    [Output]
    public ITaskItem[] Files { get; private set; } = [];

    /// <summary>The references, with metadata <c>ModelPath</c>: the model's file, or the folder of one with several.</summary>
    [Output]
    public ITaskItem[] Resolved { get; private set; } = [];

    /// <summary>The items <c>ModelConvert</c>, with paths instead of ids.</summary>
    [Output]
    public ITaskItem[] ResolvedModels { get; private set; } = [];

    /// <summary>The items <c>ModelVerify</c>, likewise.</summary>
    [Output]
    public ITaskItem[] ResolvedVerified { get; private set; } = [];

    private protected override bool Run()
    {
        if (!TryDo(() => WarnOf(KnownMetadata.ModelReference.Warnings(References))))
        {
            return false;
        }

        PackagedModels? models = TryWork("", () => PackagedModels.Resolve(
            Manifests, new(References, PackageReferences), new(Parts),
            new(Store, Fallback, text => Say(MessageImportance.High, text), Warn), Cancellation));
        if (models is not null)
        {
            Files = [.. models.Files];
            Resolved = [.. models.References];
            ResolvedModels = [.. Models.Select(models.Resolve)];
            ResolvedVerified = [.. Verified.Select(models.Resolve)];
            _ = ConstantsFile.Length == 0 || TryDo(() => WriteConstants(models.Constants()));
        }

        return models is not null && !Log.HasLoggedErrors;
    }

    // An unchanged file keeps its time: nothing is compiled again.
    private void WriteConstants(string text)
    {
        if (!File.Exists(ConstantsFile) || File.ReadAllText(ConstantsFile) != text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(ConstantsFile)!);
            File.WriteAllText(ConstantsFile, text);
        }
    }
}
