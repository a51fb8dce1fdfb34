using System.Text.Json;
using ModelPack.Diagnostics;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>The parts that both kinds of BPE have.</summary>
internal static class BpeParts
{
    private static readonly string[] Affixes = ["continuing_subword_prefix", "end_of_word_suffix"];

    public static void ReadVocabulary(TokenizerFolder folder, JsonField model, TokenList tokens)
    {
        foreach (string affix in Affixes)
        {
            if (model.Find(affix) is { } found && found.Text().Length > 0)
            {
                throw found.NoRule($"is {found.Show()}");
            }
        }

        if (model.Find("dropout") is { } dropout && dropout.Single() != 0)
        {
            folder.Note(model.File, $"model.dropout is {dropout.Show()}, which no key says: the runtime always merges all that it can");
        }

        foreach ((string text, JsonField id) in model.Require("vocab").Fields())
        {
            tokens.Add(id.Id(), text, TokenKind.Normal);
        }
    }

    /// <summary>Pairs, or texts of two parts with a space between (files of before tokenizers 0.20).</summary>
    public static List<(string Left, string Right)> ReadMerges(JsonField model, TokenList tokens)
    {
        JsonField list = model.Require("merges");
        List<(string Left, string Right)> merges = [];
        foreach (JsonField item in list.Items())
        {
            string[] parts = Parts(item);
            if (parts is not [{ Length: > 0 } left, { Length: > 0 } right])
            {
                throw Merge.At(item.File, $"{item.Path} is {item.Show()}, not two parts");
            }

            foreach (string part in (ReadOnlySpan<string>)[left, right, left + right])
            {
                if (!tokens.Contains(part))
                {
                    throw Merge.At(item.File, $"{item.Path} is {item.Show()}, but '{SafeText.Shorten(part)}' is not in model.vocab");
                }
            }

            merges.Add((tokens.Kept(left), tokens.Kept(right)));
        }

        return merges;
    }

    private static string[] Parts(JsonField item)
    {
        if (item.Value.ValueKind == JsonValueKind.String)
        {
            return Split(item.Text());
        }

        if (item.Value.ValueKind == JsonValueKind.Array && item.Value.GetArrayLength() == 2)
        {
            (JsonElement left, JsonElement right) = (item.Value[0], item.Value[1]);
            if (left.ValueKind == JsonValueKind.String && right.ValueKind == JsonValueKind.String && Texts(left, right) is { } pair)
            {
                return pair;
            }
        }

        // Says of what is no pair of texts where it stands.
        return [.. item.Items().Select(part => part.Text())];
    }

    private static string[]? Texts(JsonElement left, JsonElement right)
    {
        try
        {
            return [left.GetString()!, right.GetString()!];
        }
        catch (InvalidOperationException)
        {
            // An unpaired surrogate.
            return null;
        }
    }

    /// <summary>The first space from the second character on divides the parts (hf-companions.md §2.1).</summary>
    private static string[] Split(string merge) =>
        merge.Length > 1 && merge.IndexOf(' ', 1) is > 0 and int space ? [merge[..space], merge[(space + 1)..]] : [merge];
}
