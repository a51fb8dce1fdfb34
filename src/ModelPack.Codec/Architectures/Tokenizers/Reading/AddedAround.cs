using System.Text.Json;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>Which tokens the runtime adds around a text (hf-companions.md §2.9.7).</summary>
internal static class AddedAround
{
    public static IEnumerable<MetadataEntry> Entries(TokenizerFolder folder, FolderTokenizer tokenizer, SpecialIds special)
    {
        Wrapping wrapping = tokenizer.Wrapping;
        (bool bosByDefault, bool eosByDefault) = RuntimeDefaults(tokenizer);
        bool? bos = Told(folder, "bos", wrapping, wrapping.First is not null, bosByDefault);
        bool? eos = Told(folder, "eos", wrapping, wrapping.Last is not null, eosByDefault);
        bool? separator = wrapping.IsRoberta ? true : Separates(wrapping, special);
        foreach ((string role, string key, bool? value) in ((string, string, bool?)[])[
            ("bos", TokenizerKeys.AddBos, bos), ("eos", TokenizerKeys.AddEos, eos), ("sep", TokenizerKeys.AddSeparator, separator)])
        {
            if (value == true && !special.Has(role))
            {
                throw UnknownSpecial.At(CompanionNames.TokenizerConfig, $"a {role} token is to be added, but no file names it");
            }

            if (value is { } flag)
            {
                yield return new MetadataEntry(key, GgufValue.FromBool(flag));
            }
        }
    }

    /// <summary>
    /// Whether the runtime puts a separator behind the end token between two texts: there is one more token than the end of the first text.
    /// Null if the template puts nothing there. The begin of the second text is no separator, even where begin and end are one token.
    /// </summary>
    private static bool? Separates(Wrapping wrapping, SpecialIds special) => wrapping.Middle switch
    {
        null or [] => null,
        [{ } only] => wrapping.Last is null && only != wrapping.First?.Text && special.Is(only, "sep", "eos"),
        [_, .. { } others] => others.Any(text => text != wrapping.First?.Text && special.Is(text, "sep", "eos")),
    };

    /// <summary>What tokenizer_config.json says, else what the post-processor does; null if that is the runtime's default and no file says
    /// it.</summary>
    private static bool? Told(TokenizerFolder folder, string role, Wrapping wrapping, bool adds, bool byDefault)
    {
        string name = $"add_{role}_token";
        if (folder.Config?.Find(name) is not { Value.ValueKind: JsonValueKind.True or JsonValueKind.False } field)
        {
            return wrapping.IsTold && (adds || byDefault) ? adds : null;
        }

        if (wrapping.IsTold && field.Flag() != adds)
        {
            folder.Note(
                field.File, $"{name} is {field.Show()}, but post_processor {(adds ? "adds one" : "adds none")}; {field.File} was followed");
        }

        return field.Flag();
    }

    /// <summary>What a missing key means (hf-companions.md §2.1).</summary>
    private static (bool Bos, bool Eos) RuntimeDefaults(FolderTokenizer tokenizer) => tokenizer.Model switch
    {
        TokenizerKeys.SentencePieceBpe or TokenizerKeys.GemmaBpe or TokenizerKeys.WordPiece => (true, false),
        TokenizerKeys.Unigram => (false, true),
        _ => (PreTokenizers.Find(tokenizer.PreTokenizer)?.Has(PreTokenizerTraits.AddsBos) == true, false),
    };
}
