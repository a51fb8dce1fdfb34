using ModelPack.Codec.Tests.Conversion;
using ModelPack.IO;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Building;

/// <summary>A model that was opened and saved without an edit is the same files, byte for byte.</summary>
[TestClass]
public sealed class UneditedTests
{
    private static readonly string[] Corpus = [
        .. ConversionCorpus.Valid, .. ConversionCorpus.Odd, .. RepositoryData.Files("corpus/apr/real", "*.apr")];

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_model_that_was_not_edited_is_saved_byte_for_byte() => ConversionCorpus.ForEach(Corpus, 200, path =>
    {
        using TempFolder folder = new();
        using ModelFile? model = TryOpen(path);
        if (model is null)
        {
            return;
        }

        bool isFolder = model.AllMembers.Count(member => !member.IsSideFile) > 1;
        string target = folder.At("saved") + (isFolder ? Path.DirectorySeparatorChar : "");
        SaveReport report = new ModelBuilder(model).Save(target);
        Assert.IsTrue(report.IsUnchanged);
        Assert.IsEmpty(report.Notes);
        foreach (ModelSetMember member in model.AllMembers.Where(member => isFolder || !member.IsSideFile))
        {
            byte[] expected = model.Source.ReadBytes(member.Start, (int)member.Length);
            CollectionAssert.AreEqual(expected, File.ReadAllBytes(isFolder ? Path.Combine(target, member.Name) : target), member.Name);
        }
    });

    /// <summary>The edited layout is another way than copying: a key is added and removed again by a second edit, and every byte is as
    /// before.</summary>
    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_key_that_is_added_and_removed_again_leaves_no_trace() =>
    ConversionCorpus.ForEach([.. Corpus.Where(File.Exists)], 200, path =>
    {
        using TempFolder folder = new();
        using ModelFile? model = TryOpen(path);
        if (model is null || model.AllMembers.Count > 1 || model.OriginRecord is not null)
        {
            return;
        }

        new ModelBuilder(model).Set("zzz.test", "a text").Save(folder.At("there"));
        using ModelFile edited = ModelFiles.Open(new FileByteSource(folder.At("there")), model.Format);
        Assert.HasCount(model.Metadata.Count + 1, edited.Metadata);
        Assert.AreEqual("a text", edited.Metadata.Single(entry => entry.Key == "zzz.test").Value.Text);
        CollectionAssert.AreEqual(
            model.Tensors.Select(tensor => tensor.Name).ToArray(), edited.Tensors.Select(tensor => tensor.Name).ToArray());
        for (int i = 0; i < model.Tensors.Count; i++)
        {
            Assert.AreEqual(
                FileHash.Xxh128(model.OpenPayload(i), default), FileHash.Xxh128(edited.OpenPayload(i), default), model.Tensors[i].Name);
        }

        new ModelBuilder(edited).Unset("zzz.test").Save(folder.At("back"));
        // Padding follows from the length of what it pads; what somebody hid in it is kept as far as it goes, but moves.
        if (!model.Notes.Concat(model.PaddingNotes(default)).Any(note => note.Rule is "K-PAD" or "K-GAP"))
        {
            ByteAssert.AreEqual(File.ReadAllBytes(path), File.ReadAllBytes(folder.At("back")));
        }
    });

    private static ModelFile? TryOpen(string path)
    {
        try
        {
            return ModelFiles.Open(path);
        }
        catch (ModelPackException)
        {
            // Some real files are kept because they are refused.
            return null;
        }
    }
}
