using System.Text;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Models;

namespace ModelPack.Codec.Tests;

/// <summary>What is no model is named, with what helps; what is one under another ending is read.</summary>
[TestClass]
public sealed class ForeignFileTests
{
    private const string Pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d\nsize "
            + "4976698672\n";

    public static IEnumerable<object[]> Beginnings =>
    [
        ["MP1310", Text(Pointer), "a file of 4976698672 bytes and the SHA-256 4d4d4d4d"],
        ["MP1310",
            Text("version https://git-lfs.github.com/spec/v1\r\next-0-a sha256:00\r\noid sha256:" + new string(
                'a', 64) + "\r\nsize 12\r\n"), "12 bytes and the SHA-256 aaaa"],
        ["MP1310", Text("\uFEFF" + Pointer), "a file of 4976698672 bytes and the SHA-256 4d4d4d4d"],
        ["MP1311", Text("<!DOCTYPE html><html>"), "page"],
        ["MP1311", Text("<!-- saved from url -->\n<html>"), "page"],
        ["MP1311", (byte[])[0xFF, 0xFE, .. Encoding.Unicode.GetBytes("<!DOCTYPE html>")], "page"],
        ["MP1311", (byte[])[0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("<!DOCTYPE html>")], "page"],
        ["MP1311", Text("Too Many Requests"), "refusal"],
        ["MP1311", Text("\uFEFF \r\n<HTML lang=\"en\">"), "page"],
        ["MP1311", Text("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"), "page"],
        ["MP1311", Text("Invalid username or password."), "refusal"],
        ["MP1311", Text("{\"error\":\"Repository not found\"}"), "error"],
        ["MP1312", Array.Empty<byte>(), "nothing"],
        ["MP1312", new byte[4096], "first 1024 bytes are zeros"],
        ["MP1312", Text("  \r\n\t"), "first 5 bytes are white space"],
        ["MP1313", Zip("archive/data.pkl"), "PyTorch"],
        ["MP1313", new byte[] { 0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19 }, "pickle"],
        ["MP1313", new byte[] { 0x80, 4, 0x95, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0x7D, 0x94 }, "pickle"],
        ["MP1313", Text("(dp0\nS'w'\np1\n"), "pickle"],
        ["MP1313", Text("ccollections\nOrderedDict\np0\n"), "pickle"],
        ["MP1314", new byte[] { 8, 7, 0x12, 7, (byte)'p', (byte)'y', (byte)'t', (byte)'o', (byte)'r', (byte)'c', (byte)'h' }, "ONNX"],
        ["MP1314", new byte[] { 8, 10, 0x3A, 0x80, 0x10, 0x0A, 4, 0x0A, 2, (byte)'x', (byte)'1' }, "ONNX"],
        ["MP1314", new byte[] { 8, 3, 0x28, 1, 0x42, 4, 0x0A, 0, 0x10, 7, 0xA2, 1, 0 }, "ONNX"],
        ["MP1315", Text("\u0093NUMPY\u0001\0v\0{'descr'"), ".npy"],
        ["MP1315", Zip("w.npy"), ".npz"],
        ["MP1316", Zip("qwen/model.gguf"), "zip"],
        ["MP1316", new byte[] { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3 }, "gzip"],
        ["MP1316", Tar(), "tar"],
        ["MP1316", Text("Rar!\u001a\a\u0001\0"), "RAR"],
        ["MP1317", Text("{\n  \"model_type\": \"qwen2\"\n}"), "JSON"],
        ["MP1317", Text("[1, 2]"), "JSON"],
        ["MP1318", Text("lmgg\0}\0\0"), "GGML"],
        ["MP1318", Text("fmgg\u0001\0\0\0"), "GGMF"],
        ["MP1318", Text("tjgg\u0003\0\0\0"), "GGJT"],
        ["MP1318", Text("algg\u0001\0\0\0"), "GGLA"],
        ["MP1318", new byte[] { 0x6C, 0x6D, 0x67, 0x67, 0x99, 0xCA, 0, 0 }, "whisper.cpp"],
        ["MP1319", new byte[] { 0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A }, "HDF5"],
        ["MP1319", Text("\u001c\0\0\0TFL3"), "TensorFlow Lite"],
        ["MP1323", Text("../../blobs/4d4d4d4d"), "the text '../../blobs/4d4d4d4d'"],
        ["MP1323", Encoding.UTF8.GetBytes("Zugriff verweigert für alle\r\nX"), "the text 'Zugriff verweigert für alle'"],
        ["MP1323", Encoding.UTF8.GetBytes(new string('a', 1023) + "ü"), "the text 'aaaa"],
    ];

    public static IEnumerable<object[]> Codes => ForeignFileErrors.All.Select(code => new object[] { code.Id });

    [TestMethod]
    [DynamicData(nameof(Beginnings))]
    public void A_foreign_file_is_named_whatever_it_is_called(string code, byte[] bytes, string says)
    {
        using TempFolder folder = new();
        foreach (string name in (string[])["m.gguf", "m.apr", "m.safetensors", "m.bin", "m"])
        {
            ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(
                () => ModelFiles.Open(folder.Write(name, bytes)).Dispose(), name);
            Assert.AreEqual(code, error.Code.Id, name);
            Assert.Contains(says, error.Detail);
            Assert.AreEqual(folder.At(name), error.FilePath);
            Assert.IsNull(error.ByteOffset, "it is the whole file that is something else");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Codes))]
    public void Each_code_has_a_beginning(string code) => Assert.IsTrue(Beginnings.Any(row => (string)row[0] == code));

    [TestMethod]
    [DataRow("lfs.gguf", "MP1310", "git lfs pull")]
    [DataRow("lfs.safetensors", "MP1310", "lfs: true")]
    [DataRow("old-llama.bin", "MP1318", "convert_hf_to_gguf.py")]
    [DataRow("page.safetensors", "MP1311", "login")]
    [DataRow("torch.safetensors", "MP1316", "PyTorch")]
    public void Reported_files_are_named_with_what_helps(string name, string code, string remedy)
    {
        string path = RepositoryData.Path("cases", "not-a-model", name);
        using TempFolder folder = new();
        ModelPackException error = Assert.ThrowsExactly<ModelFormatException>(
            () => ModelConverter.Convert(path, folder.At("out.apr"), ModelFormat.Apr, new()));
        Assert.AreEqual(code, error.Code.Id);
        Assert.Contains(remedy, error.Code.Remedy);
        Assert.AreEqual(code, Assert.ThrowsExactly<ModelFormatException>(() => ModelValidator.Validate(path)).Code.Id);
    }

    [TestMethod]
    [DataRow("tokenizer.json", Pointer, "MP1310")]
    [DataRow("chat_template.jinja", Pointer, "MP1310")]
    [DataRow("README.md", Pointer, "MP1310")]
    [DataRow("config.json", "<!doctype html>", "MP1311")]
    [DataRow("tokenizer.model", "Entry not found", "MP1311")]
    [DataRow("model.safetensors.index.json", Pointer, "MP1310")]
    public void A_companion_that_stands_for_something_else_is_named(string name, string text, string code)
    {
        using TempFolder folder = new();
        folder.Write("model.safetensors", SmallModels.SafeTensors());
        folder.Write(name, Text(text));
        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose());
        Assert.AreEqual(code, error.Code.Id);
        Assert.AreEqual(folder.At(name), error.FilePath);
    }

    // A companion comes back byte for byte, whatever it is: these have only the version of a graph, or a field that none has.
    [TestMethod]
    [DataRow(new byte[] { 8, 7, 0x12, 5, 0x80, 0xFF, 0xFE, 0x80, 0x41 })]
    [DataRow(new byte[] { 8, 7, 0x12, 8, 1, 2, 3, 4, 5, 6, 7, 8 })]
    [DataRow(new byte[] { 8, 7, 0x3A, 40, 0x0B, 2, 3, 4, 5, 6, 7, 8 })]
    [DataRow(new byte[] { 8, 7, 0x42, 8, 0x33, 2, 3, 4, 5, 6, 7, 8 })]
    [DataRow(new byte[] { 8, 7, 0x13, 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [DataRow(new byte[] { 8, 7, 0x28, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 })]
    [DataRow(new byte[] { 8, 64, 0x12, 1, 65 })]
    public void Bytes_that_only_begin_like_a_graph_are_none(byte[] bytes)
    {
        using TempFolder folder = new();
        folder.Write("model.safetensors", SmallModels.SafeTensors());
        folder.Write("added_tokens.json", bytes);
        using ModelFile file = ModelFiles.Open(folder.Root);
        Assert.HasCount(2, file.AllMembers.ToArray());
    }

    [TestMethod]
    public void Texts_for_people_may_begin_as_they_like()
    {
        using TempFolder folder = new();
        folder.Write("model.safetensors", SmallModels.SafeTensors());
        folder.Write("README.md", "<html>a page about it</html>"u8);
        folder.Write("__init__.py", []);
        folder.Write("generation_config.json", "{}"u8);
        using ModelFile file = ModelFiles.Open(folder.Root);
        Assert.HasCount(3, file.AllMembers.Where(member => member.Model is null).ToArray());
    }

    [TestMethod]
    public void A_shard_that_is_a_pointer_is_named_before_the_others_are_judged()
    {
        using TempFolder folder = new();
        folder.Write("a.safetensors", SmallModels.SafeTensors());
        folder.Write("b.safetensors", Text(Pointer));
        folder.Write("model.safetensors.index.json", """{"metadata":{},"weight_map":{"x":"a.safetensors","y":"b.safetensors"}}"""u8);
        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose());
        Assert.AreEqual(("MP1310", folder.At("b.safetensors")), (error.Code.Id, error.FilePath));
    }

    [TestMethod]
    [DataRow(ModelFormat.Gguf, "m.apr")]
    [DataRow(ModelFormat.Gguf, "m.safetensors")]
    [DataRow(ModelFormat.Apr, "m.gguf")]
    [DataRow(ModelFormat.Apr, "m.safetensors")]
    [DataRow(ModelFormat.SafeTensors, "m.apr")]
    [DataRow(ModelFormat.SafeTensors, "m.gguf")]
    public void A_model_under_another_ending_is_read_as_what_it_is_with_a_note(ModelFormat format, string name)
    {
        using TempFolder folder = new();
        string path = folder.At(name);
        File.Move(SmallModels.Write(folder, format), path);
        using (ModelFile file = ModelFiles.Open(path))
        {
            Assert.AreEqual(format, file.Format);
            Assert.Contains("K-ENDING", file.Notes.Select(note => note.Rule).ToArray());
        }

        Assert.Contains(
            note => note.Contains("the name ends in", StringComparison.Ordinal),
            ModelConverter.Convert(path, folder.At("out.bin"), ModelFormat.SafeTensors, ConversionCorpus.Allow).Notes);
        folder.Write("config.json", "{}"u8);
        using ModelFile inFolder = ModelFiles.Open(folder.Root);
        Assert.AreEqual(format, inFolder.Format);
    }

    [TestMethod]
    public void What_aprs_merge_writes_is_read_and_comes_back()
    {
        using TempFolder folder = new();
        string path = RepositoryData.Path("corpus", "apr", "real", "merge-writes-safetensors.apr");
        ValidationReport report = ModelValidator.Validate(path);
        Assert.Contains("K-ENDING", report.Notes.Select(note => note.Rule).ToArray());
        ModelConverter.Convert(path, folder.At("m.gguf"), ModelFormat.Gguf, new());
        ModelConverter.Convert(folder.At("m.gguf"), folder.At("back.safetensors"), ModelFormat.SafeTensors, new());
        Assert.AreEqual(TempFolder.Sha256(path), TempFolder.Sha256(folder.At("back.safetensors")));
    }

    private static byte[] Text(string text) =>
        text.Any(character => character is > '\u007f' and < '\u0100') ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetBytes(text);

    private static byte[] Zip(string entry) =>
        [.. "PK\x03\x04"u8, .. new byte[22], (byte)entry.Length, 0, 0, 0, .. Encoding.ASCII.GetBytes(entry), 0, 0, 0];

    private static byte[] Tar()
    {
        byte[] block = new byte[512];
        "model.gguf"u8.CopyTo(block);
        "ustar"u8.CopyTo(block.AsSpan(257));
        return block;
    }
}
