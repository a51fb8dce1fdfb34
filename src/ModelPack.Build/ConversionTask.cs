using Microsoft.Build.Framework;

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

    /// <summary>Whether the certificates go where the models are published: true (default) or false.</summary>
    public string? PublishCertificates { get; set; }

    private protected bool Convert(IReadOnlyCollection<ITaskItem> models, RequestReader reader, ConversionSetting setting)
    {
        if (TryRead(() => Present(models, setting.ProjectDirectory)) is not { } present
            || !TryDo(
                () => WarnOf(KnownMetadata.ModelConvert.Warnings(present.Where(model => !setting.IsReported(reader.SourceOf(model))))))
            || TryRead(() => reader.ReadAll(present, text => Say(MessageImportance.Normal, text))) is not { } requests
            || !TryDo(() => setting.RemoveOldOutputs(requests, Warn)))
        {
            return false;
        }

        List<ITaskItem> files = [];
        List<ITaskItem> certificates = [];
        Dictionary<string, ConversionRequest> copies = new(SafePath.Comparer);
        BuildContext context = new(
            setting.CopyDirectory, setting.Work, text => Say(MessageImportance.High, text), Note, Warn, Cancellation);
        foreach (ConversionRequest request in requests)
        {
            bool isReported = setting.IsReported(request.Source);
            BuildContext own = isReported ? context with { Warn = _ => { } } : context;
            if (TryWork(request.Output, () => Build(request, own), request.Source) is not { } done)
            {
                return false;
            }

            foreach (FileRecord file in done.Output.Where(file => request.CopiesSideFile || !done.IsSideFile(file)))
            {
                string link = done.LinkOf(file, request);
                if (request.CopyToOutputDirectory != "never" && !copies.TryAdd(link, request))
                {
                    LogError(RequestReader.Clash(copies[link].Source, link, request.Source));
                    return false;
                }

                files.Add(OutputItem.Of(request, done.PathOf(file), link, done.LinkOfModel(request)));
            }

            certificates.Add(OutputItem.OfCertificate(
                request, done.CertificatePath, ConversionRequest.CertificateOf(done.LinkOfModel(request)), done.LinkOfModel(request),
                PublishCertificates));
        }

        if (OutputItem.TooLargeToPack(files) is { } tooLarge)
        {
            LogError(tooLarge);
            return false;
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
}
