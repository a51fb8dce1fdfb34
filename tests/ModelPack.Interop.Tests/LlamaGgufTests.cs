using ModelPack.Formats.Gguf;
using ModelPack.Interop.Tests.Native;
using ModelPack.Models;

namespace ModelPack.Interop.Tests;

/// <summary>llama.cpp's own GGUF reader on every GGUF file that conversions of the corpora write.</summary>
[TestClass]
public sealed class LlamaGgufTests
{
    private static readonly GgufLibrary Gguf = GgufLibrary.Load(Reference.LlamaFolder);

    private static string TinyExample => RepositoryData.Path("corpus", "gguf", "valid", "tiny-example.gguf");

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Every_written_file_is_read_with_the_same_keys_values_tensors_and_payloads()
    {
        List<string> failures = [];
        int accepted = 0;
        int tensors = 0;
        foreach (WrittenFile file in WrittenFiles.All)
        {
            GgufContents? theirs = Gguf.Read(file.Path);
            if (file.Accepted != theirs is not null)
            {
                failures.Add($"{file.Made}: {(theirs is null ? "refused" : "accepted")}");
            }
            else if (theirs is not null)
            {
                using GgufFile ours = file.Open();
                failures.AddRange(GgufExpectation.Differences(ours, theirs).Select(difference => $"{file.Made}: {difference}"));
                accepted++;
                tensors += theirs.Tensors.Count;
            }
        }

        TestContext.WriteLine($"{WrittenFiles.All.Count} files, {accepted} accepted with {tensors} tensors");
        Assert.IsEmpty(failures, string.Join('\n', failures));
        Assert.IsGreaterThan(200, accepted);
        Assert.IsLessThan(WrittenFiles.All.Count, accepted);
    }

    [TestMethod]
    public void A_cut_file_is_refused()
    {
        byte[] bytes = File.ReadAllBytes(TinyExample);
        string path = Path.Combine(WrittenFiles.Folder, "cut.gguf");
        foreach (int length in (int[])[3, 20, 100, 180, 200, 225])
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.IsNull(Gguf.Read(path), $"{length} bytes");
        }
    }

    [TestMethod]
    [DataRow(0x56, 3, "value of answer")]
    [DataRow(0x75, 3, "value of ids")]
    [DataRow(0x69, 1, "item type of ids")]
    [DataRow(0x2F, 3, "key")]
    [DataRow(0x81, 3, "tensor name")]
    [DataRow(0x86, 3, "dimensions of w")]
    [DataRow(0x8E, 26, "type of w")]
    [DataRow(0xC1, 3, "payload of w")]
    [DataRow(0xE0, 3, "payload of h")]
    public void A_changed_byte_is_noticed(int offset, int change, string difference)
    {
        byte[] bytes = File.ReadAllBytes(TinyExample);
        bytes[offset] ^= (byte)change;
        string path = Path.Combine(WrittenFiles.Folder, $"changed-{offset}.gguf");
        File.WriteAllBytes(path, bytes);
        GgufContents? theirs = Gguf.Read(path);
        Assert.IsNotNull(theirs, "the file must stay readable");
        using var original = (GgufFile)ModelFiles.Open(TinyExample);
        List<string> differences = GgufExpectation.Differences(original, theirs);
        Assert.Contains(line => line.StartsWith(difference + ":", StringComparison.Ordinal), differences, string.Join('\n', differences));
    }
}
