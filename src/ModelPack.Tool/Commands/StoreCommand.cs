using System.CommandLine;
using ModelPack.Diagnostics;
using ModelPack.Packaging;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Manifests;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;

namespace ModelPack.Tool.Commands;

/// <summary><c>store list|verify|clear</c></summary>
internal static class StoreCommand
{
    private static readonly string[] Actions = ["list", "verify", "clear"];

    public static Verb Create(ToolSession session)
    {
        Argument<string> action = Arguments.Path(
            "ACTION", "'list' the models that builds have joined on this machine, 'verify' reads and hashes them, 'clear' deletes them.");
        action.HelpName = "list|verify|clear";
        action.CompletionSources.Add(Actions);
        action.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var word }] && !Actions.Contains(word))
            {
                result.AddError($"ACTION is list, verify or clear, not '{word}'.");
            }
        });
        Option<string?> folder = Arguments.File(
            "--folder", "Folder of the store. Default: $ModelPackStore, else the folder modelpack beside NuGet's packages folder.");
        folder.HelpName = "FOLDER";
        Verb verb = new("store", "Look after the models that builds have joined on this machine.")
        {
            Synopsis = "list|verify|clear",
            Examples =
            [
                new("which models are there?", "dotnet modelpack store list"),
                new("do they still have the bytes that were packed?", "dotnet modelpack store verify"),
                new("free the disk; the next build joins again what it needs", "dotnet modelpack store clear"),
            ],
            Outcomes = [new("0", "done"), new("1", "a model does not have its bytes any more"), .. StandardOutcomes.All],
        };
        verb.Arguments.Add(action);
        verb.Options.Add(folder);
        verb.SetAction(parsed =>
        {
            ModelStore store = parsed.GetValue(folder) is { } root ? new(Path.GetFullPath(root)) : ModelStore.Default;
            session.Subject = store.Root;
            return parsed.GetRequiredValue(action) == "clear"
                ? Clear(session, store)
                : List(session, store, isVerified: parsed.GetRequiredValue(action) == "verify");
        });
        return verb;
    }

    private static int Clear(ToolSession session, ModelStore store)
    {
        int models = store.Clear(
            digest => session.Console.Message($"Waiting for a build that joins {digest[..12]}…"), session.Cancellation);
        session.Publish(
            () => SafeText.Escape($"{store.Root}: {Plural.Of(models, "model")} deleted") + "\n",
            writer => StoreJson.Write(writer, "clear", store.Root, [], []));
        return ExitCode.Done;
    }

    private static int List(ToolSession session, ModelStore store, bool isVerified)
    {
        StoredModel[] models = [.. store.List().Select(model => new StoredModel(
            model.Digest, model.Manifest, store.FolderOf(model.Digest), isVerified ? Difference(session, store, model.Manifest) : null))];
        DamagedModel[] damaged = [.. store.Damaged().Select(model => new DamagedModel(
            model.Digest, store.FolderOf(model.Digest), model.Fault))];
        session.Publish(
            () => StoreText.Of(store.Root, models, damaged, isVerified, session.Console.Screen.Width),
            writer => StoreJson.Write(writer, isVerified ? "verify" : "list", store.Root, models, damaged));
        (string Folder, string Fault)[] faults =
        [
            .. models.Where(model => model.Difference is not null)
                .Select(model => (model.Folder, $"{model.Manifest.Id} {model.Manifest.Version}: {model.Difference}")),
            .. damaged.Select(model => (model.Folder, $"'{model.Folder}': {model.Fault}")),
        ];
        return isVerified && faults is [(string folder, string fault), ..]
            ? session.Fail(
                Failure.Of(new ModelPackException(PackagingErrors.StoreDamaged, fault) { FilePath = folder }, store.Root),
                ReportState.Published)
            : ExitCode.Done;
    }

    // One model that cannot be read hides nothing of the others.
    private static string? Difference(ToolSession session, ModelStore store, PackageManifest manifest)
    {
        try
        {
            return store.FirstDifference(manifest, session.Cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message.TrimEnd('.');
        }
    }
}

/// <summary>A model of the store.</summary>
internal sealed record StoredModel(string Digest, PackageManifest Manifest, string Folder, string? Difference);

/// <summary>A folder of the store of which nobody can say what it holds.</summary>
internal sealed record DamagedModel(string Digest, string Folder, string Fault);
