using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ModelPack.Tool.Tests;

[TestClass]
public sealed class PackVerbTests
{
    private static readonly string Model = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");

    [TestMethod]
    public void A_model_is_packed_and_unpacked_byte_for_byte()
    {
        using TestFolder folder = new();
        ToolResult packed = Pack(folder, "1.0.0");
        Assert.Contains("packages, in the order in which to push them", packed.Output);
        Assert.Contains("Acme.Tiny.Part0001", packed.Output);
        InProcess.Run("unpack", folder.File("feed/Acme.Tiny.1.0.0.nupkg"), folder.File("out")).ShouldExitWith(0);
        CollectionAssert.AreEqual(File.ReadAllBytes(Model), File.ReadAllBytes(folder.File("out/random-qwen2-small-Q4_K_M.gguf")));
        ToolResult again = InProcess.Run("unpack", folder.File("feed/Acme.Tiny.1.0.0.nupkg"), folder.File("out"));
        again.ShouldExitWith(4);
        Assert.Contains("MP6035", again.Error);
    }

    [TestMethod]
    public void Each_example_of_the_help_packs()
    {
        using TestFolder folder = new();
        foreach (string name in new[] { "model.gguf", "q4.gguf", "q8.gguf", "fixed.gguf" })
        {
            File.Copy(Model, folder.File(name));
        }

        // A model that says nothing of its author, as most do; and each example stands alone.
        string help = InProcess.Run("pack", "--help").Output.Replace("\\\n", "", StringComparison.Ordinal);
        string[] examples =
        [
            .. help[help.IndexOf("Examples:", StringComparison.Ordinal)..].Split('\n').Select(line => line.Trim())
                .Where(line => line.StartsWith("dotnet modelpack pack ", StringComparison.Ordinal)),
        ];
        Assert.HasCount(4, examples);
        foreach (string example in examples)
        {
            string[] words = [ToolProcess.Dll, .. example.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2..], "--force"];
            ToolProcess.StartProgram("dotnet", words, folder.Path).Wait().ShouldExitWith(0);
        }
    }

    [TestMethod]
    public void A_damaged_part_is_an_error_and_nothing_is_unpacked()
    {
        using TestFolder folder = new();
        Pack(folder, "1.0.0");
        string part = folder.File("feed/Acme.Tiny.Part0002.1.0.0.nupkg");
        byte[] bytes = File.ReadAllBytes(part);
        bytes[1000] ^= 1;
        File.WriteAllBytes(part, bytes);
        ToolResult result = InProcess.Run("unpack", folder.File("feed/Acme.Tiny.1.0.0.nupkg"), folder.File("out"));
        result.ShouldExitWith(1);
        Assert.Contains("MP6006", result.Error);
        Assert.Contains("Acme.Tiny.Part0002 1.0.0, entry modelpack/0002.part", result.Error);
        Assert.IsEmpty(Directory.GetDirectories(folder.Path, "out*"));
    }

    [TestMethod]
    public void A_package_is_an_argument_of_the_verbs_that_read_models()
    {
        using TestFolder folder = new();
        Pack(folder, "1.0.0");
        string package = folder.File("feed/Acme.Tiny.1.0.0.nupkg");
        string[] run = [$"ModelPackStore={folder.File("store")}", "dotnet", ToolProcess.Dll];
        foreach (string[] words in new string[][]
        {
            ["inspect", package], ["validate", package], ["hash", package], ["verify", package, Model], ["diff", Model, package],
            ["convert", package, folder.File("m.apr")],
        })
        {
            ToolResult result = ToolProcess.StartProgram("env", [.. run, .. words], folder.Path).Wait();
            Assert.AreEqual(0, result.ExitCode, string.Join(' ', words) + result.Error);
        }

        ToolResult list = InProcess.Run("store", "list", "--folder", folder.File("store"));
        list.ShouldExitWith(0);
        Assert.Contains("Acme.Tiny", list.Output);
        InProcess.Run("store", "verify", "--folder", folder.File("store")).ShouldExitWith(0);
        string joined = Directory.GetFiles(folder.File("store"), "*.gguf", SearchOption.AllDirectories).Single();
        byte[] bytes = File.ReadAllBytes(joined);
        bytes[^1] ^= 1;
        File.WriteAllBytes(joined, bytes);
        ToolResult damaged = InProcess.Run("store", "verify", "--folder", folder.File("store"));
        damaged.ShouldExitWith(1);
        Assert.Contains("MP6034", damaged.Error);
        File.WriteAllText(Directory.GetFiles(folder.File("store"), "*.json").Single(), "{");
        ToolResult unreadable = InProcess.Run("store", "list", "--folder", folder.File("store"));
        unreadable.ShouldExitWith(0);
        Assert.Contains("0 models", unreadable.Output);
        Assert.Contains("damaged: ", unreadable.Output);
        damaged = InProcess.Run("store", "verify", "--folder", folder.File("store"));
        damaged.ShouldExitWith(1);
        Assert.Contains("the manifest is not JSON", damaged.Error);
        InProcess.Run("store", "clear", "--folder", folder.File("store")).ShouldExitWith(0);
        Assert.IsEmpty(Directory.GetFiles(folder.File("store"), "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void Variants_are_packed_together_and_unpacked_by_name()
    {
        using TestFolder folder = new();
        string large = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q8_0.gguf");
        string[] words =
            ["pack", Model, large, "--id", "Acme.Tiny", "--version", "1.0.0", "--authors", "Acme", "--output", folder.File("feed")];
        ToolResult unnamed = InProcess.Run(words);
        unnamed.ShouldExitWith(2);
        Assert.Contains("2 models and 0 variants", unnamed.Error);
        ToolResult packed = InProcess.Run([.. words, "--variant", "Q4_K_M", "--variant", "Q8_0"]);
        packed.ShouldExitWith(0);
        Assert.Contains("Q4_K_M, Q8_0; Q4_K_M is the default", packed.Output);
        string package = folder.File("feed/Acme.Tiny.1.0.0.nupkg");
        InProcess.Run("unpack", package, folder.File("first")).ShouldExitWith(0);
        InProcess.Run("unpack", package, folder.File("second"), "--variant", "Q8_0").ShouldExitWith(0);
        CollectionAssert.AreEqual(File.ReadAllBytes(Model), File.ReadAllBytes(Directory.GetFiles(folder.File("first")).Single()));
        CollectionAssert.AreEqual(File.ReadAllBytes(large), File.ReadAllBytes(Directory.GetFiles(folder.File("second")).Single()));
        Assert.Contains("MP6037", InProcess.Run("unpack", package, folder.File("third"), "--variant", "Q5").Error);
    }

    [TestMethod]
    public void A_warning_has_the_form_that_builds_recognise()
    {
        using TestFolder folder = new();
        ToolResult packed = InProcess.Run(
            "pack", Model, "--id", "A", "--version", "1.0.0", "--authors", "A", "--license", "llama3", "--output", folder.File("feed"));
        Assert.StartsWith($"{Model}: warning MP6024: 'llama3' is none that OSI or FSF approved", packed.Error);
    }

    [TestMethod]
    public void A_store_that_cannot_be_made_is_an_error_that_names_it_and_the_variable()
    {
        using TestFolder folder = new();
        Pack(folder, "1.0.0");
        string[] run =
        [
            $"ModelPackStore={folder.Write("store", "a file"u8)}", "dotnet", ToolProcess.Dll, "inspect",
            folder.File("feed/Acme.Tiny.1.0.0.nupkg"),
        ];
        ToolResult result = ToolProcess.StartProgram("env", run, folder.Path).Wait();
        result.ShouldExitWith(4);
        Assert.Contains("MP6010", result.Error);
        Assert.Contains("ModelPackStore", result.Error);
    }

    [TestMethod]
    public void Signed_packages_hold_the_same_model()
    {
        using TestFolder folder = new();
        Pack(folder, "1.0.0");
        using (RSA key = RSA.Create(3072))
        {
            CertificateRequest request = new("CN=ModelPack test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.3")], critical: true));
            DateTimeOffset now = DateTimeOffset.UtcNow;
            using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(9));
            folder.Write("test.pfx", certificate.Export(X509ContentType.Pfx, "secret"));
        }

        ToolResult signed = ToolProcess.StartProgram("dotnet", [
            "nuget", "sign", folder.File("feed/*.nupkg"), "--certificate-path", folder.File("test.pfx"), "--certificate-password", "secret",
            ], folder.Path).Wait();
        Assert.AreEqual(0, signed.ExitCode, signed.Output + signed.Error);
        using (ZipArchive archive = ZipFile.OpenRead(folder.File("feed/Acme.Tiny.1.0.0.nupkg")))
        {
            Assert.IsNotNull(archive.GetEntry(".signature.p7s"));
        }

        InProcess.Run("unpack", folder.File("feed/Acme.Tiny.1.0.0.nupkg"), folder.File("out")).ShouldExitWith(0);
        CollectionAssert.AreEqual(File.ReadAllBytes(Model), File.ReadAllBytes(Directory.GetFiles(folder.File("out")).Single()));
    }

    [TestMethod]
    public void What_is_no_package_is_an_error()
    {
        using TestFolder folder = new();
        ToolResult result = InProcess.Run("inspect", folder.Write("a.nupkg", "no package"u8));
        result.ShouldExitWith(3);
        Assert.Contains("MP6001", result.Error);
    }

    [TestMethod]
    [DataRow("pack", "m.gguf", "--id", "A")]
    [DataRow("pack", "m.gguf", "--id", "A", "--version", "1.0.0", "--max-package-size", "much")]
    [DataRow("store", "burn")]
    public void What_is_not_understood_is_wrong_usage(params string[] words) => InProcess.Run(words).ShouldExitWith(2);

    private static ToolResult Pack(TestFolder folder, string version)
    {
        ToolResult result = InProcess.Run(
            "pack", Model, "--id", "Acme.Tiny", "--version", version, "--authors", "Acme", "--output", folder.File("feed"),
            "--max-package-size", "300KB");
        result.ShouldExitWith(0);
        return result;
    }
}
