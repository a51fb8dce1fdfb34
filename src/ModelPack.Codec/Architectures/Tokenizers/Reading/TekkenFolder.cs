using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO.Names;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>The tokenizer of Mistral in its own form, which many folders have alone: bytes in base64 with their ranks, which stand behind
/// the special tokens (formats/architectures, mistral3).</summary>
internal static class TekkenFolder
{
    private const string SpecialCount = "default_num_special_tokens";
    private const string VocabularySize = "default_vocab_size";
    private const string Begin = "<s>";

    /// <summary>Published files have a thousand.</summary>
    private const int MostSpecial = 100_000;

    /// <summary>Characters that are looked at until all merges are found, for each byte of the file: published vocabularies need less than
    /// one.</summary>
    private const long LookedPerByte = 64;

    /// <summary>Those of files from before version 7, which list none.</summary>
    private static readonly string[] Unlisted =
    [
        "<unk>", Begin, "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]",
        "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]",
        "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
    ];

    /// <summary>The tokenizer; null if the folder has no such file.</summary>
    public static FolderTokenizer? Read(TokenizerFolder folder)
    {
        if (folder.Find(CompanionNames.Tekken) is not { } companion)
        {
            return null;
        }

        JsonField file = JsonField.Parse(companion);
        JsonField config = file.Require("config");
        JsonField pattern = config.Require("pattern");
        string pre = PreTokenizers.Identify(
            [new PreTokenizerStep.Split(pattern.Text()), new PreTokenizerStep.ByteLevel(false)],
            new(IgnoreMerges: true, Roberta: false, PublishedNormalizer.None, CleanUp: null, folder.ModelTypes))
            ?? throw pattern.NoRule("cuts text in a way that no known expression does");
        (int special, int size) = (config.Require(SpecialCount).Id(), config.Require(VocabularySize).Id());
        if (special > Math.Min(size, MostSpecial))
        {
            throw WrongType.At(file.File, $"config.{SpecialCount} is {special}, and {VocabularySize} {size}");
        }

        TokenList tokens = new(file.File);
        AddSpecial(file, special, tokens);
        Dictionary<string, int> ranks = Ranks(file, size - special);
        foreach ((string text, int rank) in ranks)
        {
            tokens.Add(special + rank, text, TokenKind.Normal);
        }

        AddedTokens.Read(folder, null, tokens);
        PieceRoles roles = new(Id("<unk>"), Id(Begin), Id("</s>"), Id("<pad>"));
        return new FolderTokenizer(
            TokenizerKeys.ByteLevelBpe, pre, tokens.Close(folder, withScores: false), null,
            roles.Bos < 0 ? Wrapping.Untold : new Wrapping(new(roles.Bos, Begin), null, null, IsRoberta: false))
        {
            Merges = [.. Merges(companion, ranks)],
            Roles = roles,
        };

        int Id(string text) => tokens.TryGetId(text, out int id) ? id : -1;
    }

    private static void AddSpecial(JsonField file, int count, TokenList tokens)
    {
        IEnumerable<(int Id, string Text)> named = file.Find("special_tokens") is { } list
            ? list.Items().Select(item => (item.Require("rank").Id(), item.Require("token_str").Text()))
            : Unlisted.Index().Select(item => (item.Index, item.Item));
        foreach ((int id, string text) in named)
        {
            if (id >= count)
            {
                throw WrongType.At(
                    file.File, $"'{SafeText.Shorten(text)}' has rank {id}, but config.{SpecialCount} is {count}");
            }

            Add(id, text);
        }

        for (int id = 0; id < count; id++)
        {
            if (tokens.KindOf(id) is null)
            {
                Add(id, $"<SPECIAL_{id}>");
            }
        }

        void Add(int id, string text)
        {
            tokens.Add(id, text, TokenKind.Control);
            tokens.Found(id);
        }
    }

    // The file lists more than models have: those behind the size of the vocabulary are none.
    private static Dictionary<string, int> Ranks(JsonField file, int count)
    {
        string[] letters = [.. ByteLevelFolder.Alphabet()];
        Dictionary<string, int> ranks = new(StringComparer.Ordinal);
        foreach (JsonField item in file.Require("vocab").Items())
        {
            int rank = item.Require("rank").Id();
            if (rank >= count)
            {
                continue;
            }

            JsonField code = item.Require("token_bytes");
            _ = code.Text();
            if (!code.Value.TryGetBytesFromBase64(out byte[]? bytes) || bytes.Length == 0)
            {
                throw WrongType.At(file.File, $"{code.Path} is {code.Show()}, not bytes in base64");
            }

            string text = string.Concat(bytes.Select(value => letters[value]));
            if (!ranks.TryAdd(text, rank))
            {
                throw TextTwice.At(file.File, $"'{SafeText.Shorten(text)}' has the ranks {ranks[text]} and {rank}");
            }
        }

        return ranks;
    }

    /// <summary>Each way to make a token of two others: converters list all of them, by the ranks of what they make and of its
    /// parts.</summary>
    private static IEnumerable<string> Merges(Companion file, Dictionary<string, int> ranks)
    {
        long looked = 0;
        foreach (string token in ranks.OrderBy(pair => pair.Value).Select(pair => pair.Key))
        {
            looked += (long)token.Length * token.Length;
            if (looked > LookedPerByte * file.Bytes.Length)
            {
                throw WrongType.At(file.Name, "the tokens are longer than those of any vocabulary");
            }

            foreach ((string left, string right) in Enumerable.Range(1, token.Length - 1).Select(at => (token[..at], token[at..]))
                .Where(parts => ranks.ContainsKey(parts.Item1) && ranks.ContainsKey(parts.Item2))
                .OrderBy(parts => ranks[parts.Item1]).ThenBy(parts => ranks[parts.Item2]))
            {
                yield return $"{left} {right}";
            }
        }
    }
}
