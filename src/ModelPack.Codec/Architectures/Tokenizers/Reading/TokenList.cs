using ModelPack.Diagnostics;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>Collects tokens in any order; each id and each text stands once.</summary>
internal sealed class TokenList(string file)
{
    private const float FillerScore = -10000;

    /// <summary>More than any vocabulary has tokens. It bounds what one id in a small file can make, where no embedding does.</summary>
    private const int MostHoles = 1 << 18;

    private readonly Dictionary<int, Token> byId = [];
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);

    private readonly HashSet<int> added = [];

    private readonly record struct Token(string Text, TokenKind Kind, float Score);

    public int Count => byId.Count;

    public bool Contains(string text) => ids.ContainsKey(text);

    /// <summary>The text of a token as it is kept: what is read again and again need not be there as often.</summary>
    public string Kept(string text) => byId[ids[text]].Text;

    public bool TryGetId(string text, out int id) => ids.TryGetValue(text, out id);

    public TokenKind? KindOf(int id) => byId.TryGetValue(id, out Token token) ? token.Kind : null;

    public void Add(int id, string text, TokenKind kind, float score = 0)
    {
        if (byId.TryGetValue(id, out Token other))
        {
            throw IdTwice.At(file, $"id {id} is given to '{SafeText.Shorten(other.Text)}' and to '{SafeText.Shorten(text)}'");
        }

        if (!ids.TryAdd(text, id))
        {
            throw TextTwice.At(file, $"'{SafeText.Shorten(text)}' has the ids {ids[text]} and {id}");
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

    /// <summary>Marks a token as one that is found in the text before the model sees it.</summary>
    public void Found(int id) => added.Add(id);

    public bool IsFound(int id) => added.Contains(id);

    /// <summary>Gives the pieces that stand for bytes their kind.</summary>
    public void MarkBytes()
    {
        for (int value = 0; value <= byte.MaxValue; value++)
        {
            string text = $"<0x{value:X2}>";
            if (TryGetId(text, out int id))
            {
                byId[id] = byId[id] with { Kind = TokenKind.Byte };
            }
        }
    }

    /// <summary>The tokens by id for a model: added tokens without a row that nothing needs are left out, and fillers stand for ids without
    /// a token.</summary>
    public Vocabulary Close(TokenizerFolder folder, bool withScores)
    {
        long? rows = folder.Target.VocabularySize;
        int[] beyond = [.. byId.Keys.Where(id => id >= rows).Order()];
        if (beyond.Length > 0 && TokenNeeds.Read(folder) is { } needs
            && beyond.All(id => added.Contains(id) && !needs.Has(id, byId[id].Text)))
        {
            folder.Note(
                file, $"added_tokens: "
                    + $"'{SafeText.Shorten(byId[beyond[0]].Text)}'{(beyond.Length > 1 ? $" and {beyond.Length - 1} more" : "")} left out: "
                    + $"id {beyond[0]} has no row in the embedding, which has {rows}");
            foreach (int id in beyond)
            {
                ids.Remove(byId[id].Text);
                byId.Remove(id);
            }
        }

        int holes = byId.Count == 0 ? 0 : byId.Keys.Max() + 1 - byId.Count;
        if (holes > 0)
        {
            int first = Enumerable.Range(0, byId.Count).First(id => !byId.ContainsKey(id));
            folder.Note(
                file, $"id {first}{(holes > 1 ? $" and {holes - 1} more below the highest" : "")} belong{(holes > 1 ? "" : "s")} to no "
                    + $"token; [PAD{first}]{(holes > 1 ? " and so on stand" : " stands")} for it");
        }

        return Close(rows, withScores);
    }

    /// <summary>The tokens by id, with fillers in holes and up to the size of the embedding (hf-companions.md §2.9.2).</summary>
    public Vocabulary Close(long? vocabularySize, bool withScores)
    {
        if (byId.Count == 0)
        {
            throw WrongType.At(file, "the vocabulary has no tokens");
        }

        int highest = byId.Keys.Max();
        if (highest >= vocabularySize)
        {
            throw BeyondVocabulary.At(
                file, $"'{SafeText.Shorten(byId[highest].Text)}' has id {highest}, but the vocabulary of the model has {vocabularySize} "
                    + $"rows");
        }

        if (vocabularySize is null && highest - byId.Count >= MostHoles)
        {
            throw Gap.At(file, $"'{SafeText.Shorten(byId[highest].Text)}' has id {highest}, but there are {byId.Count} tokens");
        }

        // With the rows of an embedding hostile sizes are no concern: these are bounded by the bytes of its file.
        int size = (int)Math.Max(vocabularySize ?? 0, highest + 1L);
        for (int id = 0; id < size && byId.Count < size; id++)
        {
            if (!byId.ContainsKey(id))
            {
                Add(id, $"[PAD{id}]", TokenKind.Unused, FillerScore);
            }
        }

        Token[] tokens = [.. Enumerable.Range(0, byId.Count).Select(id => byId[id])];
        TokenKind[] kinds = [
            .. tokens.Select((token, id) => token.Kind == TokenKind.Normal && token.Text == $"[PAD{id}]" ? TokenKind.Unused : token.Kind)];
        return new Vocabulary(
            [.. tokens.Select(token => token.Text)], kinds, withScores ? [.. tokens.Select(token => token.Score)] : null, ids);
    }
}
