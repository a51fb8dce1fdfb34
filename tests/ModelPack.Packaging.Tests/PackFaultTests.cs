using ModelPack.Packaging.Content;
using ModelPack.Packaging.Zip;

namespace ModelPack.Packaging.Tests;

/// <summary>What goes wrong while a package is written.</summary>
[TestClass]
public sealed class PackFaultTests
{
    [TestMethod]
    public void A_file_that_is_shorter_or_longer_than_when_it_was_looked_at_is_an_error_with_its_byte()
    {
        using PackFolder folder = new();
        long length = new FileInfo(folder.ModelPath).Length;
        using (FilePass pass = new(new(folder.ModelPath, "m.gguf", length + 10, []), CancellationToken.None))
        {
            ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => pass.Hash(new(0, length + 10)));
            Assert.AreEqual(PackagingErrors.SourceChanged, error.Code);
            Assert.AreEqual(length, error.ByteOffset);
        }

        using FilePass second = new(new(folder.ModelPath, "m.gguf", length, []), CancellationToken.None);
        second.Hash(new(0, length));
        File.AppendAllText(folder.ModelPath, "more");
        Assert.AreEqual(PackagingErrors.SourceChanged, Assert.ThrowsExactly<ModelPackException>(() => second.Finish()).Code);
    }

    [TestMethod]
    public void A_file_that_changes_between_its_hash_and_its_copy_is_an_error()
    {
        using PackFolder folder = new();
        long length = new FileInfo(folder.ModelPath).Length;
        using FilePass pass = new(new(folder.ModelPath, "m.gguf", length, []), CancellationToken.None);
        string sha256 = pass.Hash(new(0, length));
        Assert.AreEqual(sha256, pass.Copy(new(0, length), Stream.Null, sha256).Sha256);
        using (FileStream file = new(folder.ModelPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Write("XXXX"u8);
        }

        Assert.AreEqual(
            PackagingErrors.SourceChanged,
            Assert.ThrowsExactly<ModelPackException>(() => pass.Copy(new(0, length), Stream.Null, sha256)).Code);
    }

    [TestMethod]
    public void A_package_that_would_need_Zip64_is_an_error_before_it_is_written()
    {
        using PackFolder folder = new();
        using FileStream file = File.Create(folder.In("large.nupkg"));
        StoredZipWriter zip = new(file);
        zip.Add("first", "text"u8);
        long before = file.Length;
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => zip.Begin("modelpack/0001.part", 5_000_000_000));
        Assert.AreEqual(PackagingErrors.TooLarge, error.Code);
        Assert.AreEqual(before, file.Length);
        for (int i = 1; i < ushort.MaxValue - 1; i++)
        {
            zip.Add("e", []);
        }

        Assert.AreEqual(
            PackagingErrors.TooLarge, Assert.ThrowsExactly<ModelPackException>(() => zip.Add("one too many", [])).Code);
    }
}
