using System.Text.Json.Nodes;
using ModelPack.Formats;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>A tokenizer that was learned from a text, in both forms. Neither form is made by the code under test.</summary>
/// <param name="Name">What kind it is.</param>
/// <param name="Native">Its GGUF metadata.</param>
/// <param name="Files">Its files in a Hugging Face folder.</param>
/// <param name="Special">The special tokens that a text may contain.</param>
internal sealed record TrainedTokenizer(string Name, IReadOnlyList<MetadataEntry> Native, IReadOnlyList<Companion> Files, string[] Special)
{
    public const int LessonSeed = 1;

    /// <summary>Sentences that a vocabulary is learned from.</summary>
    public static string[] Lesson { get; } = new MultilingualText(LessonSeed).Sentences(1500);

    public ReadOnlyMemory<byte> TokenizerJson => Files.Single(file => file.Name == "tokenizer.json").Bytes;

    /// <summary>The texts without what the two programs are known to treat differently.</summary>
    public Func<string, string> Adapt { get; init; } = text => text;

    public string[] Texts(IEnumerable<string> sentences) => [.. sentences.Select(Adapt)];

    public override string ToString() => Name;

    public static Companion File(string name, JsonNode content) => new(name, System.Text.Encoding.UTF8.GetBytes(content.ToJsonString()));

    public static JsonObject Vocabulary(IEnumerable<string> tokens) =>
        new(tokens.Select((token, id) => new KeyValuePair<string, JsonNode?>(token, id)));

    public static JsonArray Merges(IEnumerable<(string Left, string Right)> merges) =>
        [.. merges.Select(merge => (JsonNode)new JsonArray(merge.Left, merge.Right))];

    public static JsonArray Added(IEnumerable<(int Id, string Text)> tokens) =>
    [
        .. tokens.Select(token => (JsonNode)new JsonObject
        {
            ["id"] = token.Id, ["content"] = token.Text, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false,
                ["normalized"] = false, ["special"] = true,
        }),
    ];

    /// <summary>A post-processor that puts tokens around the text.</summary>
    public static JsonObject Around((int Id, string Text)? first, (int Id, string Text)? last)
    {
        (int Id, string Text)[] tokens = [.. new[] { first, last }.OfType<(int, string)>().Distinct()];
        JsonNode?[] pieces = [
            Piece(first), new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } }, Piece(last)];
        JsonNode?[] pair = [
            .. pieces.Select(piece => piece?.DeepClone()), Piece(first is not null && last is null ? first : null),
            new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "B", ["type_id"] = 1 } }, Piece(last)];
        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray([.. pieces.Where(piece => piece is not null)]),
            ["pair"] = new JsonArray([.. pair.Where(piece => piece is not null)]),
            ["special_tokens"] = new JsonObject(tokens.Select(token => new KeyValuePair<string, JsonNode?>(token.Text, new JsonObject
            {
                ["id"] = token.Text, ["ids"] = new JsonArray(token.Id), ["tokens"] = new JsonArray(token.Text),
            }))),
        };
    }

    private static JsonObject? Piece((int Id, string Text)? token) =>
        token is { } named ? new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = named.Text, ["type_id"] = 0 } } : null;
}
