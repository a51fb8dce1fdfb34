using ModelPack.Codec.Tests.Conversion;
using ModelPack.IO;
using ModelPack.Models;

namespace ModelPack.Codec.Tests;

[TestClass]
public sealed class OutsideLinkTests
{
    [TestMethod]
    public void A_link_out_of_the_folder_of_a_model_is_named_in_a_note_and_one_within_it_is_not()
    {
        using TempFolder folder = new();
        string model = Directory.CreateDirectory(folder.At("model")).FullName;
        folder.Write("model/model.safetensors", SmallModels.SafeTensors());
        folder.Write("model/a.json", "{}"u8);
        folder.Write("model-secret", "{}"u8);
        File.CreateSymbolicLink(folder.At("model/b.json"), "a.json");
        Assert.IsFalse(Notes(model).Any(note => note.Contains("link", StringComparison.Ordinal)));

        File.CreateSymbolicLink(folder.At("model/c.json"), "../model-secret");
        Assert.Contains("this file is a link out of the model's folder: 'c.json'", string.Join('\n', Notes(model)));
        Directory.CreateSymbolicLink(folder.At("alias"), "model");
        Assert.Contains("'c.json'", string.Join('\n', Notes(folder.At("alias"))));
        File.CreateSymbolicLink(folder.At("model/d.json"), folder.At("model-secret"));
        Assert.Contains("2 files are links out of the model's folder: 'c.json', 'd.json'", string.Join('\n', Notes(model)));
        Assert.Contains("'d.json'", string.Join('\n', ModelConverter.Convert(model, folder.At("out.gguf"), ModelFormat.Gguf, new()).Notes));
    }

    [TestMethod]
    public void A_cache_of_links_reads_like_the_files()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder.At("blobs"));
        string model = Directory.CreateDirectory(folder.At("snapshot")).FullName;
        folder.Write("blobs/1", SmallModels.SafeTensors());
        folder.Write("blobs/2", "{}"u8);
        File.CreateSymbolicLink(folder.At("snapshot/model.safetensors"), "../blobs/1");
        File.CreateSymbolicLink(folder.At("snapshot/config.json"), "../blobs/2");
        Assert.Contains("2 files are links", string.Join('\n', Notes(model)));
    }

    [TestMethod]
    public void The_text_that_a_link_leads_to_is_not_shown()
    {
        using TempFolder folder = new();
        string secret = folder.Write("token", "s3cret and more"u8);
        Directory.CreateDirectory(folder.At("models"));
        Directory.CreateDirectory(folder.At("run"));
        folder.Write("run/w.gguf", "s3cret and more"u8);
        File.CreateSymbolicLink(folder.At("models/m.gguf"), secret);
        Directory.CreateSymbolicLink(folder.At("models/sub"), folder.At("run"));
        foreach ((string path, string target) in new[] { ("models/m.gguf", "token"), ("models/sub/w.gguf", "run/w.gguf") })
        {
            ModelFormatException refused = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.At(path)));
            Assert.AreEqual(ForeignFileErrors.Text, refused.Code);
            Assert.DoesNotContain("s3cret", refused.Describe());
            Assert.Contains(RealPath.Of(folder.At(target)), refused.Detail);
        }

        Assert.Contains("'s3cret and more'", Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(secret)).Detail);
    }

    private static string[] Notes(string path)
    {
        using ModelFile model = ModelFiles.Open(path);
        return [.. model.Notes.Select(note => note.Text)];
    }
}
