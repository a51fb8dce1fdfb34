using System.Collections.Immutable;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;

namespace ModelPack.Validation.Facts;

/// <summary>A list that has to have one item a token, or a number that has to count them.</summary>
internal readonly record struct TokenCount(string Key, long Count, long? ByteOffset);

/// <summary>A token id that the metadata gives a meaning to.</summary>
internal readonly record struct TokenId(string Key, long Id, long? ByteOffset);

/// <summary>A merge rule: two tokens that become one. Without a second part the rule could not be split.</summary>
internal readonly record struct MergeRule(string Left, string? Right)
{
    public override string ToString() => Right is null ? Left : $"{Left} {Right}";
}

/// <summary>A vocabulary with what has to fit it.</summary>
internal sealed record TokenizerFacts
{
    /// <summary>Where the vocabulary stands, and the number of its tokens.</summary>
    public required TokenCount Vocabulary { get; init; }

    /// <summary>The tokens.</summary>
    public required HashSet<string> Tokens { get; init; }

    public ImmutableArray<TokenCount> Counts { get; init; } = [];

    public ImmutableArray<TokenId> Ids { get; init; } = [];

    /// <summary>Where the merges stand.</summary>
    public string MergesKey { get; init; } = "";

    public long? MergesOffset { get; init; }

    /// <summary>The merges, read anew each time: half a million of them take more memory than all else.</summary>
    public IEnumerable<MergeRule> Merges { get; init; } = [];

    /// <summary>What the second part of a merge begins with and the result leaves out (tokenizer.json).</summary>
    public string Continuation { get; init; } = "";

    public static IReadOnlyList<TokenizerFacts> Of(ModelFile file, CompanionFiles companions)
    {
        TokenizerFacts? facts = file.First switch
        {
            GgufFile gguf => GgufTokenizer.Read(gguf),
            AprFile apr => AprTokenizer.Read(apr),
            _ => JsonTokenizer.Read(companions),
        };
        return facts is null ? [] : [facts];
    }

    /// <summary>Splits <c>left right</c> at its first space; the first character may be one itself (hf-companions.md §2.1).</summary>
    public static MergeRule Split(string rule)
    {
        int space = rule.Length > 1 ? rule.IndexOf(' ', 1) : -1;
        return space < 0 ? new(rule, null) : new(rule[..space], rule[(space + 1)..]);
    }

    /// <summary>True if a part of a merge rule is a token, under any of the spellings of a space (hf-companions.md §2.1, §2.2).</summary>
    public bool IsToken(string text) =>
        Tokens.Contains(text) || Tokens.Contains(text.Replace('\u0120', ' ')) || Tokens.Contains(text.Replace('\u2581', ' '));
}
