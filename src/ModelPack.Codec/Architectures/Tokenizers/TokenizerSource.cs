using ModelPack.Diagnostics;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>A tokenizer's keys, read and checked.</summary>
internal sealed record TokenizerSource(Derivation Derivation, string Model, Vocabulary Vocabulary, SpecialTokens Special)
{
    public MetadataKeys Keys => Derivation.Keys;

    /// <summary>How many tokens the files hold: fillers at the end that have no role are left out (hf-companions.md §2.2).</summary>
    public int Written { get; } = Math.Max(Vocabulary.CountReal(), Special.All.Values.Select(token => token.Id + 1).DefaultIfEmpty().Max());

    public SpaceStripping Stripping { get; } = SpaceStripping.For(Derivation.Keys, Model);

    /// <summary>Says why tokenizer.json is not written.</summary>
    public TokenizerPlan? Refuse(string reason)
    {
        Derivation.Refuse(CompanionNames.Tokenizer, reason, NoteRank.ChangesResults);
        return null;
    }

    public void Note(string text, NoteRank rank = NoteRank.MayBeMissed) => Derivation.Note(CompanionNames.Tokenizer, text, rank);

    /// <summary>Reads a flag; a wrong one is noted and treated as unknown by the caller.</summary>
    public bool TryFlag(string key, bool whenAbsent, out bool flag)
    {
        Reading<bool> reading = Keys.Bool(key);
        if (reading.Problem is { } problem)
        {
            Refuse(problem);
        }

        flag = reading.IsRead ? reading.Value : whenAbsent;
        return reading.Problem is null;
    }
}
