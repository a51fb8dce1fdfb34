using ModelPack.Packaging;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Manifests;

namespace ModelPack.Build;

/// <summary>The store of the machine, and below obj the one of a project that may not write there.</summary>
/// <param name="Root">Folder of the store.</param>
/// <param name="Fallback">Folder of the other one.</param>
/// <param name="Say">Tells the user something.</param>
/// <param name="Warn">Warns the user.</param>
internal sealed record PackageStores(string Root, string Fallback, Action<string> Say, Action<ModelPackException> Warn)
{
    /// <summary>The folder of a model, which is joined if need be.</summary>
    public string Get(PackageManifest manifest, FindPart find, StoreCheck check, CancellationToken cancellation)
    {
        StoreLog log = new(Say, Warn);
        try
        {
            return new ModelStore(Root).Get(manifest, find, check, log, cancellation);
        }
        catch (UnauthorizedAccessException fault)
        {
            Warn(new(
                PackagingErrors.StoreReadOnly,
                $"{manifest.Id} {manifest.Version} is joined in '{Fallback}', since '{Root}' cannot be written: "
                    + $"{fault.Message.TrimEnd('.')}")
            {
                FilePath = Root,
            });
            return new ModelStore(Fallback).Get(manifest, find, check, log, cancellation);
        }
    }
}
