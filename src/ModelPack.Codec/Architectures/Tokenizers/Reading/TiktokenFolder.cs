using System.Buffers;
using System.Buffers.Text;
using System.Text;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO.Names;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>The tokenizer of Kimi as it is published: a file of tiktoken, with tokens in base64 and their ranks, whose pre-tokenizer stands
/// in code beside it. The merges follow from the ranks.</summary>
internal static class TiktokenFolder
{
    private const string PreTokenizer = "kimi-k2";
    private const string Code = "tokenization_kimi.";
    private const string ModelType = "kimi";

    /// <summary>So many ids behind the ranks are special; those that tokenizer_config.json does not name are reserved.</summary>
    private const int SpecialIds = 256 + 2;

    /// <summary>Pairs that are looked at until all merges are found, for each byte of the file: a token of 170 letters, all of which merge,
    /// takes so many, and those of vocabularies have six.</summary>
    private const long PairsPerByte = 64;

    /// <summary>The tokenizer; null if the folder has no such file, or nothing says whose it is.</summary>
    public static FolderTokenizer? Read(TokenizerFolder folder)
    {
        if (folder.Find(CompanionNames.TiktokenModel) is not { } file || !IsKimi(folder))
        {
            return null;
        }

        TokenList tokens = new(file.Name);
        Dictionary<string, int> ranks = Ranks(file);
        foreach ((string text, int rank) in ranks)
        {
            tokens.Add(rank, text, TokenKind.Normal);
        }

        AddedTokens.Read(folder, null, tokens);
        for (int id = ranks.Count; id < ranks.Count + SpecialIds && id < (folder.Target.VocabularySize ?? 0); id++)
        {
            if (tokens.KindOf(id) is null)
            {
                tokens.Add(id, $"<|reserved_token_{id}|>", TokenKind.Control);
                tokens.Found(id);
            }
        }

        return new FolderTokenizer(
            TokenizerKeys.ByteLevelBpe, PreTokenizer, tokens.Close(folder, withScores: false), null, Wrapping.Untold)
        {
            Merges = [.. Merges(file, ranks)],
        };
    }

    private static bool IsKimi(TokenizerFolder folder) =>
        folder.ModelTypes.Any(type => type.StartsWith(ModelType, StringComparison.Ordinal))
        || folder.Config?.Find("auto_map")?.Value.GetRawText().Contains(Code, StringComparison.Ordinal) == true;

    // Letters of the byte alphabet, so that each token is a text.
    private static Dictionary<string, int> Ranks(Companion file)
    {
        string[] letters = [.. ByteLevelFolder.Alphabet()];
        Dictionary<string, int> ranks = new(StringComparer.Ordinal);
        int number = 0;
        foreach (Range range in file.Bytes.Span.Split((byte)'\n'))
        {
            number++;
            ReadOnlySpan<byte> line = file.Bytes.Span[range].TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                continue;
            }

            int space = line.IndexOf((byte)' ');
            byte[] token = new byte[Base64.GetMaxDecodedFromUtf8Length(Math.Max(space, 0))];
            if (space <= 0 || Base64.DecodeFromUtf8(line[..space], token, out _, out int bytes) != OperationStatus.Done || bytes == 0
                || !Utf8Parser.TryParse(line[(space + 1)..], out int rank, out int digits) || digits != line.Length - space - 1 || rank < 0)
            {
                throw WrongType.At(file.Name, $"line {number} is not a token in base64 and its rank");
            }

            StringBuilder text = new();
            foreach (byte value in token.AsSpan(0, bytes))
            {
                text.Append(letters[value]);
            }

            if (!ranks.TryAdd(text.ToString(), rank))
            {
                throw TextTwice.At(file.Name, $"line {number} holds '{SafeText.Shorten(text.ToString())}', which has a rank already");
            }
        }

        return ranks;
    }

    /// <summary>What a token is made of once all merges of lower ranks are done: two parts, unless nothing ever makes it.</summary>
    private static IEnumerable<string> Merges(Companion file, Dictionary<string, int> ranks)
    {
        long pairs = 0;
        foreach ((string token, int rank) in ranks.OrderBy(pair => pair.Value))
        {
            List<string> parts = [.. token.Select(letter => letter.ToString())];
            while (parts.Count > 2 && Lowest(parts, ranks, rank) is { } place)
            {
                pairs += parts.Count;
                if (pairs > PairsPerByte * file.Bytes.Length)
                {
                    throw WrongType.At(file.Name, "the tokens are longer than those of any vocabulary");
                }

                parts[place] += parts[place + 1];
                parts.RemoveAt(place + 1);
            }

            if (parts is [var left, var right])
            {
                yield return $"{left} {right}";
            }
        }
    }

    private static int? Lowest(List<string> parts, Dictionary<string, int> ranks, int below)
    {
        int? place = null;
        for (int first = 0; first + 1 < parts.Count; first++)
        {
            if (ranks.TryGetValue(parts[first] + parts[first + 1], out int rank) && rank < below)
            {
                (place, below) = (first, rank);
            }
        }

        return place;
    }
}
