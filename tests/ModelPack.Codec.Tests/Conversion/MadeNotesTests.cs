using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ModelPack.Codec.Tests.Architectures;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Diagnostics;
using ModelPack.Formats;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Notes are counted where they are made, whoever makes them, and each of them arrives.</summary>
[TestClass]
public sealed partial class MadeNotesTests
{
    private static readonly ModelFormat[] Formats = Enum.GetValues<ModelFormat>();

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_note_that_is_made_of_a_corpus_file_arrives() =>
    ConversionCorpus.ForEach([.. ConversionCorpus.Valid, .. ConversionCorpus.Odd], atLeast: 200, path =>
    {
        using TempFolder folder = new();
        AssertArrives(path, folder);
    });

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_note_that_is_made_of_a_case_arrives() => ConversionCorpus.ForEach(Cases(), atLeast: 40, path =>
    {
        using TempFolder folder = new();
        AssertArrives(path, folder);
    });

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_note_that_is_made_of_a_checkpoint_arrives() => ConversionCorpus.ForEach([.. CheckpointTrip.Names], atLeast: 100, name =>
    {
        using TempFolder folder = new();
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", name + CheckpointArchive.Ending), folder.Root);
        foreach (string path in Directory.GetDirectories(folder.Root, "*", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(folder.Root, "*.gguf", SearchOption.AllDirectories)).ToArray())
        {
            AssertArrives(path, folder);
        }
    });

    // What nobody asks for is not made: these are told of the plan by one list, and each is looked for.
    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("tensors? of type .* (is|are) carried as raw bytes")]
    [DataRow("tensors? of type .* (is|are) widened to F32")]
    [DataRow("^the side file holds ")]
    [DataRow("^the output takes ")]
    [DataRow(" tensor names cannot be stored in ")]
    [DataRow(" tensors? (has|have) no place in the target's words, with no origin record to keep ")]
    [DataRow("^'config.json' is not valid JSON; it travels byte for byte$")]
    [DataRow("^there is no table of names for the architecture '.*': tensors keep theirs$")]
    public void A_note_of_the_plan_arrives(string pattern)
    {
        Assert.IsTrue(PlanNotes.Value.Any(note => Regex.IsMatch(note, pattern)));
    }

    [TestMethod]
    public void A_note_says_nothing_that_a_terminal_obeys() =>
        Assert.AreEqual(@"tensor \u001B[2J is lost", new RankedNote(NoteRank.MayBeMissed, "tensor \u001b[2J is lost").Text);

    [TestMethod]
    public void A_note_is_made_as_one_from_the_beginning()
    {
        string[] texts =
        [
            .. new[] { "Conversion", "Architectures" }
                .SelectMany(
                    part => Directory.GetFiles(
                        Path.Combine(RepositoryData.Repository, "src", "ModelPack.Codec", part), "*.cs", SearchOption.AllDirectories))
                .SelectMany(
                    file => File.ReadLines(file).Where(line => TextNotes().IsMatch(line) && !IsDelivery(file, line))
                        .Select(line => $"{Path.GetFileName(file)}: {line.Trim()}")),
        ];
        Assert.IsEmpty(texts, $"notes that are texts are seen by nobody until somebody makes notes of them: {string.Join('\n', texts)}");
    }

    private static readonly Lazy<IReadOnlyCollection<string>> PlanNotes = new(() =>
    {
        ConcurrentBag<string> notes = [];
        using TempFolder made = new();
        CheckpointArchive.Extract(
            RepositoryData.Path("corpus", "hf", "deepseek2-v3-mtp" + CheckpointArchive.Ending),
            Directory.CreateDirectory(made.At("further")).FullName);
        Directory.CreateDirectory(made.At("broken"));
        foreach (string file in new[] { "base", "config-key-bad-UTF-8" }.SelectMany(
            name => Directory.GetFiles(RepositoryData.Path("cases", "hostile", "bad-utf8", name))))
        {
            File.Copy(file, Path.Combine(made.At("broken"), Path.GetFileName(file)), overwrite: true);
        }

        string[] sources = [.. ConversionCorpus.Valid, made.At("broken"), .. Directory.GetDirectories(made.At("further"))];
        Parallel.ForEach(sources, path =>
        {
            using TempFolder folder = new();
            foreach (string target in Targets(folder))
            {
                foreach (ConversionOptions options in (ConversionOptions[])
                    [ConversionCorpus.Allow, ConversionCorpus.Allow with { Quantized = QuantizedMode.Blocks },
                        ConversionCorpus.Allow with { Origin = OriginMode.None, Loss = LossPolicy.Allow }])
                {
                    foreach (string note in Plan(path, target, options)?.Notes ?? [])
                    {
                        notes.Add(note);
                    }
                }
            }
        });
        return notes;
    });

    private static IReadOnlyCollection<string> Cases()
    {
        string root = RepositoryData.Path("cases");
        return [.. Directory.GetFileSystemEntries(root, "*", SearchOption.AllDirectories)
            .Where(path => Directory.Exists(path) || !path.EndsWith(".md", StringComparison.Ordinal))];
    }

    private static void AssertArrives(string path, TempFolder folder)
    {
        foreach (string target in Targets(folder))
        {
            ConcurrentQueue<string> made = MadeNotes.Listen();
            if (Plan(path, target, ConversionCorpus.Allow) is { } preview)
            {
                NoteRankTable.Check([.. preview.NoteRanks.Zip(preview.Notes, (rank, text) => new RankedNote(rank, text))]);
                string[] lost = [.. made.Except(preview.Notes)];
                Assert.IsEmpty(lost, $"{path} to {Path.GetFileName(target)}: {string.Join("\n    ", lost)}");
            }
        }
    }

    private static IEnumerable<string> Targets(TempFolder folder) =>
        Formats.Select(format => folder.At($"out.{format.Extension()}")).Append(folder.At("out/"));

    private static ConversionPreview? Plan(string path, string target, ConversionOptions options)
    {
        try
        {
            ModelFormat to = target.EndsWith('/')
                ? ModelFormat.SafeTensors
                : Formats.Single(format => target.EndsWith(format.Extension(), StringComparison.Ordinal));
            return ModelConverter.Plan(path, target, to, options);
        }
        catch (Exception exception) when (exception is ModelPackException or ArgumentException)
        {
            return null;
        }
    }

    // What is shown is a text, and what was made is shown as one.
    private static bool IsDelivery(string file, string line) =>
        Path.GetFileName(file) is "ConversionPreview.cs" or "Certificate.cs"
        || line.Contains("=> [.. Ranked.Select(note => note.Text)]", StringComparison.Ordinal);

    [GeneratedRegex(@"(?:<string>|string\[\]) [Nn]otes\b")]
    private static partial Regex TextNotes();
}
