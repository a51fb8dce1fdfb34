using ModelPack.Packaging.Packing;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>Models as packages, from a local feed through restore, build, run and publish.</summary>
[TestClass]
public sealed class ModelPackageTests
{
    private const string AppBin = "bin/Debug/net10.0";

    [TestMethod]
    public void A_package_reference_is_all_and_damage_is_an_error_that_its_remedy_mends()
    {
        ModelFeed feed = new();
        Assert.IsGreaterThan(4, feed.Pack().Packages.Length);
        feed.Project("app", ModelFeed.Reference());

        DotNetResult built = feed.Build("app").Succeeded();
        Assert.AreEqual(1, built.Count("Joining Acme.Tiny 1.0.0"), built.Output);
        byte[] model = File.ReadAllBytes(feed.Model);
        CollectionAssert.AreEqual(model, feed.Bytes("app", AppBin, "models", ModelFeed.File));
        Assert.IsTrue(Directory.Exists(feed.In("modelpack")), "the store stands beside the packages folder");
        Assert.Contains($"model of {model.Length} bytes", feed.Run("app", "run", "--no-build").Succeeded().Output);
        feed.Run("app", "publish", "--no-build", "-c", "Debug", "-o", feed.In("published")).Succeeded();
        CollectionAssert.AreEqual(model, feed.Bytes("published", "models", ModelFeed.File));
        Assert.AreEqual(0, feed.Build("app", "--no-restore").Succeeded().Count("Joining"));

        // A byte of a part in the packages folder, which NuGet does not notice.
        Directory.Delete(feed.In("modelpack"), recursive: true);
        Consumer.FlipByte(feed.Part(2), 1000);
        feed.Run("app", "restore", "--force").Succeeded();
        DotNetResult failed = feed.Build("app", "--no-restore").Failed();
        string error = failed.Errors("MP6006").Single();
        Assert.Contains("package Acme.Tiny.Part0002 1.0.0, entry modelpack/0002.part", error);
        Assert.Contains("(at byte ", error);
        string folder = Path.GetDirectoryName(Path.GetDirectoryName(feed.Part(2)))!;
        Assert.Contains($"delete '{folder}'", error);
        Assert.IsEmpty(Directory.GetDirectories(feed.In("modelpack")), "nothing half-written remains");

        Directory.Delete(folder, recursive: true);
        Assert.HasCount(1, feed.Build("app", "--no-restore").Failed().Errors("MP6004"));
        feed.Run("app", "restore", "--force").Succeeded();
        feed.Build("app", "--no-restore").Succeeded();
    }

    [TestMethod]
    public void A_model_that_a_library_references_is_copied_and_published_once_by_the_program()
    {
        ModelFeed feed = new();
        feed.Pack();
        feed.Project("library", ModelFeed.Reference(), "<IsPackable>false</IsPackable>");
        feed.Project("app", """<ProjectReference Include="../library/library.csproj" />""");
        feed.Project("other", """<ProjectReference Include="../app/app.csproj" />""");

        DotNetResult built = feed.Build("other", "-m").Succeeded();
        Assert.AreEqual(1, built.Count("Joining Acme.Tiny 1.0.0"), built.Output);
        Assert.IsFalse(Directory.Exists(feed.In("library", AppBin, "models")), "a library needs no copy");
        Assert.Contains("model of ", feed.Run("app", "run", "--no-build").Succeeded().Output);
        foreach (string project in new[] { "app", "other" })
        {
            feed.Run(project, "publish", "--no-build", "-c", "Debug", "-o", feed.In("published-" + project)).Succeeded();
            CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("published-" + project, "models", ModelFeed.File));
        }
    }

    [TestMethod]
    public void An_upgrade_and_a_downgrade_of_equal_size_leave_no_old_model()
    {
        ModelFeed feed = new();
        feed.Pack();
        byte[] first = File.ReadAllBytes(feed.Model);
        feed.ChangeModel();
        feed.Pack("2.0.0");
        byte[] second = File.ReadAllBytes(feed.Model);
        Assert.HasCount(first.Length, second);
        foreach ((string version, byte[] expected) in new[] { ("1.0.0", first), ("2.0.0", second), ("1.0.0", first) })
        {
            feed.Project("app", ModelFeed.Reference(version));
            feed.Run("app", "publish", "-c", "Debug", "-o", feed.In("published")).Succeeded();
            CollectionAssert.AreEqual(expected, feed.Bytes("app", AppBin, "models", ModelFeed.File), version);
            CollectionAssert.AreEqual(expected, feed.Bytes("published", "models", ModelFeed.File), version);
        }
    }

    [TestMethod]
    public void A_reference_says_where_the_copy_goes_and_is_an_input_of_ModelConvert_and_ModelVerify()
    {
        ModelFeed feed = new();
        feed.Pack();
        feed.Project("app", $"""
            {ModelFeed.Reference()}
            <ModelReference Update="{ModelFeed.Id}" Copy="publish" Link="weights/" />
            <ModelConvert Include="@(ModelReference)" To="apr" Quantized="blocks" />
            <ModelVerify Include="@(ModelReference)" />
            """, "<OutputType>Exe</OutputType><ModelPackConstants>true</ModelPackConstants>");
        string program = File.ReadAllText(feed.In("app", "Program.cs"));
        File.WriteAllText(feed.In("app", "Program.cs"), program + "\nConsole.WriteLine(\"constant \" + ModelPackModels.Acme_Tiny);\n");

        feed.Build("app").Succeeded();
        Assert.IsFalse(Directory.Exists(feed.In("app", AppBin, "weights")));
        Assert.IsTrue(File.Exists(feed.In("app", AppBin, "tiny.apr")), string.Join('\n', Directory.GetFiles(feed.In("app", AppBin))));
        string output = feed.Run("app", "run", "--no-build").Succeeded().Output;
        Assert.Contains(feed.In("modelpack"), output);
        Assert.Contains("constant " + feed.In("modelpack"), output);
        feed.Run("app", "publish", "--no-build", "-c", "Debug", "-o", feed.In("published")).Succeeded();
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("published", "weights", ModelFeed.File));
    }

    [TestMethod]
    public void A_project_packs_its_models_with_a_NuGet_of_its_own_and_consumers_need_none()
    {
        ModelFeed feed = new();
        feed.Project("author", $"""
            <PackageReference Include="ModelPack.Build" Version="{PackedFeed.Version}" PrivateAssets="all" />
            <ModelPackage Include="../{ModelFeed.File}" PackageId="{ModelFeed.Id}" Authors="Acme" License="MIT" MaxPackageSize="400KB" />
            """, "<IsPackable>false</IsPackable><PackageVersion>1.0.0</PackageVersion>");
        DotNetResult packed = feed.Run("author", "pack", "-o", feed.In("feed"), "-v:d").Succeeded();
        Assert.Contains("Acme.Tiny.Part0001 1.0.0", packed.Output);

        // The SDK's own is of another version, and was at work in the same process.
        string own = feed.In("packages", "modelpack.build", PackedFeed.Version, "tasks", "net10.0");
        Assert.Contains($"NuGet.Packaging is {Path.Combine(own, "NuGet.Packaging.dll")}", packed.Output);
        Assert.IsTrue(File.Exists(feed.In("feed", "Acme.Tiny.1.0.0.nupkg")));

        foreach (string name in new[] { "NuGet.Packaging", "NuGet.Common", "NuGet.Configuration", "NuGet.Versioning", "Newtonsoft.Json" })
        {
            File.Delete(Path.Combine(own, name + ".dll"));
        }

        feed.Project("app", ModelFeed.Reference());
        feed.Build("app").Succeeded();
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("app", AppBin, "models", ModelFeed.File));
    }

    [TestMethod]
    public void Lock_file_and_artifacts_output_work()
    {
        ModelFeed feed = new();
        feed.Pack();
        feed.Project(
            "app", ModelFeed.Reference(),
            "<OutputType>Exe</OutputType><RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>");
        feed.Build("app", "-p:UseArtifactsOutput=true", $"-p:ArtifactsPath={feed.In("artifacts")}").Succeeded();
        Assert.Contains("Acme.Tiny.Part0001", File.ReadAllText(feed.In("app", "packages.lock.json")));
        feed.Run("app", "restore", "--locked-mode").Succeeded();
        string bin = Path.GetDirectoryName(
            Path.GetDirectoryName(Directory.GetFiles(feed.In("artifacts"), ModelFeed.File, SearchOption.AllDirectories).Single()))!;
        Assert.IsTrue(File.Exists(Path.Combine(bin, "app.dll")), bin);
    }

    [TestMethod]
    public void A_user_who_may_write_neither_packages_nor_store_builds_with_a_warning()
    {
        ModelFeed feed = new();
        feed.Pack();
        feed.Project(
            "app", ModelFeed.Reference(),
            "<OutputType>Exe</OutputType><MSBuildWarningsNotAsErrors>MP6009</MSBuildWarningsNotAsErrors>");
        feed.Run("app", "restore").Succeeded();
        Directory.CreateDirectory(feed.In("modelpack"));
        if (!Environment.IsPrivilegedProcess)
        {
            DotNet.RunProgram(feed.Root, "chmod", "-R", "a-w", feed.In("modelpack"), feed.In("packages")).Succeeded();
        }

        DotNetResult built = feed.BuildAsOther("app").Succeeded();
        Assert.Contains(feed.In("modelpack"), built.Warnings("MP6009").Single());
        Assert.IsEmpty(Directory.GetFileSystemEntries(feed.In("modelpack")));
        Assert.HasCount(1, Directory.GetFiles(feed.In("app", "obj", "modelpack-store"), ModelFeed.File, SearchOption.AllDirectories));
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("app", AppBin, "models", ModelFeed.File));
        DotNet.RunProgram(feed.Root, "chmod", "-R", "u+w", feed.Root).Succeeded();
    }

    [TestMethod]
    public void Seven_hundred_megabytes_travel_in_four_parts_and_a_fix_of_metadata_ships_the_meta_package_alone()
    {
        ModelFeed feed = new();
        SparseModel.Write(feed.In("large.safetensors"), tensors: 4, bytes: 175_000_000, "first");
        PackReport report = feed.Pack(limit: PackOptions.GalleryLimit, model: feed.In("large.safetensors"));
        Assert.HasCount(5, report.Packages);
        File.Move(feed.In("large.safetensors"), feed.In("first.safetensors"));
        feed.Project("app", $"""
            {ModelFeed.Reference()}
            <ModelReference Update="{ModelFeed.Id}" Copy="never" />
            """);
        File.WriteAllText(feed.In("app", "Program.cs"), """
            string path = (string)AppContext.GetData("ModelPack.Models.Acme.Tiny")!;
            Console.WriteLine($"{new FileInfo(path).Length} bytes: {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.OpenRead(path)))}");
            """);
        feed.Build("app").Succeeded();
        Assert.Contains(FileHash.Sha256(feed.In("first.safetensors")), feed.Run("app", "run", "--no-build").Succeeded().Output);

        SparseModel.Write(feed.In("large.safetensors"), tensors: 4, bytes: 175_000_000, "a template that was corrected");
        PackReport second = ModelPacker.Pack(feed.In("large.safetensors"), new()
        {
            Id = ModelFeed.Id,
            Version = "1.0.1",
            Output = feed.In("feed"),
            Authors = "Acme",
            License = "MIT",
            Previous = feed.In("feed", "Acme.Tiny.1.0.0.nupkg"),
            BuildVersion = PackedFeed.Version,
        });
        MadePackage shipped = second.Packages.Single(package => package.Outcome == PackageOutcome.Written);
        Assert.AreEqual("Acme.Tiny.1.0.1.nupkg", Path.GetFileName(shipped.Path));
        Assert.IsLessThan(16_000_000, new FileInfo(shipped.Path).Length);
    }

    [TestMethod]
    public void A_package_without_the_targets_that_join_it_is_an_error()
    {
        ModelFeed feed = new();
        feed.Pack();
        feed.Project("app", $"""
            {ModelFeed.Reference()}
            <PackageReference Include="ModelPack.Build" Version="{PackedFeed.Version}" ExcludeAssets="all" />
            """);
        Assert.Contains("ExcludeAssets", feed.Build("app").Failed().Errors("MP6016").Single());
    }
}
