using System.IO.Hashing;
using System.Security.Cryptography;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Verification.Hashing;

namespace ModelPack.Codec.Tests.Verification;

[TestClass]
public sealed class GgufHashLinesTests
{
    [TestMethod]
    public void Lines_are_spelled_as_llama_gguf_hash_spells_them()
    {
        byte[] first = [0, 0, 0x80, 0x3F];
        byte[] second = [0, 0, 0, 0x40, 0, 0, 0x40, 0x40];
        using ModelFile file = TestModels.Gguf(TestTensor.F32("tensor_0", 1), TestTensor.F32("a", 2, 3));
        string[] expected =
        [
            $"xxh64     {Xxh64(first)}  test.gguf:tensor_0",
            $"sha256    {Sha256(first)}  test.gguf:tensor_0",
            $"xxh64     {Xxh64(second)}  test.gguf:a",
            $"sha256    {Sha256(second)}  test.gguf:a",
            $"xxh64     {Xxh64([.. first, .. second])}  test.gguf",
            $"sha256    {Sha256([.. first, .. second])}  test.gguf",
        ];
        CollectionAssert.AreEqual(expected, GgufHashLines.Compute(file, "test.gguf").ToArray());
    }

    /// <summary>
    /// The numbers were made without this library: each payload was cut out with dd at the place that the reference writer's description of
    /// the file states, and hashed with xxhsum -H64 (xxHash 0.8.1) and sha256sum (coreutils 9.1).
    /// </summary>
    [TestMethod]
    public void Hashes_are_those_of_xxhsum_and_sha256sum()
    {
        string[] expected = [.. File.ReadAllLines(Path.ChangeExtension(TestModels.Qwen, ".hashes.txt"))
            .Select(line => line.Split(' ', 3))
            .Select(fields => $"{fields[0],-10}{fields[1]}  {(fields.Length == 3 ? $"m.gguf:{fields[2]}" : "m.gguf")}")];
        using ModelFile file = ModelFiles.Open(TestModels.Qwen);
        Assert.HasCount(102, expected);
        CollectionAssert.AreEqual(expected, GgufHashLines.Compute(file, "m.gguf").ToArray());
    }

    [TestMethod]
    public void An_empty_payload_has_the_known_hash_of_nothing()
    {
        using ModelFile file = TestModels.SafeTensors(TestTensor.F32("w"));
        CollectionAssert.Contains(GgufHashLines.Compute(file, "f").ToArray(), "xxh64     ef46db3751d8e999  f:w");
        CollectionAssert.Contains(
            GgufHashLines.Compute(file, "f").ToArray(), "sha256    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  f");
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void A_conversion_gives_the_lines_of_its_source(ModelFormat format)
    {
        string folder = Directory.CreateTempSubdirectory("modelpack-lines-").FullName;
        try
        {
            string path = Path.Combine(folder, "m." + format.Extension());
            ModelConverter.Convert(TestModels.Qwen, path, format, new());
            using ModelFile source = ModelFiles.Open(TestModels.Qwen);
            using ModelFile converted = ModelFiles.Open(path);
            string[] lines = [.. GgufHashLines.Compute(source, "m")];
            Assert.HasCount((source.Tensors.Count + 1) * 2, lines);
            CollectionAssert.AreEqual(lines, GgufHashLines.Compute(converted, "m").ToArray());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Xxh64(byte[] bytes) => Convert.ToHexStringLower(XxHash64.Hash(bytes));

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
