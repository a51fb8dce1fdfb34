namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>
/// The ids that the tokenizers library gives to added tokens: it takes that of the vocabulary, or else counts on, whatever the file says
/// (tokenizers.md §3.1).
/// </summary>
internal sealed class LibraryIds(TokenList vocabulary)
{
    private readonly int pieces = vocabulary.Count;
    private int highest = -1;

    /// <summary>The first token that the library numbers otherwise than the file, if there is one.</summary>
    public string? Other { get; private set; }

    /// <summary>Takes the next token of the file's list, before it stands in the vocabulary.</summary>
    public void Take(string text, int stated)
    {
        int id = vocabulary.TryGetId(text, out int known) ? known : Math.Max(highest + 1, pieces);
        highest = Math.Max(highest, id);
        Other ??= id == stated
            ? null
            : $"'{SafeText.Shorten(text)}' has id {stated}, which was taken; the tokenizers library counts on from the tokens before it "
                + $"and gives it {id}";
    }
}
