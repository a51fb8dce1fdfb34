using System.Text.RegularExpressions;
using ModelPack.Diagnostics;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>The rank that a note must have, by its text. Whatever a test derives or plans is held against it.</summary>
internal static class NoteRankTable
{
    private const NoteRank Results = NoteRank.ChangesResults;
    private const NoteRank Nothing = NoteRank.WithoutEffect;

    private static readonly (Regex Text, NoteRank Rank)[] Rows =
    [
        .. new (string Text, NoteRank Rank)[]
        {
            ("^restored '", Nothing),
            ("^the source has this format already", Nothing),
            ("llama\\.cpp loads models without it that have 26 or 27 layers", Results),
            ("rope_scaling: mscale is lost and taken to be mscale_all_dim", Results),
            ("the file travels as it is, and nothing is read from it$", Results),
            ("there is no rule for the model_type|the model cannot be expressed in GGUF", Results),
            ("^config\\.json: topk_method is a guess: there are groups", Results),
            (": not derived: no key gives a field of it$", Nothing),
            ("leave all experts to choose from, and are written as 1$", Nothing),
            ("BertForSequenceClassification follows from the tensors of its head$", Nothing),
            ("BertModel is a guess, other classes share the architecture", Results),
            ("without which BertForSequenceClassification does not compute the same$", Results),
            ("but a runtime that does not read the key takes ", Results),
            ("(is|are) lost, and without effect on what the model computes$", Nothing),
            ("^config\\.json: config\\.json cannot be derived: ", Results),
            ("pooling_type is left out: ", Results),
            ("torch_dtype(: general\\.file_type| is lost: the matrices| is that of the widened weights)", Nothing),
            ("norm_topk_prob is missing; the runtime normalizes", Results),
            ("use_sliding_window is true, for which there is no key", Results),
            ("are guesses that give every value of rope_freqs\\.weight$", Nothing),
            ("APR has no head that scores", Results),
            ("model_max_length is lost", Nothing),
            ("tokenizer_class is lost; ", Nothing),
            ("not derived: no key names a special token$", Nothing),
            ("clean_up_tokenization_spaces is lost$", Nothing),
            ("normalizer: null is a guess for the pre-tokenizer", Results),
            ("which means that to the runtime$", Nothing),
            ("but llama\\.cpp makes .* of (it|them) because of (its name|their names)", Results),
            ("normalizer: NFC has no key", Results),
            ("a word that is a token itself can get other tokens$", Results),
            ("prepend_scheme (always|first) has no key", Results),
            ("the prefix space is a guess, ", Results),
            ("the original's training options are lost$", Nothing),
            ("^config\\.json: (.*, )?(is_causal|sliding_window)( and .*)? ?(is|are) lost", Results),
        }.Select(row => (new Regex(row.Text, RegexOptions.CultureInvariant | RegexOptions.Compiled), row.Rank)),
    ];

    public static void Check(IEnumerable<RankedNote> notes)
    {
        foreach (RankedNote note in notes)
        {
            foreach ((_, NoteRank expected) in Rows.Where(row => row.Text.IsMatch(note.Text)).Take(1))
            {
                Assert.AreEqual(expected, note.Rank, note.Text);
            }
        }
    }
}
