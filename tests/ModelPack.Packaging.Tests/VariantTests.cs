using System.Text;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Manifests;
using ModelPack.Packaging.Packing;
using ModelPack.Packaging.Reading;

namespace ModelPack.Packaging.Tests;

/// <summary>Several variants of a model in one package.</summary>
[TestClass]
public sealed class VariantTests
{
    private const string Large = "random-qwen2-small-Q8_0.gguf";

    [TestMethod]
    public void Each_variant_is_joined_as_it_would_be_in_a_package_of_its_own()
    {
        using PackFolder folder = new();
        PackReport report = Pack(folder);
        Assert.AreEqual(folder.Options().Id, report.Packages[^1].Id);
        string plain = folder.Pack("3.0.0").Digest;
        foreach ((string? variant, string file) in new[] { (null, PackFolder.Model), ("q8_0", Large), ("Q4_K_M", PackFolder.Model) })
        {
            using PackageSet set = new(folder.Meta(), folder.In("packages"), variant);
            string joined = folder.Store.Get(
                set.Manifest, set.Find, StoreCheck.Strict, new(folder.Said.Add, folder.Warned.Add), CancellationToken.None);
            CollectionAssert.AreEqual(
                new[] { file }, Directory.GetFiles(joined).Select(Path.GetFileName).ToArray(), "only the variant is joined");
            CollectionAssert.AreEqual(File.ReadAllBytes(folder.In(file)), File.ReadAllBytes(Path.Combine(joined, file)));
            Assert.AreEqual(file == PackFolder.Model, set.Manifest.Digest == plain, "the address is that of the bytes");
        }

        Assert.HasCount(2, folder.Said);
    }

    [TestMethod]
    public void Folders_with_files_of_the_same_names_are_variants()
    {
        using PackFolder folder = new();
        foreach (string name in new[] { "small", "large" })
        {
            Directory.CreateDirectory(folder.In(name));
            File.WriteAllText(folder.In(name, "config.txt"), name);
        }

        ModelPacker.Pack([new(folder.In("small"), "small"), new(folder.In("large"), "large")], folder.Options());
        using PackageSet set = new(folder.Meta(), folder.In("packages"), "large");
        string joined = folder.Store.Get(
            set.Manifest, set.Find, StoreCheck.Strict, new(folder.Said.Add, folder.Warned.Add), CancellationToken.None);
        Assert.AreEqual("large", File.ReadAllText(Path.Combine(joined, "config.txt")));
    }

    [TestMethod]
    public void A_variant_that_the_package_does_not_have_is_an_error_that_lists_them()
    {
        using PackFolder folder = new();
        Pack(folder);
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => new PackageSet(folder.Meta(), folder.In("packages"), "Q5_K_M").Dispose());
        Assert.AreEqual(PackagingErrors.UnknownVariant, error.Code);
        Assert.Contains("it has Q4_K_M, Q8_0", error.Message);
        folder.Pack("2.0.0");
        error = Assert.ThrowsExactly<ModelPackException>(
            () => new PackageSet(folder.Meta("2.0.0"), folder.In("packages"), "Q4_K_M").Dispose());
        Assert.AreEqual(PackagingErrors.UnknownVariant, error.Code);
    }

    [TestMethod]
    [DataRow(null, "Q8_0")]
    [DataRow("Q4_K_M", null)]
    [DataRow("Q8_0", "q8_0")]
    [DataRow("Q4 K M", "Q8_0")]
    [DataRow("../x", "Q8_0")]
    public void Models_without_a_name_of_their_own_are_no_variants(string? first, string? second)
    {
        using PackFolder folder = new();
        File.Copy(RepositoryData.Path("corpus", "gguf", "models", Large), folder.In(Large));
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => ModelPacker.Pack([new(folder.ModelPath, first), new(folder.In(Large), second)], folder.Options()));
        Assert.AreEqual(PackagingErrors.VariantNames, error.Code);
    }

    [TestMethod]
    public void A_variant_that_is_added_later_ships_its_own_parts_alone()
    {
        using PackFolder folder = new();
        ModelPacker.Pack([new(folder.ModelPath, "Q4_K_M")], folder.Options(limit: 400_000));
        PackReport second = Pack(folder, folder.Options("1.1.0") with { Previous = folder.Meta(), MaxPackageSize = null });
        long written = second.Packages.Where(package => package.Outcome == PackageOutcome.Written).Sum(package => package.Bytes);
        long reused = second.Packages.Where(package => package.Outcome == PackageOutcome.Reused).Sum(package => package.Bytes);
        Assert.IsGreaterThan(new FileInfo(folder.ModelPath).Length - 200_000, reused);
        Assert.AreEqual(new FileInfo(folder.ModelPath).Length + new FileInfo(folder.In(Large)).Length, written + reused);
    }

    [TestMethod]
    [DataRow("\"variant\": \"Q8_0\"", "\"variant\": \"q4_K_M\"")]
    [DataRow("\"variant\": \"Q8_0\"", "\"variant\": \"../x\"")]
    [DataRow("\"variant\": \"Q8_0\"", "\"variant\": 8")]
    [DataRow("      \"variant\": \"Q8_0\",\n", "")]
    public void A_manifest_with_variants_that_contradict_one_another_is_refused(string from, string to)
    {
        using PackFolder folder = new();
        Pack(folder);
        string text = Encoding.UTF8.GetString(ManifestWriter.Write(NupkgFile.ReadManifest(folder.Meta())));
        Assert.Contains(from, text);
        Assert.AreEqual(
            PackagingErrors.BadManifest,
            Assert.ThrowsExactly<ModelPackException>(
                () => ManifestReader.Parse(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)), "m.json")).Code);
    }

    private static PackReport Pack(PackFolder folder, PackOptions? options = null)
    {
        File.Copy(RepositoryData.Path("corpus", "gguf", "models", Large), folder.In(Large));
        return ModelPacker.Pack(
            [new(folder.ModelPath, "Q4_K_M"), new(folder.In(Large), "Q8_0")], options ?? folder.Options(limit: 400_000));
    }
}
