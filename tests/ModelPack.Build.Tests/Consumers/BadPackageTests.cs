using System.IO.Compression;
using System.Text;
using ModelPack.Packaging.Packing;
using ModelPack.Tool.Tests;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>What can go wrong at a consumer's, beside a damaged package, as real builds.</summary>
[TestClass]
public sealed class BadPackageTests
{
    private const string AppBin = "bin/Debug/net10.0";

    [TestMethod]
    public void A_build_that_is_killed_while_it_joins_leaves_nothing_that_the_next_one_uses()
    {
        ModelFeed feed = new();
        SparseModel.Write(feed.In("large.safetensors"), tensors: 2, bytes: 100_000_000, "killed");
        feed.Pack(limit: PackOptions.GalleryLimit, model: feed.In("large.safetensors"));
        feed.Project("app", $"""{ModelFeed.Reference()}<ModelReference Update="{ModelFeed.Id}" Copy="never" />""");
        feed.Run("app", "restore").Succeeded();
        string store = feed.In("modelpack");
        for (int attempt = 0; Halves().Length == 0; attempt++)
        {
            Assert.IsLessThan(5, attempt, "the build was faster each time");
            Directory.CreateDirectory(store);
            Directory.Delete(store, recursive: true);
            Assert.IsTrue(DotNet.Kill(
                feed.In("app"), () => Halves().Length > 0, "build", "--no-restore", "--disable-build-servers", "-nologo", "-tl:off"));
        }

        DotNetResult built = feed.Build("app", "--no-restore").Succeeded();
        Assert.AreEqual(1, built.Count("Joining Acme.Tiny 1.0.0"), built.Output);
        Assert.IsEmpty(Halves());
        string joined = Directory.GetFiles(store, "large.safetensors", SearchOption.AllDirectories).Single();
        Assert.AreEqual(FileHash.Sha256(feed.In("large.safetensors")), FileHash.Sha256(joined));

        string[] Halves() => Directory.Exists(store) ? Directory.GetDirectories(store, "*.tmp-*") : [];
    }

    [TestMethod]
    public void Two_parts_that_were_swapped_are_an_error_that_names_both_folders()
    {
        ModelFeed feed = new();
        feed.Write("m.bin", [.. Enumerable.Range(0, 900_000).Select(i => (byte)(i / 1000))]);
        feed.Pack(limit: 300_000, model: feed.In("m.bin"));
        feed.Project("app", ModelFeed.Reference());
        feed.Run("app", "restore").Succeeded();
        File.Move(feed.Part(1), feed.In("aside"));
        File.Move(feed.Part(3), feed.Part(1));
        File.Move(feed.In("aside"), feed.Part(3));
        string error = feed.Build("app", "--no-restore").Failed().Errors("MP6006").Single();
        string[] folders = [.. new[] { 1, 3 }.Select(part => feed.In("packages", $"acme.tiny.part000{part}", "1.0.0"))];
        Assert.Contains($"it holds the bytes of Acme.Tiny.Part0003 1.0.0", error);
        Assert.Contains($"delete '{folders[0]}' and '{folders[1]}'", error);
        Array.ForEach(folders, folder => Directory.Delete(folder, recursive: true));
        feed.Run("app", "restore", "--force").Succeeded();
        feed.Build("app", "--no-restore").Succeeded();
        CollectionAssert.AreEqual(feed.Bytes("m.bin"), feed.Bytes("app", AppBin, "models", "m.bin"));
    }

    [TestMethod]
    public void Two_builds_that_join_one_model_at_once_join_it_once()
    {
        ModelFeed feed = new();
        feed.Pack();
        string[] projects = ["first", "second"];
        foreach (string project in projects)
        {
            feed.Project(project, ModelFeed.Reference());
            feed.Run(project, "restore").Succeeded();
        }

        DotNetResult[] built = new DotNetResult[projects.Length];
        Parallel.For(0, projects.Length, i => built[i] = feed.Build(projects[i], "--no-restore"));
        Assert.AreEqual(1, built.Sum(result => result.Succeeded().Count("Joining Acme.Tiny 1.0.0")));
        foreach (string project in projects)
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes(project, AppBin, "models", ModelFeed.File));
        }
    }

    [TestMethod]
    public void A_store_on_a_full_disk_is_an_error_until_it_lies_elsewhere()
    {
        ModelFeed feed = new();
        feed.Pack();
        feed.Project("app", ModelFeed.Reference());
        using SmallDisk disk = new("200k");
        DotNetResult failed = feed.Build("app", $"-p:ModelPackStore={disk.Path}").Failed();
        string error = failed.Errors("MP6010").Single();
        Assert.Contains($"Acme.Tiny 1.0.0 with {new FileInfo(feed.Model).Length} bytes", error);
        Assert.Contains("set ModelPackStore to a folder elsewhere", error);
        Assert.IsEmpty(Directory.GetDirectories(disk.Path));
        Assert.IsFalse(Directory.Exists(feed.In("app", AppBin, "models")));
        feed.Build("app", $"-p:ModelPackStore={feed.In("elsewhere")}").Succeeded();
    }

    [TestMethod]
    public void Two_packages_of_one_model_are_an_error_until_one_reference_is_removed()
    {
        ModelFeed feed = new();
        feed.Pack();
        CopyOf(feed, "Acme.Copy");
        feed.Project("app", ModelFeed.Reference() + ModelFeed.Reference(id: "Acme.Copy"));
        string error = feed.Build("app").Failed().Errors("MP6011").Single();
        Assert.Contains(feed.In("packages", "acme.tiny", "1.0.0"), error);
        Assert.Contains(feed.In("packages", "acme.copy", "1.0.0"), error);
        feed.Project("app", ModelFeed.Reference(id: "Acme.Copy"));
        feed.Build("app").Succeeded();
    }

    [TestMethod]
    public void Two_models_of_one_place_are_an_error_until_one_has_the_Link_of_the_remedy()
    {
        ModelFeed feed = new();
        feed.Pack();
        feed.ChangeModel();
        feed.Pack(id: "Acme.Other");
        string two = ModelFeed.Reference() + ModelFeed.Reference(id: "Acme.Other");
        feed.Project("app", two);
        string error = feed.Build("app").Failed().Errors("MP6012").Single();
        Assert.Contains($"'models/{ModelFeed.File}' is the place of", error);
        Assert.Contains("of Acme.Tiny", error);
        Assert.Contains("of Acme.Other", error);
        Assert.Contains("""<ModelReference Update="the id" Link="second/" />""", error);
        feed.Project("app", two + """<ModelReference Update="Acme.Other" Link="second/" />""");
        feed.Build("app").Succeeded();
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("app", AppBin, "second", ModelFeed.File));
    }

    [TestMethod]
    public void Files_of_this_or_of_a_referenced_project_never_replace_a_model_or_are_replaced_by_it()
    {
        ModelFeed feed = new();
        feed.Pack();
        feed.ChangeModel();
        feed.Pack(id: "Acme.Other");

        // The library copies its model to where that of the program belongs.
        feed.Project(
            "library", ModelFeed.Reference(id: "Acme.Other", more: "PrivateAssets=\"all\""),
            "<ModelPackCopyModels>true</ModelPackCopyModels>");
        const string Chain = """<ProjectReference Include="../library/library.csproj" />""";
        feed.Project("app", ModelFeed.Reference() + Chain);
        string error = feed.Build("app").Failed().Errors("MP6012").Single();
        Assert.Contains($"'models/{ModelFeed.File}' is the place of Acme.Tiny and of '{feed.In("modelpack")}", error);
        feed.Project("app", ModelFeed.Reference() + Chain + """<ModelReference Update="Acme.Tiny" Link="second/" />""");
        feed.Build("app").Succeeded();
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("app", AppBin, "models", ModelFeed.File));

        // A file of the program itself, which only publish copies.
        feed.Project("own", $"""
            {ModelFeed.Reference()}
            <ModelReference Update="Acme.Tiny" Copy="publish" />
            <Content Include="../{ModelFeed.File}" Link="models/{ModelFeed.File}" CopyToPublishDirectory="PreserveNewest" />
            """);
        feed.Build("own").Succeeded();
        DotNetResult published = feed.Run("own", "publish", "--no-build", "-c", "Debug", "-o", feed.In("published")).Failed();
        Assert.Contains($"of Acme.Tiny and of '{feed.Model}'", published.Errors("MP6012").Single());
        Assert.AreEqual(0, published.Count("NETSDK1152"), published.Output);
    }

    [TestMethod]
    public void Programs_whose_stores_lie_below_obj_publish_a_model_that_both_reference()
    {
        ModelFeed feed = new();
        feed.Pack();
        File.WriteAllText(feed.In("no-store"), "no folder");
        const string Properties = "<OutputType>Exe</OutputType><MSBuildWarningsNotAsErrors>MP6009</MSBuildWarningsNotAsErrors>";
        feed.Project("app", ModelFeed.Reference(), Properties);
        feed.Project("tests", """<ProjectReference Include="../app/app.csproj" />""", Properties);
        DotNetResult published = feed.Run(
            "tests", "publish", "-c", "Debug", $"-p:ModelPackStore={feed.In("no-store")}", "-o", feed.In("published")).Succeeded();
        Assert.IsNotEmpty(published.Warnings("MP6009"));
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("published", "models", ModelFeed.File));
    }

    // A package of another id that brings the same model: its manifest is that of the first.
    private static void CopyOf(ModelFeed feed, string id)
    {
        using ZipArchive from = ZipFile.OpenRead(feed.In("feed", $"{ModelFeed.Id}.1.0.0.nupkg"));
        using ZipArchive to = ZipFile.Open(feed.In("feed", $"{id}.1.0.0.nupkg"), ZipArchiveMode.Create);
        foreach (ZipArchiveEntry entry in from.Entries)
        {
            using MemoryStream bytes = new();
            using (Stream stream = entry.Open())
            {
                stream.CopyTo(bytes);
            }

            bool isNuspec = entry.FullName is "_rels/.rels" or $"{ModelFeed.Id}.nuspec";
            byte[] written = isNuspec
                ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes.ToArray())
                    .Replace($"<id>{ModelFeed.Id}</id>", $"<id>{id}</id>", StringComparison.Ordinal)
                    .Replace($"/{ModelFeed.Id}.nuspec", $"/{id}.nuspec", StringComparison.Ordinal))
                : bytes.ToArray();
            using Stream output = to.CreateEntry(
                entry.FullName.Replace($"{ModelFeed.Id}.nuspec", $"{id}.nuspec", StringComparison.Ordinal)
                    .Replace($"/{ModelFeed.Id}.props", $"/{id}.props", StringComparison.Ordinal)
                    .Replace($"/{ModelFeed.Id}.targets", $"/{id}.targets", StringComparison.Ordinal)).Open();
            output.Write(written);
        }
    }
}
