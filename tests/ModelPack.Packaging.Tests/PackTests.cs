using System.IO.Compression;
using System.Text;
using ModelPack.Codec.Tests.IO;
using ModelPack.Packaging.Content;
using ModelPack.Packaging.Manifests;
using ModelPack.Packaging.Packing;
using ModelPack.Packaging.Reading;
using NuGet.Packaging;

namespace ModelPack.Packaging.Tests;

[TestClass]
public sealed class PackTests
{
    [TestMethod]
    public void Two_packs_of_one_model_are_the_same_bytes()
    {
        using PackFolder folder = new();
        folder.Pack();
        ModelPacker.Pack(folder.ModelPath, folder.Options() with { Output = folder.In("again") });
        string[] files = [.. Directory.GetFiles(folder.Feed).Order(StringComparer.Ordinal)];
        Assert.IsGreaterThan(3, files.Length);
        foreach (string file in files)
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(file), File.ReadAllBytes(folder.In("again", Path.GetFileName(file))), file);
        }

        Assert.IsTrue(folder.Pack().Packages.All(package => package.Outcome == PackageOutcome.Unchanged));
    }

    [TestMethod]
    public void Packages_are_stored_dated_by_their_content_and_open_with_NuGet()
    {
        using PackFolder folder = new();
        PackReport report = folder.Pack();
        HashSet<DateTimeOffset> dates = [];
        foreach (MadePackage package in report.Packages)
        {
            using ZipArchive archive = ZipFile.OpenRead(package.Path);
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                Assert.AreEqual(entry.Length, entry.CompressedLength, entry.FullName);
                Assert.AreEqual(archive.Entries[0].LastWriteTime, entry.LastWriteTime, entry.FullName);
                using Stream content = entry.Open();
                content.CopyTo(Stream.Null);
            }

            Assert.IsTrue(dates.Add(archive.Entries[0].LastWriteTime), "two packages have one date");
            Assert.IsTrue(archive.Entries[0].LastWriteTime.Year is >= 1990 and < 2020);
            using PackageArchiveReader reader = new(package.Path);
            Assert.AreEqual(package.Id, reader.GetIdentity().Id);
            Assert.AreEqual("MIT", reader.NuspecReader.GetLicenseMetadata()!.License);
            CollectionAssert.Contains(reader.GetFiles().ToArray(), $"buildTransitive/{package.Id}.props");
        }

        using PackageArchiveReader meta = new(folder.Meta());
        string[] needed = [.. meta.NuspecReader.GetDependencyGroups().Single().Packages.Select(package => package.ToString())];
        CollectionAssert.Contains(needed, $"{PackFolder.Id}.Part0001 [1.0.0, 1.0.0]");
        CollectionAssert.Contains(needed, "ModelPack.Build [0.1.0, )");
        Assert.AreEqual(report.Packages.Length, needed.Length);
    }

    [TestMethod]
    public void No_part_is_larger_than_the_limit_and_the_meta_package_is_pushed_last()
    {
        using PackFolder folder = new();
        PackReport report = folder.Pack(limit: 50_000);
        Assert.AreEqual(PackFolder.Id, report.Packages[^1].Id);
        Assert.IsTrue(report.Packages.All(package => package.Bytes <= 50_000));
        Assert.AreEqual(new FileInfo(folder.ModelPath).Length, report.Packages.Sum(package => package.Bytes));
    }

    [TestMethod]
    public void A_fix_of_metadata_ships_the_meta_package_alone()
    {
        using PackFolder folder = new();
        folder.Pack(limit: 400_000);
        string fixedModel = folder.In("fixed.gguf");
        using (Model model = ModelPack.Model.Open(folder.ModelPath))
        {
            model.ToBuilder().Set("tokenizer.chat_template", new string('x', 5000)).Save(fixedModel);
        }

        PackReport report = ModelPacker.Pack(
            fixedModel, folder.Options("1.0.1") with { Previous = folder.Meta(), MaxPackageSize = null });
        CollectionAssert.AreEqual(
            new[] { $"{PackFolder.Id}.1.0.1.nupkg" },
            report.Packages.Where(package => package.Outcome == PackageOutcome.Written).Select(package => Path.GetFileName(package.Path))
                .ToArray());
        string joined = Path.Combine(folder.Join(folder.Meta("1.0.1")), "fixed.gguf");
        CollectionAssert.AreEqual(File.ReadAllBytes(fixedModel), File.ReadAllBytes(joined));
    }

    [TestMethod]
    public void A_changed_tensor_gets_a_part_with_a_number_of_its_own()
    {
        using PackFolder folder = new();
        PackReport first = folder.Pack();
        int parts = first.Packages.Length - 1;
        using (FileStream model = new(folder.ModelPath, FileMode.Open, FileAccess.ReadWrite))
        {
            model.Position = model.Length - 1;
            int last = model.ReadByte();
            model.Position = model.Length - 1;
            model.WriteByte((byte)~last);
        }

        PackReport second = ModelPacker.Pack(folder.ModelPath, folder.Options("2.0.0") with { Previous = folder.Meta() });
        CollectionAssert.AreEqual(
            new[] { PackageIdentity.PartId(PackFolder.Id, parts + 1), PackFolder.Id },
            second.Packages.Where(package => package.Outcome == PackageOutcome.Written).Select(package => package.Id).ToArray());
        string joined = Path.Combine(folder.Join(folder.Meta("2.0.0")), PackFolder.Model);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.ModelPath), File.ReadAllBytes(joined));
    }

    [TestMethod]
    public void Bytes_that_an_earlier_meta_package_held_are_packed_again()
    {
        using PackFolder folder = new();
        byte[] bytes = [.. Enumerable.Range(0, 1500).Select(i => (byte)(i * 7))];
        File.WriteAllBytes(folder.In("x.bin"), bytes);
        ModelPacker.Pack(folder.In("x.bin"), folder.Options(limit: 1500));
        Directory.CreateDirectory(folder.In("two"));
        File.WriteAllBytes(folder.In("two", "a.bin"), new byte[1500]);
        File.WriteAllBytes(folder.In("two", "b.bin"), bytes);
        PackReport report = ModelPacker.Pack(folder.In("two"), folder.Options("2.0.0", 1500) with { Previous = folder.Meta() });
        Assert.IsTrue(report.Packages.All(package => package.Outcome == PackageOutcome.Written));
        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(Path.Combine(folder.Join(folder.Meta("2.0.0")), "b.bin")));
    }

    [TestMethod]
    public void A_package_of_that_version_with_other_bytes_is_not_replaced()
    {
        using PackFolder folder = new();
        folder.Pack();
        byte[] before = File.ReadAllBytes(folder.Meta());
        PackOptions other = folder.Options() with { Description = "another" };
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => ModelPacker.Pack(folder.ModelPath, other));
        Assert.AreEqual(PackagingErrors.PackageExists, error.Code);
        CollectionAssert.AreEqual(before, File.ReadAllBytes(folder.Meta()));
        Assert.IsEmpty(Directory.GetFiles(folder.Feed, "*.tmp-*"));
        ModelPacker.Pack(folder.ModelPath, other with { Replace = true });
        CollectionAssert.AreNotEqual(before, File.ReadAllBytes(folder.Meta()));
    }

    [TestMethod]
    [DataRow("1.0.0", "dotnet add package Acme.Tiny\n")]
    [DataRow("1.0.0-RC1", "dotnet add package Acme.Tiny --version 1.0.0-RC1\n")]
    public void The_command_of_the_README_finds_the_package(string version, string command)
    {
        using PackFolder folder = new();
        folder.Pack(version);
        using PackageArchiveReader reader = new(folder.Meta(version));
        using StreamReader readme = new(reader.GetStream("README.md"));
        Assert.Contains(command, readme.ReadToEnd());
    }

    [TestMethod]
    public void Three_versions_in_a_chain_ship_what_changed_and_no_id_means_two_things()
    {
        using PackFolder folder = new();
        folder.Pack();
        string[] ids = [];
        string last = "1.0.0";
        foreach ((string version, int fromEnd) in new[] { ("1.1.0", 1), ("1.2.0", 400_000), ("1.3.0", 1) })
        {
            byte[] bytes = File.ReadAllBytes(folder.ModelPath);
            bytes[^fromEnd] ^= 1;
            File.WriteAllBytes(folder.ModelPath, bytes);
            PackReport report = ModelPacker.Pack(
                folder.ModelPath, folder.Options(version) with { Previous = folder.Meta(last), MaxPackageSize = null });
            MadePackage[] written = [.. report.Packages.Where(package => package.Outcome == PackageOutcome.Written)];
            Assert.HasCount(2, written, version);
            ids = [.. ids, written[0].Id];
            last = version;
        }

        Assert.HasCount(3, ids.Distinct().ToArray());
        string joined = Path.Combine(folder.Join(folder.Meta(last)), PackFolder.Model);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.ModelPath), File.ReadAllBytes(joined));
    }

    [TestMethod]
    public void A_description_is_no_longer_than_NuGet_takes()
    {
        using PackFolder folder = new();
        ModelPacker.Pack(folder.ModelPath, folder.Options() with { Description = new string('d', 5000) });
        using PackageArchiveReader reader = new(folder.Meta());
        Assert.AreEqual(4000, reader.NuspecReader.GetDescription().Length);
    }

    [TestMethod]
    public void A_folder_brings_notice_and_no_hidden_file_and_a_single_file_no_README_of_the_project()
    {
        using PackFolder folder = new();
        Directory.CreateDirectory(folder.In("opaque", ".git"));
        File.WriteAllText(folder.In("opaque", ".git", "config"), "secret");
        File.WriteAllText(folder.In("opaque", "m.bin"), new string('m', 3000));
        File.WriteAllText(folder.In("opaque", "NOTICE"), "notice");
        File.WriteAllText(folder.In("opaque", "LICENSE"), new string('l', (1 << 20) + 1));
        File.WriteAllText(folder.In("opaque", "README.md"), "the project");
        ModelPacker.Pack(folder.In("opaque"), folder.Options(limit: 2000));
        using (ZipArchive part = ZipFile.OpenRead(folder.Part(1)))
        {
            Assert.IsNotNull(part.GetEntry("NOTICE.txt"));
            Assert.IsNull(part.GetEntry("LICENSE.txt"), "a text of more than a megabyte is none");
        }

        CollectionAssert.AreEqual(
            new[] { "LICENSE", "NOTICE", "README.md", "m.bin" },
            NupkgFile.ReadManifest(folder.Meta()).Files.Select(file => file.Path).ToArray());
        ModelPacker.Pack(folder.In("opaque", "m.bin"), folder.Options("2.0.0"));
        using ZipArchive single = ZipFile.OpenRead(folder.Meta("2.0.0"));
        using StreamReader readme = new(single.GetEntry("README.md")!.Open());
        Assert.DoesNotContain("the project", readme.ReadToEnd());
    }

    [TestMethod]
    public void What_an_author_says_is_neither_markup_nor_MSBuild_nor_an_address_that_runs_something()
    {
        using PackFolder folder = new();
        File.WriteAllText(folder.In("terms.txt"), "terms");
        ModelPacker.Pack(folder.ModelPath, folder.Options() with
        {
            Authors = "A\u0001<b>; B",
            Description = "d\u0002\ud800",
            License = "$(Evil) @(Items);*.x",
            LicenseFile = folder.In("terms.txt"),
            ProjectUrl = "javascript:alert(1)",
        });
        using PackageArchiveReader reader = new(folder.Meta());
        Assert.AreEqual("", reader.NuspecReader.GetProjectUrl() ?? "");
        using StreamReader props = new(reader.GetStream($"buildTransitive/{PackFolder.Id}.props"));
        StringAssert.Matches(props.ReadToEnd(), new("License=\"\\(Evil\\) \\(Items\\)\\.x\""));
        using Stream core = reader.GetStream("package/services/metadata/core-properties/modelpack.psmdcp");
        Assert.AreEqual("A<b>,B", System.Xml.Linq.XDocument.Load(core).Root!.Elements().First().Value);
        using Stream nuspec = reader.GetStream($"{PackFolder.Id}.nuspec");
        Assert.AreEqual('<', nuspec.ReadByte(), "no mark of the byte order");
    }

    [TestMethod]
    public void A_dry_run_writes_nothing_and_names_the_packages()
    {
        using PackFolder folder = new();
        PackReport planned = ModelPacker.Pack(folder.ModelPath, folder.Options() with { DryRun = true });
        Assert.IsFalse(Directory.Exists(folder.Feed));
        CollectionAssert.AreEqual(
            folder.Pack().Packages.Select(package => (package.Id, package.Bytes)).ToArray(),
            planned.Packages.Select(package => (package.Id, package.Bytes)).ToArray());
    }

    [TestMethod]
    public void Any_file_is_packed_as_it_is()
    {
        using PackFolder folder = new();
        Directory.CreateDirectory(folder.In("onnx", "weights"));
        byte[] graph = [8, 7, 18, 1, 65, .. new byte[3000]];
        byte[] data = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];
        File.WriteAllBytes(folder.In("onnx", "model.onnx"), graph);
        File.WriteAllBytes(folder.In("onnx", "weights", "model.onnx_data"), data);
        PackReport report = ModelPacker.Pack(folder.In("onnx"), folder.Options(limit: 2000));
        Assert.AreEqual(PackedContent.OpaqueFormat, report.Format);
        string joined = folder.Join();
        CollectionAssert.AreEqual(graph, File.ReadAllBytes(Path.Combine(joined, "model.onnx")));
        CollectionAssert.AreEqual(data, File.ReadAllBytes(Path.Combine(joined, "weights", "model.onnx_data")));
    }

    [TestMethod]
    public void A_model_of_links_as_caches_have_it_is_packed_as_what_they_lead_to()
    {
        using PackFolder folder = new();
        ModelConverter.Convert(folder.ModelPath, folder.In("blobs") + "/", ModelFormat.SafeTensors, new());
        byte[] data = [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 7))];
        File.WriteAllBytes(folder.In("blobs", "opaque"), data);
        Directory.CreateDirectory(folder.In("snapshot"));
        Directory.CreateDirectory(folder.In("onnx"));
        foreach (string file in Directory.GetFiles(folder.In("blobs")).Where(file => Path.GetFileName(file) != "opaque"))
        {
            File.CreateSymbolicLink(folder.In("snapshot", Path.GetFileName(file)), Path.Combine("..", "blobs", Path.GetFileName(file)));
        }

        File.CreateSymbolicLink(folder.In("snapshot", "LICENSE"), folder.In("blobs", "opaque"));
        File.CreateSymbolicLink(folder.In("onnx", "m.onnx"), folder.In("blobs", "opaque"));
        File.CreateSymbolicLink(folder.In("link.gguf"), folder.ModelPath);
        foreach ((string path, string version) in new[] { ("snapshot", "1.0.0"), ("onnx", "2.0.0"), ("link.gguf", "3.0.0") })
        {
            ModelPacker.Pack(folder.In(path), folder.Options(version, limit: 2_000_000));
            string joined = folder.Join(folder.Meta(version));
            string[] names = [.. Directory.GetFiles(joined).Select(file => Path.GetFileName(file))];
            Assert.IsNotEmpty(names);
            foreach (string name in names)
            {
                string source = Directory.Exists(folder.In(path)) ? folder.In(path, name) : folder.In(path);
                CollectionAssert.AreEqual(File.ReadAllBytes(source), File.ReadAllBytes(Path.Combine(joined, name)), name);
            }
        }
    }

    [TestMethod]
    public void A_pipe_is_refused_and_not_waited_for()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using PackFolder folder = new();
        SpecialFiles.MakePipe(folder.In("pipe"));
        Assert.AreEqual(
            "MP3005",
            Assert.ThrowsExactly<ModelPackException>(() => ModelPacker.Pack(folder.In("pipe"), folder.Options())).Code.Id);
    }

    [TestMethod]
    public void A_damaged_model_is_not_packed_as_an_opaque_file()
    {
        using PackFolder folder = new();
        File.WriteAllBytes(folder.In("cut.gguf"), File.ReadAllBytes(folder.ModelPath)[..50_000]);
        Assert.AreEqual(
            "MP1004",
            Assert.ThrowsExactly<ModelFormatException>(() => ModelPacker.Pack(folder.In("cut.gguf"), folder.Options())).Code.Id);
    }

    [TestMethod]
    public void The_layout_shards_has_one_file_in_a_package()
    {
        using PackFolder folder = new();
        ModelConverter.Convert(folder.ModelPath, folder.In("split") + "/", ModelFormat.Gguf, new()
        {
            Naming = NamingMode.Verbatim,
            MaxShardBytes = 200_000,
        });
        PackReport report = ModelPacker.Pack(
            folder.In("split"), folder.Options(limit: 700_000) with { Layout = PackageLayout.Shards });
        using PackageSet set = new(folder.Meta(), folder.In("packages"));
        Assert.IsGreaterThan(1, set.Manifest.Files.Length);
        Assert.IsTrue(set.Manifest.Files.All(file => file.Parts.Length == 1));
        Assert.AreEqual("shards", set.Manifest.Layout);
        Assert.AreEqual(
            PackagingErrors.ShardTooLarge,
            Assert.ThrowsExactly<ModelPackException>(() => ModelPacker.Pack(
                folder.In("split"), folder.Options("2.0.0", 100_000) with { Layout = PackageLayout.Shards })).Code);
    }

    [TestMethod]
    [DataRow("a b", "1.0.0", "MP6020")]
    [DataRow("Acme.Tiny", "one", "MP6020")]
    [DataRow("../x", "1.0.0", "MP6020")]
    [DataRow("Acm\u00e9", "1.0.0", "MP6020")]
    [DataRow("A23456789.123456789.123456789.123456789.123456789.123456789.123456789.123456789.123456789.1", "1.0.0", "MP6020")]
    public void An_id_or_a_version_that_NuGet_refuses_is_an_error(string id, string version, string code)
    {
        using PackFolder folder = new();
        PackOptions options = folder.Options() with { Id = id, Version = version };
        Assert.AreEqual(
            code, Assert.ThrowsExactly<ModelPackException>(() => ModelPacker.Pack(folder.ModelPath, options)).Code.Id);
    }

    [TestMethod]
    public void What_cannot_be_packed_is_an_error_with_its_code()
    {
        using PackFolder folder = new();
        Refused(PackagingErrors.NothingToPack, folder.In("none.gguf"), options => options);
        Refused(PackagingErrors.BadLimit, folder.ModelPath, options => options with { MaxPackageSize = 10 });
        Refused(PackagingErrors.BadLimit, folder.ModelPath, options => options with { MaxPackageSize = 5_000_000_000 });
        File.WriteAllText(folder.In("x.bin"), "x");
        Refused(PackagingErrors.NoAuthors, folder.In("x.bin"), options => options with { Authors = null });
        Refused(PackagingErrors.NoAuthors, folder.In("x.bin"), options => options with { Authors = " ;\u0001, " });
        folder.Pack();
        Refused(PackagingErrors.SameVersion, folder.ModelPath, options => options with { Previous = folder.Meta() });
        Refused(
            PackagingErrors.SameVersion, folder.ModelPath,
            options => options with { Previous = folder.Meta(), Version = "2.0.0", Id = "Acme.Other" });
        Directory.CreateDirectory(folder.In("empty"));
        Refused(PackagingErrors.NothingToPack, folder.In("empty"), options => options);
        Directory.CreateDirectory(folder.In("capitals"));
        File.WriteAllText(folder.In("capitals", "a.bin"), "x");
        File.WriteAllText(folder.In("capitals", "A.bin"), "x");
        if (Directory.GetFiles(folder.In("capitals")).Length == 2)
        {
            Refused(PackagingErrors.NotPortable, folder.In("capitals"), options => options);
        }

        Refused(PackagingErrors.NotAPackage, folder.ModelPath, options => options with { Previous = folder.ModelPath, Version = "2.0.0" });
        Refused(
            PackagingErrors.NotAPackage, folder.ModelPath, options => options with { Previous = folder.Part(1), Version = "2.0.0" });
        File.WriteAllText(folder.In("bad:name.bin"), "x");
        Refused(PackagingErrors.NotPortable, folder.In("bad:name.bin"), options => options);

        void Refused(ErrorCode code, string path, Func<PackOptions, PackOptions> change) =>
            Assert.AreEqual(
                code,
                Assert.ThrowsExactly<ModelPackException>(() => ModelPacker.Pack(path, change(folder.Options()))).Code);
    }

    [TestMethod]
    public void Licences_are_warned_of_that_galleries_refuse()
    {
        using PackFolder folder = new();
        File.WriteAllText(folder.In("any.bin"), "any");
        Assert.IsEmpty(Warnings(folder.Options()));
        Assert.AreEqual(PackagingErrors.NoLicense.Id, Warnings(folder.Options() with { License = null }).Single());
        Assert.AreEqual(PackagingErrors.LicenseNeedsFile.Id, Warnings(folder.Options() with { License = "llama3.1" }).Single());
        Assert.AreEqual(PackagingErrors.LicenseNeedsFile.Id, Warnings(folder.Options() with { License = "cc-by-nc-4.0" }).Single());
        Assert.AreEqual(PackagingErrors.LicenseNeedsFile.Id, Warnings(folder.Options() with { License = "MIT AND Acme-1.0" }).Single());
        Assert.IsEmpty(Warnings(folder.Options() with { License = "Apache-2.0 WITH LLVM-exception OR MIT" }));
        File.WriteAllText(folder.In("terms.txt"), "terms");
        Assert.IsEmpty(Warnings(folder.Options() with { License = "llama3.1", LicenseFile = folder.In("terms.txt") }));
        using PackageArchiveReader reader = new(folder.Meta());
        Assert.AreEqual(LicenseType.File, reader.NuspecReader.GetLicenseMetadata()!.Type);

        string[] Warnings(PackOptions options) =>
            [.. ModelPacker.Pack(folder.In("any.bin"), options with { Replace = true }).Warnings.Select(warning => warning.Code.Id)];
    }

    [TestMethod]
    public void A_side_file_and_a_carried_model_are_warned_of()
    {
        using PackFolder folder = new();
        ModelConverter.Convert(
            folder.ModelPath, folder.In("out") + "/", ModelFormat.SafeTensors, new() { Quantized = QuantizedMode.Auto });
        string[] codes = [.. ModelPacker.Pack(folder.In("out"), folder.Options()).Warnings.Select(warning => warning.Code.Id)];
        CollectionAssert.Contains(codes, PackagingErrors.SideFilePacked.Id);
        ModelConverter.Convert(
            folder.ModelPath, folder.In("blocks.safetensors"), ModelFormat.SafeTensors, new() { Quantized = QuantizedMode.Blocks });
        codes = [.. ModelPacker.Pack(folder.In("blocks.safetensors"), folder.Options("2.0.0")).Warnings.Select(warning => warning.Code.Id)];
        CollectionAssert.Contains(codes, PackagingErrors.Carried.Id);
    }

    [TestMethod]
    public void A_folder_brings_card_licence_and_companions()
    {
        using PackFolder folder = new();
        ModelConverter.Convert(folder.ModelPath, folder.In("out") + "/", ModelFormat.SafeTensors, new());
        File.WriteAllText(folder.In("out", "README.md"), "---\nlicense: apache-2.0\ntags: [x]\n---\n# Tiny\n");
        File.WriteAllText(folder.In("out", "LICENSE"), "text");
        ModelPacker.Pack(folder.In("out"), folder.Options() with { License = null });
        using ZipArchive archive = ZipFile.OpenRead(folder.Meta());
        Assert.AreEqual("# Tiny\n", Text("README.md"));
        Assert.AreEqual("text", Text("LICENSE.txt"));
        using PackageArchiveReader reader = new(folder.Meta());
        Assert.AreEqual("Apache-2.0", reader.NuspecReader.GetLicenseMetadata()!.License);
        string joined = folder.Join();
        foreach (string name in new[] { "config.json", "model.safetensors", "README.md" })
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(folder.In("out", name)), File.ReadAllBytes(Path.Combine(joined, name)), name);
        }

        string Text(string name)
        {
            using StreamReader text = new(archive.GetEntry(name)!.Open(), Encoding.UTF8);
            return text.ReadToEnd();
        }
    }

    [TestMethod]
    [DataRow("1700000001", 2023)]
    [DataRow("0", 1980)]
    [DataRow("none", null)]
    [DataRow("99999999999999", null)]
    public void The_date_is_that_of_the_environment_if_it_sets_one(string epoch, int? year)
    {
        DateTime date = Zip.ZipDate.Of(new string('a', 64), epoch);
        Assert.AreEqual(year ?? Zip.ZipDate.Of(new string('a', 64), null).Year, date.Year);
        Assert.AreNotEqual(Zip.ZipDate.Of(new string('a', 64), null), Zip.ZipDate.Of(new string('b', 64), null));
    }

    [TestMethod]
    public void A_manifest_comes_back_as_it_was_written()
    {
        using PackFolder folder = new();
        folder.Pack();
        PackageManifest manifest = NupkgFile.ReadManifest(folder.Meta());
        byte[] text = ManifestWriter.Write(manifest);
        CollectionAssert.AreEqual(text, ManifestWriter.Write(ManifestReader.Parse(text, "manifest.json")));
        Assert.DoesNotContain(folder.Root, Encoding.UTF8.GetString(text));
    }
}
