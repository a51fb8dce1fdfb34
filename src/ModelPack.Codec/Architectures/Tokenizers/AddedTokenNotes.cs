using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>Says what a GGUF does not tell of its added tokens (tokenizers.md §2).</summary>
internal static class AddedTokenNotes
{
    public static void Write(TokenizerSource source)
    {
        AddedToken[] added = [.. AddedToken.All(source)];
        if (added.Length == 0)
        {
            return;
        }

        string rule = added.Any(token => token.Strips != StrippedSide.None) ? $", but that {source.Stripping.Reason}" : "";
        source.Note($"added_tokens: lstrip, rstrip, normalized and single_word are lost and written as false{rule}");

        // A token with a role is special in every published file.
        HashSet<int> roles = [.. source.Special.All.Values.Select(token => token.Id)];
        AddedToken[] unproved = [
            .. added.Where(token => token.Special && AddedToken.LooksSpecial(token.Content) && !roles.Contains(token.Id))];
        if (unproved.Length > 0)
        {
            source.Note(
                $"added_tokens: special is a guess for {unproved.Length} token{(unproved.Length == 1 ? "" : "s")} like "
                    + $"'{SafeText.Shorten(unproved[0].Content)}': "
                + $"converters give this form the type {(int)TokenKind.Control} in any case; decoding can leave special tokens out");
        }
    }
}
