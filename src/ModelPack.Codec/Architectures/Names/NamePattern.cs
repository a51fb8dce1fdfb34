using System.Globalization;

namespace ModelPack.Architectures.Names;

/// <summary>A name with places for numbers: <c>blk.{n}.ffn_up</c>. Numbers stand without leading zeros, so that a name has one reading and
/// back.</summary>
internal sealed class NamePattern
{
    private const string LayerPlace = "{n}";
    private const string IndexPlace = "{x}";

    /// <summary>Far more than any model has, and small enough for an int.</summary>
    private const int MostDigits = 9;

    private readonly string[] pieces;

    public NamePattern(string text)
    {
        Text = text;
        pieces = text.Replace(LayerPlace, $"\0{LayerPlace}\0", StringComparison.Ordinal)
            .Replace(IndexPlace, $"\0{IndexPlace}\0", StringComparison.Ordinal).Split('\0');
    }

    public string Text { get; }

    public bool HasLayer => pieces.Contains(LayerPlace);

    public bool HasIndex => pieces.Contains(IndexPlace);

    /// <summary>True for what <c>block_count</c> counts: not for a decoder that stands beside an encoder.</summary>
    public bool IsInBlock =>
        Text.StartsWith("blk.", StringComparison.Ordinal) || Text.StartsWith("enc.blk.", StringComparison.Ordinal)
        || Text.StartsWith("v.blk.", StringComparison.Ordinal);

    public string Format(int layer, int index) => Text
        .Replace(LayerPlace, layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace(IndexPlace, index.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Reads the numbers of a name; what the pattern does not have is -1.</summary>
    public bool TryMatch(ReadOnlySpan<char> name, out int layer, out int index)
    {
        (layer, index) = (-1, -1);
        foreach (string piece in pieces)
        {
            if (piece is LayerPlace or IndexPlace)
            {
                if (!TryTakeNumber(ref name, out int number))
                {
                    return false;
                }

                (layer, index) = piece == LayerPlace ? (number, index) : (layer, number);
            }
            else if (name.StartsWith(piece, StringComparison.Ordinal))
            {
                name = name[piece.Length..];
            }
            else
            {
                return false;
            }
        }

        return name.IsEmpty;
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<char> name, out int number)
    {
        int digits = 0;
        while (digits < name.Length && char.IsAsciiDigit(name[digits]))
        {
            digits++;
        }

        number = -1;
        if (digits is 0 or > MostDigits || (digits > 1 && name[0] == '0'))
        {
            return false;
        }

        number = int.Parse(name[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
        name = name[digits..];
        return true;
    }
}
