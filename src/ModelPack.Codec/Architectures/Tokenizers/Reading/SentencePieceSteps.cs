using System.Text;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>What the runtime joins one after the other: of all neighbours that make a token, those first whose token has the best place,
/// and of equal ones the leftmost.</summary>
internal static class SentencePieceSteps
{
    /// <summary>Neighbours that are looked at for all splits of a vocabulary together. A cut one takes a few thousand, one with a merge for
    /// each token some millions.</summary>
    private const long MostWork = 1L << 26;

    /// <summary>The place of a text among the tokens; null if it is none.</summary>
    public delegate int? PlaceOf(ReadOnlySpan<char> text);

    /// <summary>
    /// Whether two parts ever stand side by side in a text. What lies around them has no part in it: whatever joins across their ends
    /// leaves no such part. So they meet in any text if they do where there is nothing else.
    /// </summary>
    /// <param name="left">The first part.</param>
    /// <param name="right">The second.</param>
    /// <param name="placeOf">Gives the places.</param>
    /// <param name="work">What was looked at so far. Beyond a bound, all parts are taken to meet.</param>
    public static bool Meet(string left, string right, PlaceOf placeOf, ref long work)
    {
        string text = left + right;
        List<int> ends = [];
        for (int end = 0; end < text.Length;)
        {
            end += Rune.TryGetRuneAt(text, end, out Rune letter) ? letter.Utf16SequenceLength : 1;
            ends.Add(end);
        }

        while (ends.Count > 2)
        {
            work += ends.Count;
            if (work > MostWork)
            {
                return true;
            }

            int best = int.MaxValue;
            int found = -1;
            for (int place = 0, begin = 0; place + 1 < ends.Count; begin = ends[place++])
            {
                if (placeOf(text.AsSpan(begin..ends[place + 1])) is { } rank && rank < best)
                {
                    (best, found) = (rank, place);
                }
            }

            if (found < 0)
            {
                return false;
            }

            ends.RemoveAt(found);
        }

        return ends.Count == 2 && ends[0] == left.Length;
    }
}
