using System.Text;
using Microsoft.Build.Utilities;
using ModelPack.Packaging;
using ModelPack.Packaging.Manifests;
using ModelPack.Packaging.Packing;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>The tasks of model packages, on packages as NuGet extracts them.</summary>
[TestClass]
public sealed class PackagedModelTests
{
    [TestMethod]
    public void The_files_of_a_model_become_items_that_are_compared_by_date_and_size()
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        ResolveModelPackages task = packages.Task();
        Assert.IsTrue(task.Execute());
        Assert.AreEqual(Path.Combine("models", "m.bin"), task.Files.Single().GetMetadata("Link"));
        Assert.AreEqual("IfDifferent", task.Files.Single().GetMetadata("CopyToOutputDirectory"));
        Assert.AreEqual("true", task.Files.Single().GetMetadata("ExcludeFromSingleFile"));
        Assert.AreEqual(task.Files.Single().ItemSpec, task.Resolved.Single().GetMetadata("ModelPath"));
        CollectionAssert.AreEqual(packages.Model, File.ReadAllBytes(task.Files.Single().ItemSpec));
    }

    [TestMethod]
    public void Two_packages_of_one_model_are_one_error()
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        packages.Copy("Acme.One", "Acme.Copy");
        string error = packages.Refused(PackagingErrors.TwoModels).Message!;
        foreach (Microsoft.Build.Utilities.TaskItem manifest in packages.Manifests)
        {
            Assert.Contains($"'{manifest.ItemSpec}'", error);
        }
    }

    [TestMethod]
    public void Two_models_of_one_place_are_an_error_that_Link_mends()
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        packages.Add("Acme.Two");
        string error = packages.Refused(PackagingErrors.TwoLinks).Message!;
        Assert.Contains("of Acme.One and of Acme.Two", error);
        packages.References.Add(Reference("Acme.Two", ("Link", "second/")));
        Assert.IsTrue(packages.Task().Execute());
        packages.References[0] = Reference("Acme.Two", ("Copy", "never"));
        ResolveModelPackages task = packages.Task();
        Assert.IsTrue(task.Execute());
        Assert.AreEqual("Acme.One", task.Files.Single().GetMetadata("ModelPackage"));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void A_model_that_is_not_copied_takes_no_place_and_its_constant_never_leads_to_another(int never)
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        packages.Add("Acme.Two");
        string id = packages.Manifests[never].GetMetadata("Model");
        packages.References.Add(Reference(id, ("Copy", "never")));
        ResolveModelPackages task = packages.Task();
        task.ConstantsFile = packages.In("constants.cs");
        Assert.IsTrue(task.Execute());
        string text = File.ReadAllText(task.ConstantsFile);
        string name = id.Replace('.', '_');
        Assert.Contains($" {name} => Find(null, \"{id}\")", text);
        Assert.Contains("=> Find(@\"models/m.bin\", \"Acme.", text);
    }

    [TestMethod]
    public void Whatever_else_is_copied_to_the_place_of_a_model_is_an_error_but_not_the_model_itself()
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        ResolveModelPackages models = packages.Task();
        Assert.IsTrue(models.Execute());
        string store = models.Files.Single().ItemSpec;
        string digest = Path.GetFileName(Path.GetDirectoryName(store))!;
        string twin = packages.In("other", "obj", "modelpack-store", digest, "m.bin");
        CheckModelPlaces task = new()
        {
            BuildEngine = packages.Engine,
            Files = models.Files,
            PlaceName = "RelativePath",
            ProjectFile = packages.In("app.csproj"),
            Copied =
            [
                Copied(store, "models/m.bin"), Copied(packages.In("readme.txt"), "models/readme.txt"), Copied(twin, "models\\m.bin"),
            ],
        };
        Assert.IsTrue(task.Execute());
        Assert.AreEqual(twin, task.Twins.Single().ItemSpec);
        task.Copied = [.. task.Copied, Copied(packages.In("mine.bin"), "Models/M.bin"), Copied(packages.In("mine.bin"), "models/m.bin")];
        Assert.IsFalse(task.Execute());
        Assert.AreEqual(PackagingErrors.TwoLinks.Id, packages.Engine.Errors.Single().Code);
        Assert.Contains($"of Acme.One and of '{packages.In("mine.bin")}'", packages.Engine.Errors.Single().Message!);

        static TaskItem Copied(string path, string place) => Reference(path, ("RelativePath", place));
    }

    [TestMethod]
    public void A_part_of_another_version_is_an_error_that_names_both()
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        packages.Parts[1].SetMetadata("PackageVersion", "3.0.0");
        string error = packages.Refused(PackagingErrors.PartVersion).Message!;
        Assert.Contains("Acme.One.Part0002 1.0.0", error);
        Assert.Contains("3.0.0 was restored", error);
    }

    [TestMethod]
    public void A_package_without_its_part_is_an_error_that_names_the_folder_to_delete()
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        string part = packages.Parts[1].ItemSpec;
        File.Delete(part);
        Assert.Contains(
            $"delete '{Path.GetDirectoryName(Path.GetDirectoryName(part))}'", packages.Refused(PackagingErrors.PartMissing).Message!);
    }

    [TestMethod]
    public void What_is_said_of_a_model_that_no_package_brings_is_an_error()
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        packages.References.Add(Reference("Acme.Other"));
        Assert.Contains("'Acme.Other' is none of the models Acme.One", packages.Refused(PackagingErrors.UnknownReference).Message!);
    }

    [TestMethod]
    public void A_reference_names_its_variant_before_the_package_does()
    {
        TaskItem package = Reference("acme.one", ("Variant", "Two"));
        Assert.AreEqual("Two", new ReferencedModels([], [package]).Of("Acme.One").GetMetadata("Variant"));
        Assert.AreEqual(
            "One", new ReferencedModels([Reference("Acme.One", ("Variant", "One"))], [package]).Of("Acme.One").GetMetadata("Variant"));
    }

    [TestMethod]
    public void An_item_that_was_made_of_a_reference_has_the_models_path_and_nothing_that_speaks_of_the_copy()
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        packages.References.Add(Reference("Acme.One", ("Link", "x/")));
        ResolveModelPackages task = packages.Task();
        task.Models = [Reference("Acme.One", ("Link", "x/"), ("To", "apr"))];
        Assert.IsTrue(task.Execute());
        Assert.AreEqual(task.Files.Single().ItemSpec, task.ResolvedModels.Single().ItemSpec);
        Assert.AreEqual("apr", task.ResolvedModels.Single().GetMetadata("To"));
        Assert.AreEqual("", task.ResolvedModels.Single().GetMetadata("Link"));
    }

    [TestMethod]
    public void An_edited_manifest_is_an_error()
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        string path = packages.Manifests[0].ItemSpec;
        string text = File.ReadAllText(path);
        File.WriteAllText(path, text.Replace("\"m.bin\"", "\"../../m.bin\"", StringComparison.Ordinal));
        Assert.Contains(
            $"delete '{Path.GetDirectoryName(Path.GetDirectoryName(path))}'", packages.Refused(PackagingErrors.PathOutside).Message!);
        File.WriteAllText(path, text.Replace("\"version\": \"1.0.0\"\n}", "\"version\": \"1.0.1\"\n}", StringComparison.Ordinal));
        packages.Refused(PackagingErrors.BadManifest);
        File.WriteAllText(path, text.Replace("\"id\": \"Acme.One\"", "\"id\": \"Acme.Two\"", StringComparison.Ordinal));
        packages.Refused(PackagingErrors.BadManifest);
        File.WriteAllText(path, text.Replace("package-manifest/v1", "package-manifest/v2", StringComparison.Ordinal));
        Assert.DoesNotContain("delete", packages.Refused(PackagingErrors.NewerManifest).Message!);
        PackageManifest manifest = ManifestReader.Parse(Encoding.UTF8.GetBytes(text), path);
        File.WriteAllText(path, text.Replace(manifest.Files[0].Sha256, new string('0', 64), StringComparison.Ordinal));
        packages.Refused(PackagingErrors.FileChanged);
        File.Delete(path);
        packages.Refused(PackagingErrors.PartMissing);
    }

    [TestMethod]
    public void Where_the_store_cannot_be_written_the_project_has_one_of_its_own_and_a_warning()
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        File.WriteAllText(packages.In("store"), "a file");
        packages.Engine.Expected.Add(PackagingErrors.StoreReadOnly.Id);
        ResolveModelPackages task = packages.Task();
        Assert.IsTrue(task.Execute());
        Assert.StartsWith(packages.In("fallback"), task.Files.Single().ItemSpec);
        Assert.AreEqual(PackagingErrors.StoreReadOnly.Id, packages.Engine.Warnings.Single().Code);
    }

    [TestMethod]
    [DataRow("Link", "../m.bin")]
    [DataRow("Link", "/m.bin")]
    [DataRow("Copy", "sometimes")]
    [DataRow("Verify", "maybe")]
    public void A_value_that_is_not_understood_is_an_error(string name, string value)
    {
        using Extracted packages = new();
        packages.Add("Acme.One");
        packages.References.Add(Reference("Acme.One", (name, value)));
        packages.Refused(BuildErrors.UnknownValue);
    }

    [TestMethod]
    public void An_item_that_is_packed_takes_what_it_does_not_say_from_the_project()
    {
        using Extracted packages = new();
        RecordingEngine engine = new();
        engine.Expected.Add(PackagingErrors.NoLicense.Id);
        PackModelItems task = new()
        {
            BuildEngine = engine,
            Packages = [new TaskItem("m.bin")],
            ProjectDirectory = packages.Root,
            OutputDirectory = packages.In("out"),
            Defaults = [Default("PackageId", "Acme.Own"), Default("PackageVersion", "2.0.0"), Default("Authors", "Acme")],
        };
        Assert.IsTrue(task.Execute(), engine.Errors.FirstOrDefault()?.Message);
        Assert.IsTrue(File.Exists(packages.In("out", "Acme.Own.2.0.0.nupkg")));
        task.OwnPackageId = "acme.own";
        Assert.IsFalse(task.Execute());
        Assert.AreEqual(PackagingErrors.OwnPackage.Id, engine.Errors.Single().Code);

        static TaskItem Default(string name, string value) => Reference(name, ("Value", value));
    }

    private static TaskItem Reference(string id, params (string Name, string Value)[] metadata)
    {
        TaskItem item = new(id);
        foreach ((string name, string value) in metadata)
        {
            item.SetMetadata(name, value);
        }

        return item;
    }

    /// <summary>Packages of one opaque model, extracted.</summary>
    private sealed class Extracted : IDisposable
    {
        public Extracted()
        {
            Root = Directory.CreateTempSubdirectory("modelpack-tasks-").FullName;
            Model = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 31 % 251))];
            File.WriteAllBytes(In("m.bin"), Model);
        }

        public string Root { get; }

        public byte[] Model { get; }

        public RecordingEngine Engine { get; } = new();

        public List<TaskItem> Manifests { get; } = [];

        public List<TaskItem> Parts { get; } = [];

        public List<TaskItem> References { get; } = [];

        public string In(params string[] parts) => Path.Combine([Root, .. parts]);

        public void Add(string id)
        {
            PackReport report = ModelPacker.Pack(In("m.bin"), new()
            {
                Id = id, Version = "1.0.0", Output = In("feed"), Authors = "Acme", License = "MIT", MaxPackageSize = 2000,
                BuildVersion = "0.1.0",
            });
            foreach (MadePackage package in report.Packages)
            {
                string folder = In("packages", package.Id);
                System.IO.Compression.ZipFile.ExtractToDirectory(package.Path, folder);
                (package.Id == id ? Manifests : Parts).Add(package.Id == id
                    ? Reference(Path.Combine(folder, "modelpack", "manifest.json"), ("Model", id), ("PackageVersion", "1.0.0"))
                    : Reference(
                        Directory.GetFiles(Path.Combine(folder, "modelpack")).Single(), ("Package", package.Id),
                        ("PackageVersion", "1.0.0")));
            }
        }

        /// <summary>The meta package again, under another id of its package.</summary>
        public void Copy(string id, string other)
        {
            Directory.CreateDirectory(In("packages", other, "modelpack"));
            string manifest = In("packages", other, "modelpack", "manifest.json");
            File.Copy(In("packages", id, "modelpack", "manifest.json"), manifest);
            Manifests.Add(Reference(manifest, ("Model", id), ("PackageVersion", "1.0.0")));
        }

        public ResolveModelPackages Task() => new()
        {
            BuildEngine = Engine,
            Manifests = [.. Manifests],
            Parts = [.. Parts],
            References = [.. References],
            Store = In("store"),
            Fallback = In("fallback"),
        };

        public Microsoft.Build.Framework.BuildErrorEventArgs Refused(ErrorCode code)
        {
            Engine.Errors.Clear();
            Assert.IsFalse(Task().Execute());
            Assert.AreEqual(code.Id, Engine.Errors.Single().Code, Engine.Errors.Single().Message);
            return Engine.Errors.Single();
        }

        public void Dispose() => Directory.Delete(Root, recursive: true);
    }
}
