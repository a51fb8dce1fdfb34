using System.IO.Compression;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Packing;
using ModelPack.Packaging.Reading;

namespace ModelPack.Packaging.Tests;

/// <summary>A store in which others write: what is damaged or foreign is found, and nothing outside of it is touched.</summary>
[TestClass]
public sealed class StoreTests
{
    [TestMethod]
    public void Two_never_hold_one_lock_though_its_file_is_deleted_again_and_again()
    {
        using PackFolder folder = new();
        string path = folder.In("model.lock");
        int holders = 0;
        int most = 0;
        Parallel.For(0, 4, new() { MaxDegreeOfParallelism = 4 }, _ =>
        {
            for (int turn = 0; turn < 150; turn++)
            {
                StoreLock held = StoreLock.Take(path, () => { }, CancellationToken.None);
                most = Math.Max(most, Interlocked.Increment(ref holders));
                Thread.Yield();
                Interlocked.Decrement(ref holders);
                held.Delete();
            }
        });
        Assert.AreEqual(1, most);
        Assert.IsFalse(File.Exists(path));
    }

    [TestMethod]
    public void Clear_waits_for_a_build_that_joins_and_can_be_stopped()
    {
        using PackFolder folder = new();
        folder.Pack();
        folder.Join();
        string digest = folder.Store.List().Single().Digest;
        using StoreLock held = StoreLock.Take(folder.In("store", digest + ".lock"), () => { }, CancellationToken.None);
        using CancellationTokenSource stop = new();
        List<string> waited = [];
        Assert.ThrowsExactly<OperationCanceledException>(() => folder.Store.Clear(
            name =>
            {
                waited.Add(name);
                stop.Cancel();
            },
            stop.Token));
        CollectionAssert.AreEqual(new[] { digest }, waited);
        Assert.HasCount(1, folder.Store.List().ToArray());
    }

    [TestMethod]
    public void A_model_that_cannot_be_deleted_is_an_error_and_keeps_no_other()
    {
        using PackFolder folder = new();
        folder.Pack();
        folder.Join();
        string digest = folder.Store.List().Single().Digest;
        string stubborn = new('a', 64);
        Directory.CreateDirectory(folder.In("store", stubborn));
        Directory.CreateDirectory(folder.In("store", stubborn + ".lock"));
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => folder.Store.Clear());
        Assert.AreEqual(PackagingErrors.StoreInUse, error.Code);
        Assert.Contains($"1 deleted, and 1 not; of '{folder.In("store", stubborn)}'", error.Message);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.In("store"), digest + "*"));
        Directory.Delete(folder.In("store", stubborn + ".lock"));
        Assert.AreEqual(1, folder.Store.Clear());
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.In("store")));
    }

    [TestMethod]
    public void What_has_the_name_of_a_model_and_is_none_is_replaced_and_what_it_leads_to_is_not_touched()
    {
        using PackFolder folder = new();
        folder.Pack();
        string digest = NupkgFile.ReadManifest(folder.Meta()).Digest;
        string outside = folder.In("outside");
        Directory.CreateDirectory(folder.In("store"));
        Directory.CreateDirectory(outside);
        File.WriteAllText(folder.In("outside", "mine.txt"), "mine");
        foreach (Action plant in new Action[]
        {
            () => File.WriteAllText(folder.In("store", digest), "a file"),
            () => File.CreateSymbolicLink(folder.In("store", digest), folder.In("nowhere")),
            () => Directory.CreateSymbolicLink(folder.In("store", digest), outside),
        })
        {
            plant();
            folder.Join();
            Assert.IsNull(new DirectoryInfo(folder.In("store", digest)).LinkTarget);
            CollectionAssert.AreEqual(File.ReadAllBytes(folder.ModelPath), File.ReadAllBytes(folder.In("store", digest, PackFolder.Model)));
            folder.Store.Clear();
            plant();
            folder.Store.Clear();
            Assert.IsEmpty(Directory.GetFileSystemEntries(folder.In("store")));
        }

        Assert.AreEqual("mine", File.ReadAllText(folder.In("outside", "mine.txt")));
    }

    [TestMethod]
    [DataRow(".json")]
    [DataRow(".stamp")]
    public void A_link_in_the_place_of_a_stamp_or_a_manifest_is_replaced_not_written_through(string ending)
    {
        using PackFolder folder = new();
        folder.Pack();
        string path = folder.In("store", NupkgFile.ReadManifest(folder.Meta()).Digest + ending);
        Directory.CreateDirectory(folder.In("store"));
        File.WriteAllText(folder.In("mine.txt"), "mine");
        File.CreateSymbolicLink(path, folder.In("mine.txt"));
        folder.Join();
        Assert.AreEqual("mine", File.ReadAllText(folder.In("mine.txt")));
        Assert.IsNull(new FileInfo(path).LinkTarget);
    }

    [TestMethod]
    public void A_file_that_was_added_to_a_model_is_none_of_it()
    {
        using PackFolder folder = new();
        folder.Pack();
        string joined = folder.Join();
        File.WriteAllText(Path.Combine(joined, ".DS_Store"), "hidden");
        folder.Join();
        Assert.IsEmpty(folder.Warned);
        File.WriteAllText(Path.Combine(joined, "tokenizer.json"), "{}");
        Assert.AreEqual(
            "'tokenizer.json' is no file of the model",
            folder.Store.FirstDifference(folder.Store.List().Single().Manifest, CancellationToken.None));
        folder.Join(check: StoreCheck.Structural);
        Assert.Contains("'tokenizer.json' is no file of the model", folder.Warned.Single().Message);
        Assert.IsFalse(File.Exists(Path.Combine(joined, "tokenizer.json")));
    }

    [TestMethod]
    public void A_folder_of_which_nobody_can_say_what_it_holds_hides_no_model()
    {
        using PackFolder folder = new();
        folder.Pack();
        folder.Join();
        string digest = folder.Store.List().Single().Digest;
        (string Digest, string Manifest, string Fault)[] bad =
        [
            (new('0', 64), "{", "not JSON"), (new('1', 64), File.ReadAllText(folder.In("store", digest + ".json")), "of another model"),
            (new('f', 64), "", "Could not find file"),
        ];
        foreach ((string name, string manifest, _) in bad)
        {
            Directory.CreateDirectory(folder.In("store", name));
            if (manifest.Length > 0)
            {
                File.WriteAllText(folder.In("store", name + ".json"), manifest);
            }
        }

        Assert.AreEqual(digest, folder.Store.List().Single().Digest);
        (string Digest, string Fault)[] damaged = [.. folder.Store.Damaged()];
        CollectionAssert.AreEqual(bad.Select(one => one.Digest).ToArray(), damaged.Select(one => one.Digest).ToArray());
        foreach (((_, _, string expected), (_, string fault)) in bad.Zip(damaged))
        {
            Assert.Contains(expected, fault);
        }
    }

    [TestMethod]
    public void A_file_that_a_killed_process_was_writing_is_removed()
    {
        using PackFolder folder = new();
        folder.Pack();
        string digest = NupkgFile.ReadManifest(folder.Meta()).Digest;
        Directory.CreateDirectory(folder.In("store"));
        File.WriteAllText(folder.In("store", digest + ".tmp-12345678"), "{ \"half");
        folder.Join();
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.In("store"), "*.tmp-*"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Parts_are_found_where_each_version_of_a_package_has_a_folder(bool isExtracted)
    {
        using PackFolder folder = new();
        foreach (MadePackage package in folder.Pack().Packages)
        {
            string name = $"{package.Id}.1.0.0.nupkg".ToLowerInvariant();
            string place = folder.In("tree", package.Id.ToLowerInvariant(), "1.0.0");
            Directory.CreateDirectory(place);
            if (isExtracted && package.Id != PackFolder.Id)
            {
                ZipFile.ExtractToDirectory(package.Path, place);
            }
            else
            {
                File.Move(package.Path, Path.Combine(place, name));
            }
        }

        Directory.Delete(folder.Feed, recursive: true);
        string joined = folder.Join(folder.In("tree", "acme.tiny", "1.0.0", "acme.tiny.1.0.0.nupkg"));
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.ModelPath), File.ReadAllBytes(Path.Combine(joined, PackFolder.Model)));
    }
}
