using System.Text.RegularExpressions;

namespace ModelPack.Tool.Tests;

/// <summary>Every command of the README and of docs/ that calls the tool, run as it is written, on a real Q4_K_M model.</summary>
[TestClass]
public sealed partial class ReadmeTests
{
    private const string Call = "dotnet modelpack ";

    public static IEnumerable<string> Commands => Documents().SelectMany(path => CommandPattern().Matches(File.ReadAllText(path)))
        .Select(match => match.Groups["command"].Value.Trim())
        .Distinct(StringComparer.Ordinal);

    [TestMethod]
    [DynamicData(nameof(Commands))]
    public void Every_command_in_the_documents_does_what_it_says(string command)
    {
        using TestFolder folder = new();
        string[] words = command[Call.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool writes = words[0] is "unpack" or "convert" or "split" or "merge" or "edit" && words.Length > 2;
        string? target = writes ? words[2] : null;
        foreach (string word in words[1..].Where(word => word != target))
        {
            Prepare(folder, word);
        }

        if (target is not null && File.Exists(folder.File(target)))
        {
            File.Delete(folder.File(target));
        }

        // No command may reach the models of this machine.
        string[] run = [$"ModelPackStore={folder.File("store")}", "dotnet", ToolProcess.Dll, .. words];
        ToolProcess.StartProgram("env", run, folder.Path).Wait().ShouldExitWith(0);
    }

    [TestMethod]
    public void The_documents_hold_commands()
    {
        Assert.IsGreaterThan(10, Commands.Count());
        CollectionAssert.Contains(Commands.ToArray(), "dotnet modelpack convert model.gguf model.apr");
    }

    [TestMethod]
    [DataRow("README.md")]
    [DataRow("docs/command-line.md")]
    [DataRow("docs/ci.md")]
    [DataRow("docs/llama.cpp.md")]
    [DataRow("docs/transformers.md")]
    [DataRow("docs/apr.md")]
    [DataRow("docs/packages.md")]
    public void Each_page_for_users_holds_commands_and_its_links_lead_somewhere(string page)
    {
        string path = Path.Combine(RepositoryData.Repository, page);
        string text = File.ReadAllText(path);
        Assert.IsNotEmpty(CommandPattern().Matches(text));
        string[] links = [.. LinkPattern().Matches(text).Select(match => match.Groups["path"].Value)];
        Assert.IsNotEmpty(links);
        foreach (string link in links)
        {
            Assert.IsTrue(File.Exists(Path.Combine(Path.GetDirectoryName(path)!, link)), $"{page}: {link}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Packages))]
    public void The_page_of_a_package_is_short_and_its_links_lead_into_the_repository(string project)
    {
        const string Published = "https://github.com/modelpack-net/modelpack/blob/main/";
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryData.Repository, "src", project, "README.md"));
        Assert.IsLessThanOrEqualTo(80, lines.Length);
        string[] links = [.. lines.SelectMany(line => AnyLinkPattern().Matches(line)).Select(match => match.Groups["path"].Value)];
        Assert.IsNotEmpty(links);
        foreach (string link in links)
        {
            Assert.StartsWith(Published, link);
            Assert.IsTrue(File.Exists(Path.Combine(RepositoryData.Repository, link[Published.Length..])), $"{project}: {link}");
        }
    }

    public static IEnumerable<string> Packages => Directory
        .EnumerateFiles(Path.Combine(RepositoryData.Repository, "src"), "README.md", Below)
        .Select(path => Path.GetFileName(Path.GetDirectoryName(path)!));

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public void A_link_of_a_page_leads_somewhere(string page)
    {
        string path = Path.Combine(RepositoryData.Repository, page);
        foreach (Match link in LinkPattern().Matches(File.ReadAllText(path)))
        {
            string target = Path.Combine(Path.GetDirectoryName(path)!, link.Groups["path"].Value);
            Assert.IsTrue(File.Exists(target) || Directory.Exists(target), $"{page}: {target}");
        }
    }

    public static IEnumerable<string> Pages => Documents().Select(path => Path.GetRelativePath(RepositoryData.Repository, path));

    private static EnumerationOptions Below => new() { RecurseSubdirectories = true, MaxRecursionDepth = 1 };

    private static IEnumerable<string> Documents() =>
        [.. Directory.EnumerateFiles(RepositoryData.Repository, "*.md"),
            .. Directory.EnumerateFiles(Path.Combine(RepositoryData.Repository, "src"), "README.md", Below),
            .. Directory.EnumerateFiles(Path.Combine(RepositoryData.Repository, "docs"), "*.md")];

    // Whatever a command reads is made from the one model that everything here is about.
    private static void Prepare(TestFolder folder, string name)
    {
        string path = folder.File(name);
        string model = folder.File("model.gguf");
        if (!File.Exists(model))
        {
            File.Copy(RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf"), model);
        }

        if (name.StartsWith('-') || File.Exists(path) || Directory.Exists(path))
        {
            return;
        }

        if (name == "accepted.json")
        {
            File.WriteAllText(path, """{"schema":1,"accepted":[]}""");
        }
        else if (name == "models/gemma-3-4b/")
        {
            // What is said of it is said of models that see.
            Directory.CreateDirectory(folder.File("models"));
            Directory.Move(folder.Unpack("gemma3-vision"), Path.TrimEndingDirectorySeparator(path));
        }
        else if (name.EndsWith('/'))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path))!);
            ToolProcess.Run("convert", model, path, "--to", "safetensors", "--origin", "none").ShouldExitWith(0);
        }
        else if (name.EndsWith(".nupkg", StringComparison.Ordinal))
        {
            string[] pack = [ToolProcess.Dll, "pack", model, "--id", "Acme.Model", "--version", "1.0.0", "--authors", "Acme"];
            ToolProcess.StartProgram("dotnet", pack, folder.Path).Wait().ShouldExitWith(0);
        }
        else if (name is "qwen.gguf" or "qwen.apr")
        {
            Prepare(folder, "models/qwen/");
            ToolProcess.Run("convert", folder.File("models/qwen/"), path).ShouldExitWith(0);
        }
        else if (Path.GetExtension(name) == ".yaml")
        {
            File.Copy(RepositoryData.Path("playbooks", "small-qwen2-quick.playbook.yaml"), path);
        }
        else if (Path.GetExtension(name) is ".gguf" or ".apr" or ".safetensors")
        {
            ToolProcess.Run("convert", model, path).ShouldExitWith(0);
        }
    }

    [GeneratedRegex(@"\]\((?<path>[^)]+)\)")]
    private static partial Regex AnyLinkPattern();

    [GeneratedRegex(@"\]\((?<path>[^):#]+)\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"(^|`)(?<command>dotnet modelpack (?!VERB)[a-z][^`#\n…]*)", RegexOptions.Multiline)]
    private static partial Regex CommandPattern();
}
