using System.Globalization;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>A fresh project that uses the packed ModelPack.Build.</summary>
internal sealed class Consumer
{
    private static readonly string[] Quiet = ["--disable-build-servers", "-nologo", "-tl:off"];

    private Consumer(string directory) => Directory = directory;

    public string Directory { get; }

    /// <param name="body">What the project file says besides the usual.</param>
    /// <param name="frameworks">Target frameworks.</param>
    /// <param name="directory">Folder; a new one if nothing is said.</param>
    /// <param name="sdk">The project's SDK.</param>
    public static Consumer Create(string body, string frameworks = "net10.0", string? directory = null, string sdk = "Microsoft.NET.Sdk")
    {
        var consumer = new Consumer(directory ?? PackedFeed.NewFolder("App"));
        System.IO.Directory.CreateDirectory(consumer.Directory);
        return consumer.WithProject(body, frameworks, sdk);
    }

    /// <summary>Writes the project file, again with another body if there is one.</summary>
    public Consumer WithProject(string body, string frameworks = "net10.0", string sdk = "Microsoft.NET.Sdk")
    {
        string plural = frameworks.Contains(';', StringComparison.Ordinal) ? "s" : "";
        File.WriteAllText(In("App.csproj"), $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <TargetFramework{plural}>{frameworks}</TargetFramework{plural}>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <MSBuildTreatWarningsAsErrors>true</MSBuildTreatWarningsAsErrors>
                <!-- Models of tests are small and made up: whether programs load what comes of them has tests of its own. -->
                <NoWarn>$(NoWarn);MP4020;MP4021</NoWarn>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="ModelPack.Build" Version="{PackedFeed.Version}" />
              </ItemGroup>
            {body}
            </Project>
            """);
        return this;
    }

    public string In(params string[] parts) => Path.Combine([Directory, .. parts]);

    public bool Has(params string[] parts) => File.Exists(In(parts));

    public Consumer WithModel(string name, string corpusFile = "models/random-qwen2-small-Q4_K_M.gguf")
    {
        string path = In(name);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(RepositoryData.Path(["corpus", "gguf", .. corpusFile.Split('/')]), path, overwrite: true);
        return this;
    }

    public Consumer WithFile(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return this;
    }

    public DotNetResult Build(params string[] arguments) => DotNet.Run(Directory, ["build", .. Quiet, .. arguments]);

    public DotNetResult Rebuild(params string[] arguments) => Build(["--no-restore", .. arguments]);

    /// <summary>Builds on a pseudo terminal, where the terminal logger writes. Only where the system has one to offer.</summary>
    public DotNetResult BuildInTerminal(params string[] arguments) => RunInTerminal("build", ["--no-restore", .. arguments]);

    /// <summary>Runs another verb there.</summary>
    public DotNetResult RunInTerminal(string verb, params string[] arguments) =>
        DotNet.RunInTerminal(Directory, [verb, "--disable-build-servers", "-nologo", "-tl:on", .. arguments]);

    public DotNetResult Run(string verb, params string[] arguments) => DotNet.Run(Directory, [verb, .. Quiet, .. arguments]);

    /// <summary>Reverses the bits of one byte.</summary>
    public static void FlipByte(string path, long offset)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = offset;
        int value = stream.ReadByte();
        Assert.IsGreaterThanOrEqualTo(0, value, string.Create(CultureInfo.InvariantCulture, $"{path} has no byte {offset}"));
        stream.Position = offset;
        stream.WriteByte((byte)~value);
    }

    /// <summary>Flips a byte and gives the file its old time back.</summary>
    public static void FlipByteUnderItsTime(string path, long offset)
    {
        DateTime written = File.GetLastWriteTimeUtc(path);
        FlipByte(path, offset);
        File.SetLastWriteTimeUtc(path, written);
    }
}
