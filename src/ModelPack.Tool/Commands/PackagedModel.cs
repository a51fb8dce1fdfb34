using System.CommandLine;
using ModelPack.Packaging;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Manifests;
using ModelPack.Packaging.Reading;

namespace ModelPack.Tool.Commands;

/// <summary>A package as the argument of a verb that reads models: the verb reads the joined model in the store.</summary>
internal static class PackagedModel
{
    /// <summary>The path of an argument; of a package, that of the model in it.</summary>
    /// <exception cref="ModelPackException">The package is none, or a part of it is damaged.</exception>
    public static string Model(this ParseResult parsed, ToolSession session, Argument<string> argument)
    {
        string path = parsed.GetRequiredValue(argument);
        if (!path.EndsWith(".nupkg", StringComparison.OrdinalIgnoreCase) || !File.Exists(path))
        {
            return path;
        }

        session.Subject = path;
        return Joined(session, path);
    }

    // A method of its own: whoever reads no package loads nothing of NuGet.
    private static string Joined(ToolSession session, string path)
    {
        using PackageSet set = new(path, ModelStore.PackagesFolder);
        ModelStore store = ModelStore.Default;
        string folder;
        try
        {
            folder = store.Get(
                set.Manifest, set.Find, StoreCheck.Strict, new(session.Console.Message, session.Console.Warn), session.Cancellation);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new ModelPackException(PackagingErrors.StoreFailed, fault.Message.TrimEnd('.'), fault) { FilePath = store.Root };
        }

        return set.Manifest.Files is [ManifestFile single] ? Path.Combine(folder, single.Path) : folder;
    }
}
