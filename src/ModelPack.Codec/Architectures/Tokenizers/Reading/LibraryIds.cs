using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>
/// Compares the ids that the tokenizers library gives to added tokens (<see cref="EffectiveIds"/>) with those that the file states.
/// </summary>
internal sealed class LibraryIds(TokenList vocabulary)
{
    private readonly EffectiveIds.Counter counter = new(vocabulary.Count);

    /// <summary>The first token that the library numbers otherwise than the file, if there is one.</summary>
    public string? Other { get; private set; }

    /// <summary>The id of the next token that the vocabulary does not have.</summary>
    public int Next => checked((int)counter.Next);

    /// <summary>Takes the next token of the file's list, before it stands in the vocabulary.</summary>
    public void Take(string text, int stated)
    {
        long id = counter.Take(vocabulary.TryGetId(text, out int known) ? known : null);
        Other ??= id == stated
            ? null
            : $"'{SafeText.Shorten(text)}' has id {stated}, which was taken; the tokenizers library counts on from the tokens before it "
                + $"and gives it {id}";
    }
}
