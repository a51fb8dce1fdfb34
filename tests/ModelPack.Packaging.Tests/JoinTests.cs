using System.IO.Compression;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Manifests;
using ModelPack.Packaging.Reading;
using ModelPack.Tool.Tests;

namespace ModelPack.Packaging.Tests;

[TestClass]
public sealed class JoinTests
{
    [TestMethod]
    public void A_model_is_joined_once_and_has_the_bytes_that_were_packed()
    {
        using PackFolder folder = new();
        folder.Pack();
        string joined = folder.Join();
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.ModelPath), File.ReadAllBytes(Path.Combine(joined, PackFolder.Model)));
        Assert.HasCount(1, folder.Said);
        Assert.AreEqual(joined, folder.Join());
        Assert.HasCount(1, folder.Said);
        Assert.IsEmpty(folder.Warned);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.In("store"), "*.tmp-*"));
    }

    [TestMethod]
    public void A_flipped_bit_is_an_error_that_names_package_entry_and_byte()
    {
        using PackFolder folder = new();
        folder.Pack();
        Extract(folder, 2, bytes => bytes[10] ^= 1);
        ModelPackException error = Refused(folder, PackagingErrors.PartChanged);
        PackageManifest manifest = NupkgFile.ReadManifest(folder.Meta());
        Assert.AreEqual(manifest.Parts.Single(part => part.Package.EndsWith("0002")).Offset, error.ByteOffset);
        Assert.Contains($"package {PackFolder.Id}.Part0002 1.0.0, entry modelpack/0002.part", error.Message);
        Assert.Contains("delete '", error.Message);
        Assert.Contains("dotnet restore", error.Message);
        Assert.IsFalse(Directory.Exists(folder.Store.FolderOf(manifest.Digest)));
    }

    [TestMethod]
    public void A_part_that_is_cut_off_or_too_long_is_an_error_with_its_byte()
    {
        using PackFolder folder = new();
        folder.Pack();
        long offset = NupkgFile.ReadManifest(folder.Meta()).Parts.Single(part => part.Package.EndsWith("0002")).Offset;
        Extract(folder, 2, bytes => bytes, length: 100);
        Assert.AreEqual(offset + 100, Refused(folder, PackagingErrors.PartLength).ByteOffset);
        Extract(folder, 2, bytes => bytes, length: 200_000);
        Refused(folder, PackagingErrors.PartLength);
    }

    [TestMethod]
    public void A_part_that_is_a_link_has_the_length_of_what_it_leads_to()
    {
        using PackFolder folder = new();
        folder.Pack();
        Extract(folder, 2, bytes => bytes);
        string part = folder.In("packages", $"{PackFolder.Id}.Part0002".ToLowerInvariant(), "1.0.0", "modelpack", "0002.part");
        File.Move(part, folder.In("elsewhere"));
        File.CreateSymbolicLink(part, folder.In("elsewhere"));
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.ModelPath), File.ReadAllBytes(Path.Combine(folder.Join(), PackFolder.Model)));
    }

    [TestMethod]
    public void A_part_that_shrinks_after_it_was_looked_at_is_an_error()
    {
        using PackFolder folder = new();
        folder.Pack();
        PackageManifest manifest = NupkgFile.ReadManifest(folder.Meta());
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => folder.Store.Get(
            manifest, part => new("part", "folder", part.Length, () => new MemoryStream(new byte[part.Length / 2])), StoreCheck.Strict,
            new(folder.Said.Add, folder.Warned.Add), CancellationToken.None));
        Assert.AreEqual(PackagingErrors.PartLength, error.Code);
    }

    [TestMethod]
    public void Two_parts_that_are_swapped_are_recognised()
    {
        using PackFolder folder = new();
        folder.Pack();
        PackageManifest manifest = NupkgFile.ReadManifest(folder.Meta());
        ManifestPart[] equal = [.. manifest.Parts.GroupBy(part => part.Length).First(group => group.Count() > 1).Take(2)];
        using PackageSet set = new(folder.Meta(), folder.In("packages"));
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => folder.Store.Get(
            manifest, part => set.Find(part == equal[0] ? equal[1] : part == equal[1] ? equal[0] : part), StoreCheck.Strict,
            new(folder.Said.Add, folder.Warned.Add), CancellationToken.None));
        Assert.AreEqual(PackagingErrors.PartChanged, error.Code);
        Assert.Contains($"it holds the bytes of {equal[1].Package}", error.Message);
        Assert.Contains($"delete '{set.Find(equal[1])!.Package}' and '{set.Find(equal[0])!.Package}'", error.Message);
    }

    [TestMethod]
    public void A_part_that_is_missing_is_an_error_before_anything_is_copied()
    {
        using PackFolder folder = new();
        folder.Pack();
        File.Delete(folder.Part(3));
        ModelPackException error = Refused(folder, PackagingErrors.PartMissing);
        Assert.Contains($"{PackFolder.Id}.Part0003 1.0.0", error.Message);
        Assert.IsEmpty(Directory.GetDirectories(folder.In("store")));
    }

    [TestMethod]
    public void A_manifest_with_another_hash_of_the_file_is_an_error_though_all_parts_are_right()
    {
        using PackFolder folder = new();
        folder.Pack();
        using PackageSet set = new(folder.Meta(), folder.In("packages"));
        PackageManifest edited = set.Manifest with { Files = [set.Manifest.Files[0] with { Sha256 = new string('0', 64) }] };
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => folder.Store.Get(
            edited, set.Find, StoreCheck.Strict, new(folder.Said.Add, folder.Warned.Add), CancellationToken.None));
        Assert.AreEqual(PackagingErrors.FileChanged, error.Code);
        Assert.IsFalse(Directory.Exists(folder.Store.FolderOf(edited.Digest)));
    }

    [TestMethod]
    public void A_model_that_was_changed_in_the_store_is_joined_again_with_a_warning()
    {
        using PackFolder folder = new();
        folder.Pack();
        string path = Path.Combine(folder.Join(), PackFolder.Model);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[1000] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.AreEqual(Path.GetDirectoryName(path), folder.Join(check: StoreCheck.Structural));
        Assert.IsEmpty(folder.Warned);
        folder.Join();
        Assert.AreEqual(PackagingErrors.StoreChanged, folder.Warned.Single().Code);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.ModelPath), File.ReadAllBytes(path));
        File.WriteAllBytes(path, bytes[..100]);
        folder.Join(check: StoreCheck.Structural);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.ModelPath), File.ReadAllBytes(path));
    }

    [TestMethod]
    [DataRow(nameof(StoreCheck.Strict))]
    [DataRow(nameof(StoreCheck.Structural))]
    public void A_link_in_the_store_is_no_file_of_a_model(string check)
    {
        using PackFolder folder = new();
        folder.Pack();
        string path = Path.Combine(folder.Join(), PackFolder.Model);
        File.Move(path, folder.In("elsewhere.gguf"));
        File.CreateSymbolicLink(path, folder.In("elsewhere.gguf"));
        folder.Join(check: Enum.Parse<StoreCheck>(check));
        Assert.IsNull(new FileInfo(path).LinkTarget);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.ModelPath), File.ReadAllBytes(path));
    }

    [TestMethod]
    public void A_model_that_was_only_touched_is_hashed_and_not_joined_again()
    {
        using PackFolder folder = new();
        folder.Pack();
        string path = Path.Combine(folder.Join(), PackFolder.Model);
        File.SetLastWriteTimeUtc(path, new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        folder.Join();
        Assert.HasCount(1, folder.Said);
        Assert.IsEmpty(folder.Warned);
        Assert.AreEqual(2001, File.GetLastWriteTimeUtc(path).Year);
    }

    [TestMethod]
    public void What_a_killed_process_left_is_removed_and_never_used()
    {
        using PackFolder folder = new();
        folder.Pack();
        string digest = NupkgFile.ReadManifest(folder.Meta()).Digest;
        Directory.CreateDirectory(folder.In("store", $"{digest}.tmp-12345678"));
        File.WriteAllBytes(folder.In("store", $"{digest}.tmp-12345678", PackFolder.Model), new byte[100]);

        // Killed between the renaming and the stamp: the folder is there, and nothing says that it was verified.
        Directory.CreateDirectory(folder.In("store", digest));
        File.WriteAllBytes(folder.In("store", digest, PackFolder.Model), new byte[new FileInfo(folder.ModelPath).Length]);
        string joined = folder.Join();
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.ModelPath), File.ReadAllBytes(Path.Combine(joined, PackFolder.Model)));
        Assert.IsEmpty(Directory.GetDirectories(folder.In("store"), "*.tmp-*"));
    }

    [TestMethod]
    public void Two_builds_that_join_at_once_join_once()
    {
        using PackFolder folder = new();
        folder.Pack();
        int joins = 0;
        Parallel.For(0, 4, new() { MaxDegreeOfParallelism = 4 }, _ =>
        {
            using PackageSet set = new(folder.Meta(), folder.In("packages"));
            folder.Store.Get(
                set.Manifest, set.Find, StoreCheck.Strict,
                new(text => _ = text.StartsWith("Joining") ? Interlocked.Increment(ref joins) : 0, warning => Assert.Fail(warning.Message)),
                CancellationToken.None);
        });
        Assert.AreEqual(1, joins);
    }

    [TestMethod]
    public void A_store_that_cannot_be_made_is_told_apart_from_one_that_fails()
    {
        using PackFolder folder = new();
        folder.Pack();
        File.WriteAllText(folder.In("store"), "a file");
        Assert.ThrowsExactly<UnauthorizedAccessException>(() => folder.Join());
    }

    [TestMethod]
    public void A_full_disk_is_an_error_and_a_read_only_one_is_no_place_for_a_store()
    {
        using PackFolder folder = new();
        folder.Pack();
        using PackageSet set = new(folder.Meta(), folder.In("packages"));
        using (SmallDisk full = new("400k"))
        {
            ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => Get(full.Path));
            Assert.AreEqual(PackagingErrors.StoreFailed, error.Code);
            Assert.Contains($"{new FileInfo(folder.ModelPath).Length} bytes", error.Message);
            Assert.IsEmpty(Directory.GetDirectories(full.Path));
        }

        using SmallDisk readOnly = new("10m", "ro");
        Assert.ThrowsExactly<UnauthorizedAccessException>(() => Get(readOnly.Path));

        void Get(string root) => new ModelStore(root).Get(
            set.Manifest, set.Find, StoreCheck.Strict, new(folder.Said.Add, folder.Warned.Add), CancellationToken.None);
    }

    [TestMethod]
    public void A_cancelled_join_leaves_nothing()
    {
        using PackFolder folder = new();
        folder.Pack();
        using PackageSet set = new(folder.Meta(), folder.In("packages"));
        using CancellationTokenSource stop = new();
        Assert.ThrowsExactly<OperationCanceledException>(() => folder.Store.Get(
            set.Manifest,
            part =>
            {
                stop.Cancel();
                return set.Find(part);
            },
            StoreCheck.Strict, new(folder.Said.Add, folder.Warned.Add), stop.Token));
        Assert.IsEmpty(Directory.GetDirectories(folder.In("store")));
    }

    [TestMethod]
    public void The_store_lists_verifies_and_clears_its_models_and_nothing_else()
    {
        using PackFolder folder = new();
        folder.Pack();
        string path = Path.Combine(folder.Join(), PackFolder.Model);
        File.WriteAllText(folder.In("store", "mine.txt"), "mine");
        (string digest, PackageManifest manifest) = folder.Store.List().Single();
        Assert.AreEqual(PackFolder.Id, manifest.Id);
        Assert.AreEqual(digest, manifest.Digest);
        Assert.IsNull(folder.Store.FirstDifference(manifest, CancellationToken.None));
        File.AppendAllText(path, "x");
        Assert.Contains(PackFolder.Model, folder.Store.FirstDifference(manifest, CancellationToken.None)!);
        Assert.AreEqual(1, folder.Store.Clear());
        CollectionAssert.AreEqual(
            new[] { "mine.txt" }, Directory.GetFileSystemEntries(folder.In("store")).Select(Path.GetFileName).ToArray());
        Assert.IsEmpty(folder.Store.List());
    }

    // What NuGet's packages folder would hold instead of the package in the feed.
    private static void Extract(PackFolder folder, int part, Func<byte[], object> change, int? length = null)
    {
        string id = $"{PackFolder.Id}.Part{part:0000}";
        string target = folder.In("packages", id.ToLowerInvariant(), "1.0.0", "modelpack", $"{part:0000}.part");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (File.Exists(folder.Part(part)))
        {
            using ZipArchive archive = ZipFile.OpenRead(folder.Part(part));
            archive.GetEntry($"modelpack/{part:0000}.part")!.ExtractToFile(target);
        }

        File.Delete(folder.Part(part));
        byte[] bytes = File.ReadAllBytes(target);
        change(bytes);
        Array.Resize(ref bytes, length ?? bytes.Length);
        File.WriteAllBytes(target, bytes);
    }

    private static ModelPackException Refused(PackFolder folder, ErrorCode code)
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => folder.Join());
        Assert.AreEqual(code, error.Code, error.Message);
        return error;
    }
}
