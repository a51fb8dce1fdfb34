using System.Reflection;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>
/// The packages of this repository as `dotnet pack` makes them, in a local feed far away from the repository, with a package cache of its
/// own. Made once for each test run.
/// </summary>
[TestClass]
public sealed class PackedFeed
{
    /// <summary>The projects that are packed. A further packable project only needs its name here.</summary>
    private static readonly string[] Projects = ["ModelPack.Codec", "ModelPack.Build"];

    private static int folders;

    /// <summary>The temporary folder of the test run.</summary>
    internal static string Root { get; } = Path.Combine(Path.GetTempPath(), "modelpack-consumers-" + Guid.NewGuid().ToString("N")[..8]);

    internal static string Feed { get; } = Path.Combine(Root, "feed");

    /// <summary>The packages of these tests, as a fallback folder of NuGet.</summary>
    internal static string Fallback { get; } = $"""<add key="tests" value="{Metadata("NuGetPackages")}" />""";

    /// <summary>What the pack commands printed.</summary>
    internal static string PackOutput { get; private set; } = "";

    internal static string Configuration { get; } = Metadata("Configuration");

    internal static string Version { get; } = typeof(ModelConvert).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    [AssemblyInitialize]
    public static void Prepare(TestContext context)
    {
        try
        {
            Pack();
        }
        catch
        {
            // Nothing else is run then, no clean-up either.
            Delete();
            throw;
        }
    }

    [AssemblyCleanup]
    public static void Delete() => Directory.Delete(Root, recursive: true);

    /// <summary>A new folder below the NuGet.config of the feed.</summary>
    internal static string NewFolder(string name)
    {
        string folder = Path.Combine(Root, $"{name}{Interlocked.Increment(ref folders)}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static void Pack()
    {
        Directory.CreateDirectory(Feed);
        foreach (string project in Projects)
        {
            // The test project refers to these projects: they are built already.
            string path = Path.Combine(RepositoryData.Repository, "src", project);
            PackOutput += DotNet.Run(path, "pack", "--no-build", "-c", Configuration, "-o", Feed).Succeeded().Output;
        }

        // The local feed comes on top of the sources that are configured on the machine.
        File.WriteAllText(Path.Combine(Root, "NuGet.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(Root, "packages")}" /></config>
              <packageSources><add key="modelpack-local" value="{Feed}" /></packageSources>
            </configuration>
            """);
    }

    private static string Metadata(string key) =>
        typeof(PackedFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
