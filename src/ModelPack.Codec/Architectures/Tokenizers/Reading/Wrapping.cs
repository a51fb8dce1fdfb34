using ModelPack.Diagnostics;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>The tokens that the post-processor puts around a text (hf-companions.md §2.9.7).</summary>
/// <param name="First">The token before the text.</param>
/// <param name="Last">The token behind it.</param>
/// <param name="Middle">The tokens between two texts without those that stand around both; null if a pair is not described.</param>
/// <param name="IsRoberta">True for RobertaProcessing.</param>
/// <param name="IsTold">False if there is no file that could hold a post-processor.</param>
internal sealed record Wrapping(SpecialToken? First, SpecialToken? Last, string[]? Middle, bool IsRoberta, bool IsTold = true)
{
    /// <summary>What it adds and the runtime cannot, if anything.</summary>
    public string? Unsaid { get; init; }

    private static readonly Wrapping None = new(null, null, null, false);

    public static Wrapping Untold { get; } = None with { IsTold = false };

    public static Wrapping Read(JsonField tokenizer)
    {
        Wrapping found = None;
        foreach (JsonField step in tokenizer.Steps("post_processor", "processors"))
        {
            string type = step.Type();
            if (type == "ByteLevel")
            {
                continue;
            }

            if (found != None)
            {
                throw step.NoRule($"is {type}, a second step that adds tokens");
            }

            found = type switch
            {
                "TemplateProcessing" => ReadTemplate(step),
                "RobertaProcessing" => new Wrapping(Pair(step, "cls"), Pair(step, "sep"), null, true),
                "BertProcessing" => ReadBert(step),
                _ => throw step.NoRule($"is {type}, which no key says"),
            };
        }

        return found;
    }

    private static Wrapping ReadBert(JsonField step)
    {
        SpecialToken last = Pair(step, "sep");
        return new Wrapping(Pair(step, "cls"), last, [last.Text], false);
    }

    private static SpecialToken Pair(JsonField step, string name)
    {
        JsonField pair = step.Require(name);
        return pair.Items().ToArray() is [{ } text, { } id]
            ? new SpecialToken(id.Id(), text.Text())
            : throw WrongType.At(pair.File, $"{pair.Path} is {pair.Show()}, not a token and its id");
    }

    private static Wrapping ReadTemplate(JsonField step)
    {
        JsonField single = step.Require("single");
        SpecialToken?[] around = [.. single.Items().Select(piece => Piece(step, piece))];
        int text = Array.IndexOf(around, null);
        if (around.Count(piece => piece is null) != 1)
        {
            throw single.NoRule("is not one text with tokens around it");
        }

        if (text > 1 || around.Length - text > 2)
        {
            // The runtime has room for one token on each side. Prompts made by a chat template hold theirs as text.
            string added = string.Join(' ', around.Select(piece => piece?.Text ?? "…"));
            return None with
            {
                Unsaid = $"post_processor puts '{SafeText.Shorten(added)}' around a text, but a runtime one token on each side at most; it "
                    + $"is told to add none",
            };
        }

        SpecialToken? first = text == 1 ? around[0] : null;
        SpecialToken? last = around.Length - text == 2 ? around[^1] : null;
        Wrapping wrapping = new(first, last, null, false);
        return step.Find("pair") is not { } pair ? wrapping
            : Between(step, pair, first, last) is { } middle ? wrapping with { Middle = middle }
            : wrapping with
            {
                Unsaid = "post_processor.pair does not put around two texts what single puts around one, which no key says; one text gets "
                    + "its tokens",
            };
    }

    /// <summary>The tokens between two texts; null if those around both are not those around one.</summary>
    private static string[]? Between(JsonField step, JsonField pair, SpecialToken? first, SpecialToken? last)
    {
        SpecialToken?[] pieces = [.. pair.Items().Select(piece => Piece(step, piece))];
        int begin = Array.IndexOf(pieces, null);
        int end = Array.LastIndexOf(pieces, null);
        if (pieces.Count(piece => piece is null) != 2 || begin != (first is null ? 0 : 1) || pieces.Length - end != (last is null ? 1 : 2)
            || (first is not null && pieces[0] != first) || (last is not null && pieces[^1] != last))
        {
            return null;
        }

        return [.. pieces[(begin + 1)..end].Select(piece => piece!.Text)];
    }

    /// <summary>A special token, or null for a text.</summary>
    private static SpecialToken? Piece(JsonField step, JsonField piece)
    {
        if (piece.Find("Sequence") is not null)
        {
            return null;
        }

        string name = piece.Require("SpecialToken").Require("id").Text();
        JsonField token = step.Require("special_tokens").Require(name);
        return (token.Require("ids").Items().ToArray(), token.Require("tokens").Items().ToArray()) is ([{ } id], [{ } text])
            ? new SpecialToken(id.Id(), text.Text())
            : throw token.NoRule("does not stand for one token");
    }

    /// <summary>Checks that the ids are those of the vocabulary.</summary>
    public void Check(string file, Vocabulary vocabulary)
    {
        foreach (SpecialToken token in new[] { First, Last }.OfType<SpecialToken>())
        {
            if (!vocabulary.Ids.TryGetValue(token.Text, out int id))
            {
                throw UnknownSpecial.At(file, $"post_processor names '{SafeText.Shorten(token.Text)}', which is not in the vocabulary");
            }

            if (id != token.Id)
            {
                throw Disagreement.At(
                    file, $"post_processor gives '{SafeText.Shorten(token.Text)}' the id {token.Id}, but the vocabulary {id}");
            }
        }
    }
}
