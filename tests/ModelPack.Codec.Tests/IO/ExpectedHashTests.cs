using ModelPack.Codec.Tests.Conversion;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.IO;

[TestClass]
public sealed class ExpectedHashTests
{
    [TestMethod]
    [DataRow("sha256:", 64, true)]
    [DataRow("SHA256:", 64, true)]
    [DataRow("xxh128:", 32, false)]
    [DataRow("", 32, false)]
    public void Hash_of_each_kind_is_read(string prefix, int digits, bool isSha256)
    {
        Assert.IsTrue(ExpectedHash.TryParse($" {prefix}{new string('A', digits)} ", out ExpectedHash? hash));
        Assert.AreEqual(isSha256, hash.IsSha256);
        Assert.AreEqual((isSha256 ? "sha256:" : "") + new string('a', digits), hash.ToString());
        foreach (string wrong in new[] { $"{prefix}{new string('a', digits - 1)}", $"{prefix}{new string('a', digits + 1)}",
            $"{prefix}{new string('g', digits)}", $"md5:{new string('a', 32)}", new string('a', 64) })
        {
            Assert.IsFalse(ExpectedHash.TryParse(wrong, out _), wrong);
        }
    }

    [TestMethod]
    public void SHA256_tells_two_files_of_one_XXH128_apart()
    {
        (string first, string second) = (Case("a.gguf"), Case("b.gguf"));
        Assert.IsTrue(ExpectedHash.TryParse(FileHash.Xxh128(first), out ExpectedHash? weak));
        Assert.IsTrue(ExpectedHash.TryParse("sha256:" + FileHash.Sha256(first), out ExpectedHash? strong));
        Assert.AreEqual(weak, weak.Of(second));
        Assert.AreEqual(strong, strong.Of(first));
        Assert.AreNotEqual(strong, strong.Of(second));
    }

    [TestMethod]
    public void Seed_tells_them_apart_too()
    {
        long seed = 0x1234_5678_9ABC_DEF0;
        Assert.AreEqual(FileHash.Xxh128(Case("a.gguf")), FileHash.Xxh128(Case("b.gguf")));
        Assert.AreNotEqual(FileHash.SeededXxh128(Case("a.gguf"), seed), FileHash.SeededXxh128(Case("b.gguf"), seed));
        Assert.AreEqual(FileHash.Xxh128(Case("a.gguf")), FileHash.SeededXxh128(Case("a.gguf"), 0));
    }

    [TestMethod]
    public void SHA256_of_a_folder_knows_where_one_file_ends_and_the_next_begins()
    {
        using TempFolder folder = new();
        foreach ((string name, string config, string text) in new[] { ("one", "{}", " x"), ("two", "{} ", "x") })
        {
            Directory.CreateDirectory(folder.At(name));
            File.WriteAllBytes(Path.Combine(folder.At(name), "model.safetensors"), SmallModels.SafeTensors());
            File.WriteAllText(Path.Combine(folder.At(name), "config.json"), config);
            File.WriteAllText(Path.Combine(folder.At(name), "notes.txt"), text);
        }

        Assert.AreEqual(ModelFiles.HashOf(folder.At("one")), ModelFiles.HashOf(folder.At("two")));
        Assert.IsTrue(ExpectedHash.TryParse("sha256:" + new string('0', 64), out ExpectedHash? kind));
        Assert.AreNotEqual(kind.Of(folder.At("one")), kind.Of(folder.At("two")));

        // sha256sum config.json model.safetensors notes.txt | sha256sum
        string lines = string.Concat(
            new[] { "config.json", "model.safetensors", "notes.txt" }.Select(
                name => $"{FileHash.Sha256(Path.Combine(folder.At("one"), name))}  {name}\n"));
        Assert.AreEqual(
            "sha256:" + FileHash.Sha256(folder.Write("sums", System.Text.Encoding.UTF8.GetBytes(lines))), kind.Of(folder.At("one"))
                .ToString());
    }

    private static string Case(string name) => RepositoryData.Path("cases", "hostile", "collision", name);
}
