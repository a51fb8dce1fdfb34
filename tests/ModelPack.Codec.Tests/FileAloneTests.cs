using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification;
using ModelPack.Formats.Gguf;
using ModelPack.Models;

namespace ModelPack.Codec.Tests;

/// <summary>What a file that is read alone takes with it, and what it does not look at.</summary>
[TestClass]
public sealed class FileAloneTests
{
    private const string Index = """{"metadata":{"total_size":17},"weight_map":{"a":"part.safetensors","b":"part.safetensors"}}""";

    [TestMethod]
    public void Hashes_of_an_index_alone_are_those_of_its_shards_whatever_lies_beside_them()
    {
        using TempFolder folder = new();
        string index = folder.Write("model.safetensors.index.json", System.Text.Encoding.UTF8.GetBytes(Index));
        folder.Write("part.safetensors", SmallModels.SafeTensors());
        foreach (string kind in (string[])[new string('0', 32), "sha256:" + new string('0', 64)])
        {
            Assert.IsTrue(ExpectedHash.TryParse(kind, out ExpectedHash? any));
            ExpectedHash before = any.Of(index, PathScope.FileAlone);
            folder.Write("config.json", "{}"u8);
            Assert.AreEqual(before, any.Of(index, PathScope.FileAlone));
            Assert.AreNotEqual(before, any.Of(index));
            File.Delete(folder.At("config.json"));
        }
    }

    [TestMethod]
    public void A_conversion_of_the_file_alone_looks_at_nothing_else_of_a_broken_folder()
    {
        using TempFolder folder = new();
        string weights = folder.Write("model.safetensors", SmallModels.SafeTensors());
        folder.Write("model.safetensors.index.json", """{"metadata":{},"weight_map":{"a":"model-00001-of-00002.safetensors"}}"""u8);
        ConversionOptions alone = new() { Scope = PathScope.FileAlone };
        ModelConverter.Plan(weights, folder.At("m.gguf"), ModelFormat.Gguf, alone);
        Assert.AreEqual(ProofLevel.L3, ModelConverter.Convert(weights, folder.At("m.gguf"), ModelFormat.Gguf, alone).Level);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_link_to_the_first_part_of_a_split_is_read_alone_too()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder.At("d"));
        for (ushort number = 0; number < 2; number++)
        {
            folder.Write($"d/m-0000{number + 1}-of-00002.gguf", TestModels.GgufBytes(
                [TestTensor.F32($"t{number}", 1)],
                ("split.no", GgufValue.FromUInt16(number)),
                ("split.count", GgufValue.FromUInt16(2)),
                ("split.tensors.count", GgufValue.FromInt32(2))));
        }

        string first = folder.At("d/m-00001-of-00002.gguf");
        File.WriteAllBytes(ModelFiles.SideFilePath(first), SmallModels.SafeTensors());
        File.CreateSymbolicLink(folder.At("link.gguf"), first);
        string[] names = [.. ModelFiles.FilesOf(folder.At("link.gguf"), PathScope.FileAlone).Select(path => Path.GetFileName(path))];
        CollectionAssert.AreEqual(new[] { "m-00001-of-00002.gguf" }, names);
    }

    [TestMethod]
    public void The_configuration_is_named_first_and_a_long_list_is_cut()
    {
        using TempFolder folder = new();
        string weights = folder.Write("model.safetensors", SmallModels.SafeTensors());
        folder.Write("config.json", "{}"u8);
        folder.Write("chat_template.jinja", "text"u8);
        Assert.Contains("with 'config.json' and 'chat_template.jinja';", Text());
        folder.Write("added_tokens.json", "{}"u8);
        folder.Write("merges.txt", "text"u8);
        Assert.Contains("with 'config.json', 'added_tokens.json', 'chat_template.jinja' and 'merges.txt';", Text());
        folder.Write("vocab.json", "{}"u8);
        Assert.Contains("with 'config.json', 'added_tokens.json', 'chat_template.jinja' and 2 more companions;", Text());

        string Text()
        {
            using ModelFile file = ModelFiles.Open(weights);
            return file.Understood.Single().Text;
        }
    }

    [TestMethod]
    public void A_part_that_is_read_alone_says_so_by_its_name()
    {
        using TempFolder folder = new();
        string part = folder.Write("m-00001-of-00002.GGUF", SmallModels.Gguf());
        using (ModelFile alone = ModelFiles.Open(part, PathScope.FileAlone))
        {
            Note note = alone.Notes.Single(note => note.Rule == "K-COMPANIONS-UNREAD");
            Assert.AreEqual("'m-00001-of-00002.GGUF', one of the 2 parts of a model, was read alone: the others were not read", note.Text);
        }

        using ModelFile whole = ModelFiles.Open(folder.Write("m-00001-of-00001.gguf", SmallModels.Gguf()), PathScope.FileAlone);
        Assert.IsEmpty(whole.Understood);
    }

    [TestMethod]
    public void What_was_written_as_one_file_is_no_less_when_it_is_read_alone()
    {
        using TempFolder folder = new();
        ModelConverter.Convert(folder.Write("m.gguf", SmallModels.Gguf()), folder.At("model.safetensors"), ModelFormat.SafeTensors, new());
        folder.Write("config.json", "{}"u8);
        foreach (PathScope scope in Enum.GetValues<PathScope>())
        {
            using ModelFile file = ModelFiles.Open(folder.At("model.safetensors"), scope);
            Assert.AreEqual("K-COMPANIONS-UNREAD", file.Understood.Single().Rule);
            Assert.Contains("was written as one file", file.Understood.Single().Text);
        }

        using ModelFile gguf = ModelFiles.Open(folder.Write("other.safetensors", SmallModels.Gguf()), PathScope.FileAlone);
        Assert.IsEmpty(gguf.Understood, "a GGUF under another ending is whole");
    }

    [TestMethod]
    public void Nothing_beside_a_file_that_is_read_alone_is_validated()
    {
        using TempFolder folder = new();
        string weights = folder.Write("model.safetensors", SmallModels.SafeTensors());
        folder.Write("config.json", "["u8);
        Assert.IsNotEmpty(ModelValidator.Validate(weights).Findings);
        Assert.IsEmpty(ModelValidator.Validate(weights, PathScope.FileAlone).Findings);
    }

    [TestMethod]
    public void A_difference_of_equal_bytes_says_how_the_paths_were_understood_too()
    {
        string weights = RepositoryData.Path("cases", "file-of-a-folder", "model", "model.safetensors");
        Assert.Contains(
            "K-FOLDER",
            string.Concat(
                ModelDiff.ComparePaths(weights, Path.GetDirectoryName(weights)!, PathScope.Model, null, CancellationToken.None).Notes));
        Assert.Contains(
            "K-CONFIG-UNREAD",
            string.Concat(ModelDiff.ComparePaths(weights, weights, PathScope.FileAlone, null, CancellationToken.None).Notes));
    }
}
