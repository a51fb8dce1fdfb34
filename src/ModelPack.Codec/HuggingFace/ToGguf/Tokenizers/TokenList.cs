using ModelPack.Codec.HuggingFace.Tokenizers;
using static ModelPack.Codec.HuggingFace.ToGguf.Tokenizers.FolderTokenizerErrors;

namespace ModelPack.Codec.HuggingFace.ToGguf.Tokenizers;

/// <summary>Collects tokens in any order; each id and each text stands once.</summary>
internal sealed class TokenList(string file)
{
    private const float FillerScore = -10000;

    private readonly Dictionary<int, Token> byId = [];
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);

    private readonly record struct Token(string Text, TokenKind Kind, float Score);

    public int Count => byId.Count;

    public bool Contains(string text) => ids.ContainsKey(text);

    public bool TryGetId(string text, out int id) => ids.TryGetValue(text, out id);

    public TokenKind? KindOf(int id) => byId.TryGetValue(id, out Token token) ? token.Kind : null;

    public void Add(int id, string text, TokenKind kind, float score = 0)
    {
        if (byId.TryGetValue(id, out Token other))
        {
            throw IdTwice.At(file, $"id {id} is given to '{MetadataKeys.Shorten(other.Text)}' and to '{MetadataKeys.Shorten(text)}'");
        }

        if (!ids.TryAdd(text, id))
        {
            throw TextTwice.At(file, $"'{MetadataKeys.Shorten(text)}' has the ids {ids[text]} and {id}");
        }

        byId.Add(id, new Token(text, kind, score));
    }

    /// <summary>Adds a token, or changes the kind of one that is there under the same id.</summary>
    public void Mark(int id, string text, TokenKind kind, float newScore)
    {
        if (byId.TryGetValue(id, out Token token) && token.Text == text)
        {
            byId[id] = token with { Kind = kind };
        }
        else
        {
            Add(id, text, kind, newScore);
        }
    }

    public void SetScores(Func<string, float> score)
    {
        foreach ((int id, Token token) in byId.Where(item => item.Value.Kind == TokenKind.Normal).ToArray())
        {
            byId[id] = token with { Score = score(token.Text) };
        }
    }

    /// <summary>The tokens by id, with fillers up to the size of the embedding (hf-companions.md §2.9.2).</summary>
    public Vocabulary Close(long? vocabularySize, bool withScores)
    {
        if (byId.Count == 0)
        {
            throw WrongType.At(file, "the vocabulary has no tokens");
        }

        int highest = byId.Keys.Max();
        if (highest >= vocabularySize)
        {
            throw BeyondVocabulary.At(file, $"'{MetadataKeys.Shorten(byId[highest].Text)}' has id {highest}, but the vocabulary of the model has {vocabularySize} rows");
        }

        if (highest >= byId.Count)
        {
            int gap = Enumerable.Range(0, highest).First(id => !byId.ContainsKey(id));
            throw Gap.At(file, $"id {gap} belongs to no token, but the highest id is {highest}");
        }

        // Hostile sizes are no concern here: the rows of an embedding are bounded by the bytes of its file.
        for (int id = byId.Count; id < (vocabularySize ?? 0); id++)
        {
            Add(id, $"[PAD{id}]", TokenKind.Unused, FillerScore);
        }

        Token[] tokens = [.. Enumerable.Range(0, byId.Count).Select(id => byId[id])];
        TokenKind[] kinds = [.. tokens.Select((token, id) => token.Kind == TokenKind.Normal && token.Text == $"[PAD{id}]" ? TokenKind.Unused : token.Kind)];
        return new Vocabulary([.. tokens.Select(token => token.Text)], kinds, withScores ? [.. tokens.Select(token => token.Score)] : null, ids);
    }
}
