using System.Text.Json;

namespace ModelPack.Validation.Facts;

/// <summary>The vocabulary of tokenizer.json, with the ids that config.json and generation_config.json name (hf-companions.md §2.2, §2.3,
/// §2.6).</summary>
internal static class JsonTokenizer
{
    private const string IdEnding = "_token_id";

    public static TokenizerFacts? Read(CompanionFiles companions)
    {
        JsonElement? tokenizer = companions.Find(CompanionFiles.Tokenizer);
        JsonElement? model = tokenizer.Member("model");
        HashSet<string> tokens = [];
        long largest = -1;
        foreach ((string text, long id) in Vocabulary(model).Concat(Added(tokenizer)))
        {
            tokens.Add(text);
            largest = Math.Max(largest, id);
        }

        if (tokens.Count == 0)
        {
            return null;
        }

        return new()
        {
            Vocabulary = new(CompanionFiles.Tokenizer, largest + 1, null),
            Tokens = tokens,
            Ids = [.. Ids(companions, CompanionFiles.Config), .. Ids(companions, CompanionFiles.Generation)],
            MergesKey = $"{CompanionFiles.Tokenizer}: merges",
            Merges = model.Member("merges").Items().Select(Rule),
            Continuation = model.Member("continuing_subword_prefix").Text() ?? "",
        };
    }

    // BPE and WordPiece have an object from token to id; Unigram a list of pairs whose place is the id.
    private static IEnumerable<(string Text, long Id)> Vocabulary(JsonElement? model)
    {
        JsonElement? vocabulary = model.Member("vocab");
        foreach (JsonProperty token in vocabulary.Members())
        {
            if (JsonFacts.Integer(token.Value) is { } id)
            {
                yield return (token.Name, id);
            }
        }

        long place = 0;
        foreach (JsonElement pair in vocabulary.Items())
        {
            yield return (JsonFacts.Items(pair).Select(item => JsonFacts.Text(item)).FirstOrDefault() ?? "", place++);
        }
    }

    private static IEnumerable<(string Text, long Id)> Added(JsonElement? tokenizer)
    {
        foreach (JsonElement token in tokenizer.Member("added_tokens").Items())
        {
            if (token.Member("content").Text() is { } text && token.Member("id").Integer() is { } id)
            {
                yield return (text, id);
            }
        }
    }

    // Since tokenizers 0.20 pairs are lists; before, one text with a space.
    private static MergeRule Rule(JsonElement rule)
    {
        bool isPair = rule.ValueKind == JsonValueKind.Array && rule.GetArrayLength() == 2;
        return isPair && JsonFacts.Text(rule[0]) is { } left && JsonFacts.Text(rule[1]) is { } right
            ? new(left, right)
            : TokenizerFacts.Split(JsonFacts.Text(rule) ?? "");
    }

    private static IEnumerable<TokenId> Ids(CompanionFiles companions, string name)
    {
        foreach (JsonProperty member in companions.Find(name).Members()
            .Where(member => member.Name.EndsWith(IdEnding, StringComparison.Ordinal)))
        {
            // Several ends of a text stand in a list.
            IEnumerable<JsonElement> values = member.Value.ValueKind == JsonValueKind.Array
                ? JsonFacts.Items(member.Value)
                : [member.Value];
            foreach (JsonElement value in values)
            {
                if (JsonFacts.Integer(value) is { } id)
                {
                    yield return new($"{name}: {member.Name}", id, null);
                }
            }
        }
    }
}
