using System.IO.Compression;
using System.Runtime.InteropServices;
using ModelPack.Packaging.Joining;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>What docs/packages.md promises to those who reference a model, done by real projects.</summary>
[TestClass]
public sealed class ModelReferenceTests
{
    private const string ForModelsAlone = "<IsPackable>false</IsPackable>";

    private const string AppBin = "bin/Debug/net10.0";

    [TestMethod]
    public void A_variant_is_chosen_by_a_word_on_the_reference_and_no_other_one_is_joined()
    {
        ModelFeed feed = new();
        feed.PackVariants();
        const string OneName = """<ModelReference Update="Acme.Tiny" Link="models/tiny.gguf" />""";
        byte[] small = File.ReadAllBytes(feed.Model);
        byte[] large = feed.Bytes(ModelFeed.Large);

        feed.Project("app", ModelFeed.Reference(more: "Variant=\"Q8_0\"") + OneName);
        feed.Build("app").Succeeded();
        CollectionAssert.AreEqual(large, feed.Bytes("app", AppBin, "models", ModelFeed.File));
        Assert.HasCount(1, Directory.GetDirectories(feed.In("modelpack")));

        feed.Project("app", ModelFeed.Reference() + OneName);
        feed.Build("app").Succeeded();
        CollectionAssert.AreEqual(small, feed.Bytes("app", AppBin, "models", ModelFeed.File));

        feed.Project("app", ModelFeed.Reference() + """<ModelReference Update="Acme.Tiny" Variant="q8_0" Link="models/tiny.gguf" />""");
        feed.Build("app", "--no-restore").Succeeded();
        CollectionAssert.AreEqual(large, feed.Bytes("app", AppBin, "models", ModelFeed.File));

        feed.Project("app", ModelFeed.Reference(more: "Variant=\"Q5_K_M\""));
        Assert.Contains("it has Q4_K_M, Q8_0", feed.Build("app", "--no-restore").Failed().Errors("MP6037").Single());
    }

    [TestMethod]
    public void Central_versions_a_locked_restore_and_a_fallback_folder_work()
    {
        ModelFeed feed = new();
        feed.Pack();
        File.WriteAllText(feed.In("Directory.Packages.props"), $"""
            <Project>
              <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup>
              <ItemGroup><PackageVersion Include="{ModelFeed.Id}" Version="1.0.0" /></ItemGroup>
            </Project>
            """);
        foreach (string name in new[] { "app", "second" })
        {
            feed.Project(
                name, $"""<PackageReference Include="{ModelFeed.Id}" />""",
                "<OutputType>Exe</OutputType><RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>");
        }

        feed.Build("app").Succeeded();
        Assert.Contains("Acme.Tiny.Part0001", File.ReadAllText(feed.In("app", "packages.lock.json")));
        feed.Run("app", "restore", "--locked-mode", "--force").Succeeded();

        // Another packages folder, which has nothing: all of it lies in the fallback folder. The feed is gone.
        Directory.Move(feed.In("feed"), feed.In("feed-of-yesterday"));
        Directory.CreateDirectory(feed.In("feed"));
        File.WriteAllText(feed.In("second", "NuGet.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{feed.In("other", "packages")}" /></config>
              <fallbackPackageFolders><add key="machine" value="{feed.In("packages")}" /></fallbackPackageFolders>
            </configuration>
            """);
        feed.Build("second").Succeeded();
        Assert.IsFalse(Directory.Exists(feed.In("other", "packages", "acme.tiny.part0001")));
        Assert.IsTrue(Directory.Exists(feed.In("other", "modelpack")), "the store stands beside the project's own packages folder");
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("second", AppBin, "models", ModelFeed.File));
    }

    [TestMethod]
    [DataRow("-graph")]
    [DataRow("-mt")]
    public void Graph_builds_and_builds_with_threads_join_once_and_copy_to_programs_and_test_projects_only(string way)
    {
        ModelFeed feed = new();
        feed.Pack();

        // With an outer build, which has nothing to do with the model.
        feed.Project("library", ModelFeed.Reference(), "<TargetFramework></TargetFramework><TargetFrameworks>net10.0</TargetFrameworks>");
        const string Chain = """<ProjectReference Include="../library/library.csproj" />""";
        feed.Project("app", Chain);
        feed.Project("tests", Chain, "<IsTestProject>true</IsTestProject>");
        feed.Project("all", """
            <ProjectReference Include="../app/app.csproj" />
            <ProjectReference Include="../tests/tests.csproj" />
            """, "");
        DotNetResult built = feed.Build("all", "-m", way).Succeeded();
        Assert.AreEqual(1, built.Count("Joining Acme.Tiny 1.0.0"), built.Output);
        byte[] model = File.ReadAllBytes(feed.Model);
        CollectionAssert.AreEqual(model, feed.Bytes("app", AppBin, "models", ModelFeed.File));
        CollectionAssert.AreEqual(model, feed.Bytes("tests", AppBin, "models", ModelFeed.File));
        Assert.IsFalse(Directory.Exists(feed.In("library", AppBin, "models")));
    }

    [TestMethod]
    [DataRow("-p:PublishSingleFile=true", "--self-contained", "false")]
    [DataRow("-p:PublishSingleFile=true", "--self-contained", "-p:IncludeAllContentForSelfExtract=true")]
    [DataRow("-p:PublishTrimmed=true", "--self-contained")]
    [DataRow("-p:PublishAot=true", "-p:CppCompilerAndLinker=gcc")]
    public void A_program_that_is_bundled_trimmed_or_compiled_ahead_of_time_has_its_model_beside_it(params string[] way)
    {
        ModelFeed feed = new(isOffline: false);
        feed.Pack();
        feed.Project("app", $"""
            {ModelFeed.Reference()}
            <ModelReference Update="{ModelFeed.Id}" Copy="publish" />
            """, "<OutputType>Exe</OutputType><ModelPackConstants>true</ModelPackConstants>");
        File.WriteAllText(feed.In("app", "Program.cs"), """
            Console.WriteLine($"model of {new FileInfo(ModelPackModels.Acme_Tiny).Length} bytes");
            """);
        feed.Run("app", "publish", ["-r", RuntimeInformation.RuntimeIdentifier, .. way, "-o", feed.In("published")]).Succeeded();
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("published", "models", ModelFeed.File));
        Assert.IsFalse(Directory.GetDirectories(feed.In("app", "bin"), "models", SearchOption.AllDirectories).Length > 0);

        // Not a byte of the store is needed any more.
        Directory.Delete(feed.In("modelpack"), recursive: true);
        DotNetResult run = DotNet.RunProgram(feed.In("published"), feed.In("published", OperatingSystem.IsWindows() ? "app.exe" : "app"));
        Assert.Contains("model of ", run.Succeeded().Output);
    }

    [TestMethod]
    public void What_a_project_says_of_a_model_has_effect_or_is_an_error()
    {
        ModelFeed feed = new();
        feed.Pack();
        Says("""<ModelReference Include="Acme.Tiny" Copy="never" />""");
        feed.Build("app").Succeeded();
        Assert.IsFalse(Directory.Exists(feed.In("app", AppBin, "models")), "an Include is as good as an Update");

        Says("""<ModelReference Include="Acme.Other" Copy="never" />""");
        string error = feed.Build("app", "--no-restore").Failed().Errors("MP6039").Single();
        Assert.Contains("'Acme.Other' is none of the models Acme.Tiny", error);
        Says("""<ModelReference Update="Acme.Tiny" CopyToOutputDirectory="Never" />""");
        Assert.Contains("Copy", feed.Build("app", "--no-restore").Failed().Errors("MP4023").Single());
        Says("""<ModelReference Update="Acme.Tiny" Verfy="None" />""");
        Assert.Contains("'Verify'", feed.Build("app", "--no-restore").Failed().Errors("MP4023").Single());

        void Says(string item) => feed.Project("app", ModelFeed.Reference() + item);
    }

    [TestMethod]
    public void A_part_that_another_reference_forces_to_another_version_is_an_error_until_that_is_removed()
    {
        ModelFeed feed = new();
        feed.Pack();
        feed.ChangeModel();
        feed.Pack("2.0.0");
        const string Properties = "<OutputType>Exe</OutputType><NoWarn>NU1608</NoWarn>";
        feed.Project("app", ModelFeed.Reference() + ModelFeed.Reference("2.0.0", "Acme.Tiny.Part0001"), Properties);
        string error = feed.Build("app").Failed().Errors("MP6007").Single();
        Assert.Contains("needs the package Acme.Tiny.Part0001 1.0.0", error);
        Assert.Contains("2.0.0 was restored", error);
        feed.Project("app", ModelFeed.Reference(), Properties);
        feed.Build("app").Succeeded();
    }

    [TestMethod]
    public void What_is_damaged_in_the_packages_folder_is_mended_by_what_the_message_says()
    {
        ModelFeed feed = new();
        feed.Pack();
        feed.Project("app", ModelFeed.Reference());
        feed.Build("app").Succeeded();
        string manifest = feed.In("packages", "acme.tiny", "1.0.0", "modelpack", "manifest.json");
        string sound = File.ReadAllText(manifest);
        Mended("MP6004", () => File.Delete(manifest));
        Mended("MP6004", () => File.Delete(feed.Part(3)));
        Mended("MP6004", () => File.Delete(feed.In("packages", "acme.tiny", "1.0.0", "modelpack", "0000.part")));
        Mended("MP6005", () => File.AppendAllText(feed.Part(2), "more"));
        Mended("MP6005", () => File.WriteAllBytes(feed.Part(2), File.ReadAllBytes(feed.Part(2))[..^1]));
        Mended("MP6006", () => Consumer.FlipByte(feed.Part(2), 70_000));
        Mended("MP6008", () => File.WriteAllText(manifest, sound.Replace(
            FileHash.Sha256(feed.Model), new string('0', 64), StringComparison.Ordinal)));
        Mended("MP6003", () => File.WriteAllText(manifest, sound.Replace(
            $"\"{ModelFeed.File}\"", $"\"../{ModelFeed.File}\"", StringComparison.Ordinal)));
        Mended("MP6002", () => File.WriteAllText(manifest, sound[..^20]));

        void Mended(string code, Action damage)
        {
            damage();
            Directory.Delete(feed.In("modelpack"), recursive: true);
            string error = feed.Build("app", "--no-restore").Failed().Errors(code).Single();
            System.Text.RegularExpressions.Match named =
                System.Text.RegularExpressions.Regex.Match(error, "delete '(?<folder>[^']+)'( and '(?<folder>[^']+)')?");
            foreach (string folder in named.Groups["folder"].Captures.Select(capture => capture.Value))
            {
                Assert.IsTrue(Directory.Exists(folder), error);
                Assert.StartsWith(feed.In("packages"), folder);
                Directory.Delete(folder, recursive: true);
            }

            Assert.IsTrue(named.Success, error);
            feed.Run("app", "restore", "--force").Succeeded();
            feed.Build("app", "--no-restore").Succeeded();
        }
    }

    [TestMethod]
    public void How_a_later_build_looks_at_the_joined_model_is_what_Verify_says()
    {
        ModelFeed feed = new();
        feed.Pack();
        Says("Strict");
        feed.Build("app").Succeeded();
        string joined = Directory.GetFiles(feed.In("modelpack"), ModelFeed.File, SearchOption.AllDirectories).Single();

        // A byte and the time.
        Consumer.FlipByte(joined, 5000);
        foreach (StoreCheck check in new[] { StoreCheck.None, StoreCheck.Structural })
        {
            Says(check.ToString());
            Assert.AreEqual(0, feed.Build("app", "--no-restore").Succeeded().Count("Joining"), check.ToString());
        }

        Says("Strict");
        DotNetResult mended = feed.Build("app", "--no-restore").Succeeded();
        Assert.HasCount(1, mended.Warnings("MP6013"));
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), File.ReadAllBytes(joined));
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("app", AppBin, "models", ModelFeed.File));

        void Says(string check) => feed.Project("app", $"""
            {ModelFeed.Reference()}
            <ModelReference Update="{ModelFeed.Id}" Verify="{check}" />
            """, "<OutputType>Exe</OutputType><MSBuildWarningsNotAsErrors>MP6013</MSBuildWarningsNotAsErrors>");
    }

    [TestMethod]
    public void Clean_deletes_the_copies_and_not_the_store()
    {
        ModelFeed feed = new();
        feed.Pack();
        feed.Project("app", ModelFeed.Reference());
        feed.Build("app").Succeeded();
        feed.Run("app", "clean").Succeeded();
        Assert.IsFalse(File.Exists(feed.In("app", AppBin, "models", ModelFeed.File)));
        Assert.AreEqual(0, feed.Build("app", "--no-restore").Succeeded().Count("Joining"));
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("app", AppBin, "models", ModelFeed.File));
    }

    [TestMethod]
    public void A_project_for_models_alone_converts_them_and_packs_the_outputs_as_variants()
    {
        ModelFeed feed = new();
        feed.Project("author", $"""
            <PackageReference Include="ModelPack.Build" Version="{PackedFeed.Version}" PrivateAssets="all" />
            <ModelConvert Include="../{ModelFeed.File}" To="safetensors" Quantized="blocks" OutputPath="made/blocks.safetensors" />
            <ModelPackage Include="../{ModelFeed.File}" Variant="gguf" PackageId="{ModelFeed.Id}" Authors="Acme" License="MIT" />
            <ModelPackage Include="made/blocks.safetensors" Variant="blocks" PackageId="{ModelFeed.Id}" />
            """, $"{ForModelsAlone}<PackageVersion>1.0.0</PackageVersion><MSBuildWarningsNotAsErrors>MP6026</MSBuildWarningsNotAsErrors>");
        DotNetResult packed = feed.Run("author", "pack", "-o", feed.In("feed")).Succeeded();
        Assert.HasCount(1, packed.Warnings("MP6026"), packed.Output);
        using ZipArchive meta = ZipFile.OpenRead(feed.In("feed", "Acme.Tiny.1.0.0.nupkg"));
        Assert.IsNotNull(meta.GetEntry("modelpack/certificate.blocks.json"));

        feed.Project("app", ModelFeed.Reference(more: "Variant=\"blocks\""));
        feed.Build("app").Succeeded();
        CollectionAssert.AreEqual(
            feed.Bytes("author", "made", "blocks.safetensors"), feed.Bytes("app", AppBin, "models", "blocks.safetensors"));

        feed.Project("other", $"""
            <PackageReference Include="ModelPack.Build" Version="{PackedFeed.Version}" PrivateAssets="all" />
            <ModelPackage Include="../{ModelFeed.File}" Variant="a" PackageId="{ModelFeed.Id}" Authors="Acme" License="MIT" />
            <ModelPackage Include="../{ModelFeed.File}" Variant="b" PackageId="{ModelFeed.Id}" Authors="Nobody" />
            """, $"{ForModelsAlone}<PackageVersion>2.0.0</PackageVersion>");
        DotNetResult refused = feed.Run("other", "pack", "-o", feed.In("feed")).Failed();
        Assert.Contains("Authors is 'Acme' and 'Nobody'", refused.Errors("MP6038").FirstOrDefault(refused.Output));
    }
}
