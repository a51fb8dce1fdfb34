using System.Text.Encodings.Web;
using System.Text.Json;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>Tokenizers of folders that were made from what llama.cpp's converter made of checkpoints: the tokenizers library gives the ids
/// that it gave for the checkpoints' own.</summary>
[TestClass]
public sealed class CheckpointTokenizerTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<IReadOnlyDictionary<string, Outcome>> Outcomes = new(EncodeAll);

    public static IEnumerable<object[]> Names => CheckpointTrip.Names.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_tokenizer_made_from_a_reference_gives_the_ids_of_the_checkpoint(string name) =>
        KnownDifference.ShouldBeAll(
            name, Outcomes.Value.TryGetValue(name, out Outcome? outcome) ? outcome.Differences : [], part => part == Part.Texts);

    [TestMethod]
    public void The_library_numbers_tokens_as_the_tests_of_the_codec_say()
    {
        Assert.IsGreaterThan(30, Outcomes.Value.Count);
        foreach ((string name, Outcome outcome) in Outcomes.Value)
        {
            if (outcome.Vocabulary is { } vocabulary)
            {
                CollectionAssert.AreEquivalent(vocabulary.ToArray(), outcome.Numbers.ToArray(), name);
            }
        }
    }

    private static Dictionary<string, Outcome> EncodeAll()
    {
        List<CheckpointTrip> trips = [];
        try
        {
            trips.AddRange(CheckpointTrip.Names.AsParallel().Select(CheckpointTrip.Of));
            CheckpointTrip[] asked = [.. trips.Where(trip => trip.Looked.Contains(Part.Texts))];
            Expectation[] expectations = [.. asked.Select(trip => Read<Expectation>(File.ReadAllText(trip.Expected!)))];
            string question = JsonSerializer.Serialize(
                asked.Zip(
                    expectations,
                    (trip, expected) => new { path = trip.DerivedTokenizer, texts = expected.Texts.Select(text => text.Text) }));
            Answer[] answers = Read<Answer[]>(ReferencePrograms.Run("node", Reference.NodeFolder, question, "encode-checkpoints.mjs"));
            return asked.Index().ToDictionary(
                trip => trip.Item.Name,
                trip => new Outcome(
                    [.. Compare(expectations[trip.Index].Texts, answers[trip.Index])], answers[trip.Index].Vocabulary,
                    TokenNumbers.Of(File.ReadAllBytes(trip.Item.DerivedTokenizer!))));
        }
        finally
        {
            trips.ForEach(trip => trip.Dispose());
        }
    }

    private static IEnumerable<CheckpointDifference> Compare(ExpectedText[] texts, Answer answer)
    {
        if (answer.Error is { } error)
        {
            return [new(Part.Texts, $"the library refuses tokenizer.json: {error.ReplaceLineEndings(" ")}")];
        }

        string[] with = [.. Different(text => text.Ids, answer.Ids!)];
        string[] without = [.. Different(text => text.IdsWithoutSpecial, answer.IdsWithoutSpecial!)];
        return new[]
        {
            GgufComparison.Names(with.Intersect(without), $"of {texts.Length} texts with other ids"),
            GgufComparison.Names(with.Except(without), $"of {texts.Length} texts with other ids where special tokens are added"),
            GgufComparison.Names(without.Except(with), $"of {texts.Length} texts with other ids where no special tokens are added"),
        }.Where(what => what is not null).Select(what => new CheckpointDifference(Part.Texts, what!));

        IEnumerable<string> Different(Func<ExpectedText, int[]> expected, int[][] found) =>
            texts.Index().Where(text => !expected(text.Item).AsSpan().SequenceEqual(found[text.Index]))
            .Select(text => JsonSerializer.Serialize(text.Item.Text, Readable));
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Web)!;

    private sealed record Outcome(
        IReadOnlyList<CheckpointDifference> Differences, IReadOnlyDictionary<string, long>? Vocabulary,
        IReadOnlyDictionary<string, long> Numbers);

    private sealed record Expectation(ExpectedText[] Texts);

    private sealed record ExpectedText(
        string Text, int[] Ids, [property: System.Text.Json.Serialization.JsonPropertyName("ids_without_special")] int[] IdsWithoutSpecial);

    private sealed record Answer(string? Error, Dictionary<string, long>? Vocabulary, int[][]? Ids, int[][]? IdsWithoutSpecial);
}
