using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelPack.Build;

/// <summary>What both conversion tasks do: convert a list of models, and hand out what came of it.</summary>
public abstract class ConversionTask : ModelTask
{
    private protected ConversionTask()
    {
    }

    /// <summary>The files of the outputs, with the metadata that AssignTargetPaths and the copy targets read.</summary>
    [Output]
    public ITaskItem[] ConvertedFiles { get; private set; } = [];

    /// <summary>The certificates of the outputs, with the same metadata.</summary>
    [Output]
    public ITaskItem[] Certificates { get; private set; } = [];

    private protected bool Convert(IReadOnlyCollection<ITaskItem> models, RequestReader reader, string copyDirectory)
    {
        if (TryRead(() => reader.ReadAll(models)) is not { } requests)
        {
            return false;
        }

        List<ITaskItem> files = [];
        List<ITaskItem> certificates = [];
        Dictionary<string, ConversionRequest> copies = new(RequestReader.PathComparer);
        BuildContext context = new(copyDirectory, text => Say(MessageImportance.High, text), Cancellation);
        foreach (ConversionRequest request in requests)
        {
            if (TryWork(request.Output, () => Build(request, context)) is not { } done)
            {
                return false;
            }

            foreach (FileRecord file in done.Output)
            {
                string link = done.LinkOf(file, request);
                if (request.CopyToOutputDirectory != "never" && !copies.TryAdd(link, request))
                {
                    LogError(RequestReader.Clash(copies[link].Source, link, request.Source));
                    return false;
                }

                files.Add(Copied(request, done.PathOf(file), link));
            }

            certificates.Add(Copied(request, done.CertificatePath, ConversionRequest.CertificateOf(done.LinkOfModel(request))));
        }

        ConvertedFiles = [.. files];
        Certificates = [.. certificates];
        return true;
    }

    private ModelState Build(ConversionRequest request, BuildContext context)
    {
        (BuildOutcome outcome, ModelState state) = ModelBuild.Run(request, context);
        Say(
            outcome == BuildOutcome.Converted ? MessageImportance.High : MessageImportance.Low,
            outcome switch
            {
                BuildOutcome.Converted => $"{Path.GetFileName(request.Source)} -> {state.Target} (converted and proved)",
                BuildOutcome.Rehashed => $"{state.Target} is up to date: the bytes of {request.Source} are the same.",
                _ => $"{state.Target} is up to date.",
            });
        return state;
    }

    private static TaskItem Copied(ConversionRequest request, string path, string link)
    {
        var item = new TaskItem(path);
        item.SetMetadata("Link", link);
        item.SetMetadata("TargetPath", link);
        item.SetMetadata("CopyToOutputDirectory", request.CopyToOutputDirectory switch
        {
            "never" => "Never",
            "always" => "Always",
            "ifdifferent" => "IfDifferent",
            _ => "PreserveNewest",
        });
        item.SetMetadata("Visible", "false");
        item.SetMetadata("ModelPackSource", request.Source);
        return item;
    }
}
