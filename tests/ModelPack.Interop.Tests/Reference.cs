using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests;

/// <summary>The programs that the tests run against, installed by whichever test asks first, and the cleaning up after all tests.</summary>
[TestClass]
public static class Reference
{
    private static readonly Lazy<string> Installed = new(Install);

    /// <summary>The folder with the npm packages.</summary>
    internal static string NodeFolder => Installed.Value;

    internal static string LlamaFolder => ReferencePrograms.LlamaFolder(NodeFolder);

    [AssemblyCleanup]
    public static void RemoveWrittenFiles() => Directory.Delete(WrittenFiles.Folder, recursive: true);

    private static string Install()
    {
        string folder = Path.Combine(RepositoryData.Repository, "tests", "ModelPack.Interop.Tests", "node");
        ReferencePrograms.EnsureInstalled(folder);
        return folder;
    }
}
