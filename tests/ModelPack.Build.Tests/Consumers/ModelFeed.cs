using ModelPack.Packaging.Packing;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>A folder with a feed of model packages, projects that reference them, and a packages folder and a store of its own. Restore is
/// offline: there are no other sources.</summary>
internal sealed class ModelFeed
{
    public const string Id = "Acme.Tiny";
    public const string File = "tiny.gguf";

    public const string Large = "large.gguf";

    private const string Corpus = "random-qwen2-small-Q4_K_M.gguf";

    /// <param name="isOffline">Whether the feeds of the machine are left out. Publishing needs packs of the SDK.</param>
    public ModelFeed(bool isOffline = true)
    {
        Root = PackedFeed.NewFolder("Models");
        Directory.CreateDirectory(In("feed"));
        System.IO.File.WriteAllText(In("NuGet.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{In("packages")}" /></config>
              <packageSources>
                {(isOffline ? "<clear />" : "")}
                <add key="models" value="{In("feed")}" />
                <add key="modelpack" value="{PackedFeed.Feed}" />
              </packageSources>
              <fallbackPackageFolders>{(isOffline ? "<clear />" : PackedFeed.Fallback)}</fallbackPackageFolders>
            </configuration>
            """);
        Write(File, System.IO.File.ReadAllBytes(RepositoryData.Path("corpus", "gguf", "models", Corpus)));
    }

    public string Root { get; }

    public string Model => In(File);

    public string In(params string[] parts) => Path.Combine([Root, .. parts]);

    public void Write(string name, byte[] bytes) => System.IO.File.WriteAllBytes(In(name), bytes);

    /// <summary>Another model of the same size.</summary>
    public void ChangeModel()
    {
        byte[] bytes = System.IO.File.ReadAllBytes(Model);
        bytes[^1] ^= 1;
        Write(File, bytes);
    }

    public PackReport Pack(string version = "1.0.0", string id = Id, long limit = 400_000, string? model = null) =>
        ModelPacker.Pack(model ?? Model, Options(version, id, limit));

    public PackOptions Options(string version, string id = Id, long? limit = null) => new()
    {
        Id = id,
        Version = version,
        Output = In("feed"),
        Authors = "Acme",
        License = "MIT",
        MaxPackageSize = limit,
        BuildVersion = PackedFeed.Version,
    };

    /// <summary>A package with two quantizations; the model of the others is the default one.</summary>
    public PackReport PackVariants()
    {
        Write(Large, System.IO.File.ReadAllBytes(RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q8_0.gguf")));
        return ModelPacker.Pack([new(Model, "Q4_K_M"), new(In(Large), "Q8_0")], Options("1.0.0", Id, 400_000));
    }

    /// <summary>A project that references the model; it prints size and last byte of its copy.</summary>
    public string Project(string name, string body, string properties = "<OutputType>Exe</OutputType>")
    {
        Directory.CreateDirectory(In(name));
        System.IO.File.WriteAllText(In(name, name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <MSBuildTreatWarningsAsErrors>true</MSBuildTreatWarningsAsErrors>
                <NoWarn>$(NoWarn);MP4020;MP4021;MP4022</NoWarn>
                {properties}
              </PropertyGroup>
              <ItemGroup>
            {body}
              </ItemGroup>
            </Project>
            """);
        System.IO.File.WriteAllText(In(name, "Program.cs"), properties.Contains("Exe", StringComparison.Ordinal)
            ? """
              string path = Path.Combine(AppContext.BaseDirectory, "models", "tiny.gguf");
              path = File.Exists(path) ? path : (string)AppContext.GetData("ModelPack.Models.Acme.Tiny")!;
              byte[] bytes = File.ReadAllBytes(path);
              Console.WriteLine($"model of {bytes.Length} bytes that ends in {bytes[^1]} in {path}");
              """
            : "public static class Nothing;");
        return name;
    }

    public static string Reference(string version = "1.0.0", string id = Id, string more = "") =>
        $"""<PackageReference Include="{id}" Version="{version}" {more} />""";

    public DotNetResult Run(string project, string verb, params string[] arguments) => DotNet.Run(
        In(project), [verb, .. verb == "run" ? [] : (string[])["--disable-build-servers", "-nologo", "-tl:off"], .. arguments]);

    public DotNetResult Build(string project, params string[] arguments) => Run(project, "build", arguments);

    /// <summary>Builds as a user who owns nothing but the project. Root may write everywhere, so that it becomes somebody else.</summary>
    public DotNetResult BuildAsOther(string project, params string[] arguments)
    {
        string[] user = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            : [];
        DotNet.RunProgram(Root, "chmod", "-R", "a+rwX", In(project)).Succeeded();
        Directory.CreateDirectory(In("home"));
        DotNet.RunProgram(Root, "chmod", "a+rwX", In("home")).Succeeded();
        return DotNet.RunProgram(In(project), "env", [
            $"HOME={In("home")}", $"DOTNET_CLI_HOME={In("home")}", .. user, "dotnet", "build", "--no-restore", "--disable-build-servers",
            "-nologo", "-tl:off", .. arguments]);
    }

    public byte[] Bytes(params string[] parts) => System.IO.File.ReadAllBytes(In(parts));

    /// <summary>Where NuGet has put an entry of a part.</summary>
    public string Part(int number, string version = "1.0.0") =>
        In("packages", $"{Id.ToLowerInvariant()}.part{number:0000}", version, "modelpack", $"{number:0000}.part");
}
