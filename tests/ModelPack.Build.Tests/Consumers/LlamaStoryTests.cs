using System.Text.RegularExpressions;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Documentation;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>A Hugging Face folder for LLamaSharp: the sample, and the page of the package done word for word.</summary>
[TestClass]
public sealed partial class LlamaStoryTests
{
    // The folder of the sample, with the GGUF that llama.cpp's own converter makes of it.
    private const string Checkpoint = "llama-2-spm";

    private static readonly string Sample = Path.Combine(RepositoryData.Repository, "samples", "HelloLlama");

    private static readonly Lazy<string> Said = new(() =>
    {
        DotNet.Run(Sample, "build", "-c", PackedFeed.Configuration, "--disable-build-servers", "-nologo").Succeeded();
        return DotNet.Run(Output, "HelloLlama.dll").Succeeded().Output;
    });

    private static string Output => Path.Combine(Sample, "bin", PackedFeed.Configuration, "net10.0");

    private static string Page => File.ReadAllText(Path.Combine(RepositoryData.Repository, "src", "ModelPack.Build", "README.md"));

    [TestMethod]
    public void The_sample_says_what_the_models_own_conversion_says_and_so_does_a_new_program_made_by_the_page()
    {
        string said = Said.Value;
        Assert.IsGreaterThan(30, said.Trim().Length, said);

        string folder = PackedFeed.NewFolder("Reference");
        foreach (string file in Directory.EnumerateFiles(Output, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(Output, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        File.WriteAllBytes(Path.Combine(folder, "models", "tiny-llama.gguf"), Reference());
        Assert.AreEqual(said, DotNet.Run(folder, "HelloLlama.dll").Succeeded().Output);
        Assert.AreEqual(said, NewProgram());
    }

    [TestMethod]
    public void The_packed_sample_says_the_same_by_the_commands_of_its_page()
    {
        string samples = Path.Combine(RepositoryData.Repository, "samples");
        string folder = PackedFeed.NewFolder("PackedSample");
        WriteFallback(folder);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(samples, "PackedModel"), "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Sample, "models"), "*", SearchOption.AllDirectories)))
        {
            string name = Path.GetRelativePath(samples, file);
            if (!name.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "local"))
            {
                string target = Path.Combine(folder, "samples", name);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }

        string page = File.ReadAllText(Path.Combine(samples, "PackedModel", "README.md"));
        string[][] commands = [.. Command().Matches(page).Select(match => match.Groups["rest"].Value.Split(' '))];
        Assert.HasCount(3, commands);

        // The first one packs ModelPack.Build, as was done for all these tests.
        CollectionAssert.AreEqual(
            new[] { "pack", "src/ModelPack.Build", "-o", "samples/PackedModel/local/feed" }, commands[0]);
        string feed = Path.Combine(folder, commands[0][^1]);
        Directory.CreateDirectory(feed);
        string build = $"ModelPack.Build.{PackedFeed.Version}.nupkg";
        File.Copy(Path.Combine(PackedFeed.Feed, build), Path.Combine(feed, build));
        DotNet.Run(folder, commands[1]).Succeeded();
        Assert.IsGreaterThan(2, Directory.GetFiles(feed, "Sample.TinyLlama*").Length);
        string output = DotNet.Run(folder, commands[2]).Succeeded().Output;
        Assert.EndsWith(Said.Value.Trim(), output.Trim());
        Assert.IsTrue(Directory.Exists(Path.Combine(folder, "samples", "PackedModel", "local", "modelpack")));
    }

    [TestMethod]
    public void The_pages_show_the_program_of_the_sample()
    {
        string program = File.ReadAllText(Path.Combine(Sample, "Program.cs"));
        Assert.AreEqual(program, File.ReadAllText(Path.Combine(RepositoryData.Repository, "samples", "PackedModel", "App", "Program.cs")));
        Assert.AreEqual(program.Replace("tiny-llama", "qwen", StringComparison.Ordinal), Block("csharp"));
        GeneratedSection.ShouldBe(
            Path.Combine(RepositoryData.Repository, "docs", "library.md"), "llamasharp", $"```cs\n{program}```\n");
    }

    /// <summary>A console project with the packages, the item and the program of the page, and what it prints.</summary>
    private static string NewProgram()
    {
        string folder = PackedFeed.NewFolder("Story");
        WriteFallback(folder);
        string app = Path.Combine(folder, "App");
        DotNet.Run(folder, "new", "console", "-o", app, "--no-restore").Succeeded();
        string[] commands = [.. AddPackage().Matches(Page).Select(match => match.Groups["rest"].Value)];
        Assert.HasCount(3, commands);
        foreach (string command in commands)
        {
            // Only of the package of this repository the latest version is not the one to test. The build restores the others.
            string[] more = command.Contains("--version", StringComparison.Ordinal) ? ["--no-restore"] : ["--version", PackedFeed.Version];
            DotNet.Run(app, ["add", "package", .. command.Split(' '), .. more]).Succeeded();
        }

        string project = Path.Combine(app, "App.csproj");
        File.WriteAllText(
            project, File.ReadAllText(project).Replace("</Project>", Block("xml") + "</Project>", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(app, "Program.cs"), Block("csharp"));
        string model = Path.Combine(app, "models", "qwen");
        Directory.CreateDirectory(model);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Sample, "models", "tiny-llama")))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        DotNet.Run(app, "build", "--disable-build-servers", "-nologo").Succeeded();
        return DotNet.Run(app, "run", "--no-build").Succeeded().Output;
    }

    // LLamaSharp is there, with the packages of these tests.
    private static void WriteFallback(string folder) => File.WriteAllText(Path.Combine(folder, "NuGet.config"), $"""
        <configuration>
          <fallbackPackageFolders>{PackedFeed.Fallback}</fallbackPackageFolders>
        </configuration>
        """);

    /// <summary>The reference of the checkpoint, made again from its header and the weights of our own conversion. The sample's folder is
    /// the checkpoint's.</summary>
    private static byte[] Reference()
    {
        string temp = PackedFeed.NewFolder("Checkpoint");
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", Checkpoint + CheckpointArchive.Ending), temp);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(temp, CheckpointArchive.Folder)))
        {
            CollectionAssert.AreEqual(
                File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(Sample, "models", "tiny-llama", Path.GetFileName(file))), file);
        }

        Dictionary<string, byte[]> payloads = [];
        using GgufFile own = GgufFile.Open(
            new MemoryByteSource(File.ReadAllBytes(Path.Combine(Output, "models", "tiny-llama.gguf"))));
        foreach (TensorInfo tensor in own.Tensors)
        {
            byte[] payload = own.Source.ReadBytes(tensor.Offset, checked((int)tensor.ByteLength));
            payloads[ReferenceTable.HashOf(payload)] = payload;
        }

        using ReferenceTable table = ReferenceTable.Read(temp)!;
        return table.Rebuild(payloads)!;
    }

    /// <summary>The first block of the page in the language.</summary>
    private static string Block(string language) =>
        Regex.Match(Page, $"^```{language}\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline).Groups["code"].Value;

    [GeneratedRegex("^dotnet (?<rest>(pack|run) .+)$", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex("^dotnet add package (?<rest>.+)$", RegexOptions.Multiline)]
    private static partial Regex AddPackage();
}
