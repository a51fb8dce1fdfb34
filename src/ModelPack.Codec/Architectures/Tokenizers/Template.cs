using System.Collections.Immutable;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>The tokens around one text and around two (hf-companions.md §2.2).</summary>
internal sealed record Template(ImmutableArray<TemplatePiece> Single, ImmutableArray<TemplatePiece> Pair)
{
    /// <summary>Begin and end token around each text, the second with type 1.</summary>
    public static Template Around(SpecialToken? bos, SpecialToken? eos) => new(
        [.. Wrap(bos, TemplatePiece.First, eos)],
        [.. Wrap(bos, TemplatePiece.First, eos), .. Wrap(bos, TemplatePiece.Second(1), eos)]);

    public void Write(JsonText text)
    {
        text.StartObject();
        Fragments.Type(text, "TemplateProcessing");
        WritePieces(text, "single", Single);
        WritePieces(text, "pair", Pair);
        text.Name("special_tokens");
        text.StartObject();
        foreach (SpecialToken token in Pair.Select(piece => piece.Token).OfType<SpecialToken>().Distinct()
            .OrderBy(token => token.Text, StringComparer.Ordinal))
        {
            text.Name(token.Text);
            text.StartObject();
            Fragments.Field(text, "id", token.Text);
            text.Name("ids");
            text.StartArray();
            text.Number(token.Id);
            text.EndArray();
            text.Name("tokens");
            text.StartArray();
            text.String(token.Text);
            text.EndArray();
            text.EndObject();
        }

        text.EndObject();
        text.EndObject();
    }

    private static IEnumerable<TemplatePiece> Wrap(SpecialToken? before, TemplatePiece sequence, SpecialToken? after)
    {
        if (before is not null)
        {
            yield return TemplatePiece.Of(before, sequence.TypeId);
        }

        yield return sequence;
        if (after is not null)
        {
            yield return TemplatePiece.Of(after, sequence.TypeId);
        }
    }

    private static void WritePieces(JsonText text, string name, ImmutableArray<TemplatePiece> pieces)
    {
        text.Name(name);
        text.StartArray();
        foreach (TemplatePiece piece in pieces)
        {
            piece.Write(text);
        }

        text.EndArray();
    }
}
