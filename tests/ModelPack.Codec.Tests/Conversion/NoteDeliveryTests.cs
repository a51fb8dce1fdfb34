using ModelPack.Architectures.Families;
using ModelPack.Architectures;
using ModelPack.Architectures.Apr;
using ModelPack.Architectures.Rules;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Every note that a conversion makes arrives: in the preview, in the certificate, with its rank.</summary>
[TestClass]
public sealed class NoteDeliveryTests
{
    private static readonly string Model = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");

    private readonly TempFolder folder = new();

    public static IEnumerable<object[]> Ggufs => Rows(["corpus/gguf/models", "corpus/gguf/valid"], "*.gguf");

    public static IEnumerable<object[]> Aprs => Rows(["corpus/apr/valid"], "*.apr");

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Ggufs))]
    public void Notes_of_a_GGUF_s_derived_companions_arrive(string name, string path)
    {
        using GgufFile gguf = (GgufFile)ModelFiles.Open(path);
        if (Plan(path, folder.At("out/"), ModelFormat.SafeTensors) is not { } preview
            || !preview.Files.Any(file => file.Name == CompanionNames.Report))
        {
            return;
        }

        DerivedFolder derived = DerivedCompanions.Derive(
            [.. gguf.Metadata.Where(entry => !GgufMetadata.IsOfTheContainer(entry.Key))], gguf.Tensors, gguf.Source);
        AssertDelivered(name, derived.Ranked, preview);
    }

    [TestMethod]
    [DynamicData(nameof(Ggufs))]
    public void Notes_of_APR_metadata_that_a_GGUF_gives_arrive(string name, string path)
    {
        if (Plan(path, folder.At("out.apr"), ModelFormat.Apr) is not { } preview)
        {
            return;
        }

        // What APR cannot say is told by the writer itself: with the tensors and keys of the output it says the same again.
        using GgufFile gguf = (GgufFile)ModelFiles.Open(path);
        HashSet<string> known = [];
        AprTargetMetadata written = AprFromGguf.Write(new()
        {
            Architecture = gguf.Architecture,
            Entries = [.. gguf.Metadata.Where(entry => !GgufMetadata.IsOfTheContainer(entry.Key) && known.Add(entry.Key))],
            Tensors = [],
            Format = ModelFormat.Gguf,
            Rows = RowOrder.Gguf,
        });
        AssertDelivered(
            name, written.Notes.Where(note => note.Rule is MetadataNotes.Lost or MetadataNotes.Contradiction).Select(RankedNote.Of),
            preview);
    }

    [TestMethod]
    [DynamicData(nameof(Aprs))]
    public void Notes_of_an_APR_file_that_becomes_something_else_arrive(string name, string path)
    {
        using AprFile apr = (AprFile)ModelFiles.Open(path);
        if (apr.OriginRecord is null && Plan(path, folder.At("out.gguf"), ModelFormat.Gguf) is { } preview)
        {
            AssertDelivered(name, GgufFromApr.Read(apr).Notes.Select(RankedNote.Of), preview);
        }
    }

    [TestMethod]
    [DataRow("missing-weight/final-norm")]
    [DataRow("peft-folder/adapter")]
    public void Notes_of_a_folder_s_config_arrive(string name)
    {
        string path = RepositoryData.Path("cases", name);
        using ModelFile file = ModelFiles.Open(path);
        Companion[] companions = [
            .. Directory.GetFiles(path).Where(ModelLocation.IsCompanion)
                .Select(companion => new Companion(Path.GetFileName(companion), File.ReadAllBytes(companion)))];
        DerivedGguf derived = ConfigToGguf.Derive(new(path, companions, file.Tensors));
        Assert.IsNotEmpty(derived.Ranked.Concat(TokenizerNotes(companions)));
        AssertDelivered(name, derived.Ranked, Plan(path, folder.At("out.gguf"), ModelFormat.Gguf)!);
    }

    [TestMethod]
    public void Preview_and_certificate_have_the_same_notes_sorted_by_rank()
    {
        ModelConverter.Convert(
            Model, folder.At("whole/"), ModelFormat.SafeTensors, new() { Origin = OriginMode.None, Loss = LossPolicy.Allow });
        foreach ((string source, string target, ModelFormat format) in new[]
        {
            (Model, folder.At("a.apr"), ModelFormat.Apr),
            (Model, folder.At("a/"), ModelFormat.SafeTensors),
            (folder.At("whole/"), folder.At("b.gguf"), ModelFormat.Gguf),
            (folder.At("whole/"), folder.At("b.apr"), ModelFormat.Apr),
        })
        {
            ConversionPreview preview = ModelConverter.Plan(source, target, format, new());
            Certificate made = ModelConverter.Convert(source, target, format, new());
            Certificate read = CertificateJson.Read(ModelConverter.CertificatePath(target));
            CollectionAssert.AreEqual(preview.Notes.ToArray(), made.Notes.ToArray());
            CollectionAssert.AreEqual(preview.NoteRanks.ToArray(), made.NoteRanks.ToArray());
            CollectionAssert.AreEqual(made.Notes.ToArray(), read.Notes.ToArray());
            CollectionAssert.AreEqual(made.NoteRanks.ToArray(), read.NoteRanks.ToArray());
            Assert.AreEqual(made.Notes.Length, made.NoteRanks.Length);
            CollectionAssert.AreEqual(made.NoteRanks.Order().ToArray(), made.NoteRanks.ToArray());
        }
    }

    [TestMethod]
    public void What_is_restored_or_copied_says_so_without_effect()
    {
        ModelConverter.Convert(Model, folder.At("m.apr"), ModelFormat.Apr, ConversionCorpus.Allow);
        foreach ((string source, string target, string note) in new[]
        {
            (folder.At("m.apr"), folder.At("back.gguf"), $"restored '{Path.GetFileName(Model)}' from the origin record"),
            (Model, folder.At("copy.gguf"), "the source has this format already: the output is a copy"),
        })
        {
            ConversionPreview preview = ModelConverter.Plan(source, target, ModelFormat.Gguf, new());
            Assert.AreEqual(NoteRank.WithoutEffect, preview.NoteRanks[preview.Notes.IndexOf(note)]);
        }
    }

    [TestMethod]
    public void A_lost_field_has_the_rank_of_what_it_does()
    {
        Assert.AreEqual(NoteRank.WithoutEffect, NoteRanks.OfLostField("initializer_range"));
        Assert.AreEqual(NoteRank.WithoutEffect, NoteRanks.OfLostField("transformers_version"));
        Assert.AreEqual(NoteRank.ChangesResults, NoteRanks.OfLostField("is_causal"));
        Assert.AreEqual(NoteRank.MayBeMissed, NoteRanks.OfLostField("a_field_that_nobody_knows"));
        Assert.AreEqual(NoteRank.ChangesResults, new Note(MetadataNotes.Contradiction, "").Rank);
        foreach (string rule in (string[])["K-LEFT-OUT", "K-SINGLE-FILE", "K-PART", "K-SPLIT", "K-DUPKEY", "K-ENDING", "K-FOLDER",
            "K-COMPANIONS-UNREAD", "K-SIDE-FILE", "M-LOST", "M-MISSING"])
        {
            Assert.AreEqual(NoteRank.MayBeMissed, new Note(rule, "").Rank, rule);
        }

        Assert.AreEqual(NoteRank.ChangesResults, new Note("K-CONFIG-UNREAD", "").Rank);
        foreach (string rule in (string[])["K-KEY", "K-STR", "K-BOOL", "K-FLOAT", "K-SCALAR", "K-EMPTY", "K-TAIL"])
        {
            Assert.AreEqual(NoteRank.WithoutEffect, new Note(rule, "").Rank, rule);
        }

        Assert.AreEqual(NoteRank.WithoutEffect, new Note("K-PAD", "").Rank);
    }

    private static IEnumerable<RankedNote> TokenizerNotes(Companion[] companions) =>
        companions.Any(companion => companion.Name == CompanionNames.Tokenizer) ? TokenizerToGguf.Derive(companions, new(null)).Ranked : [];

    private static void AssertDelivered(string name, IEnumerable<RankedNote> made, ConversionPreview preview)
    {
        (string, NoteRank)[] delivered = [.. preview.Notes.Zip(preview.NoteRanks)];
        foreach (RankedNote note in made)
        {
            Assert.Contains((note.Text, note.Rank), delivered, $"{name}: '{note.Text}' was made and does not arrive");
        }
    }

    private static ConversionPreview? Plan(string source, string target, ModelFormat format)
    {
        try
        {
            return ModelConverter.Plan(source, target, format, new());
        }
        catch (ModelPackException)
        {
            return null;
        }
    }

    private static IEnumerable<object[]> Rows(string[] folders, string pattern) =>
        folders.SelectMany(name => RepositoryData.Files(name, pattern)).Where(CanOpen)
        .Select(path => new object[] { Path.GetFileName(path), path });

    private static bool CanOpen(string path)
    {
        try
        {
            using ModelFile file = ModelFiles.Open(path);
            return file is GgufFile or AprFile;
        }
        catch (Exception exception) when (exception is ModelPackException or IOException)
        {
            return false;
        }
    }
}
