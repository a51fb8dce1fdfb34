using System.Collections.Immutable;
using System.Text.Json;

namespace ModelPack.Architectures.Names;

/// <summary>Reads what a row of a table says of dimensions and pieces: <c>form</c>, <c>where</c>, <c>cut</c> and <c>take</c> (T5, T11, T21,
/// T22).</summary>
internal static class CutRows
{
    private const string Transposed = "e d f -> e f d";

    private static readonly TensorCut Alternating = new(-1, null, [], 2, Interleaves: true);

    public static TensorCut? Cut(JsonElement row)
    {
        if (IsBlocks(row))
        {
            return row.TryGetProperty("part", out _) ? Alternating : null;
        }

        if (!row.TryGetProperty("cut", out JsonElement cut))
        {
            return null;
        }

        IReadOnlyDictionary<string, SizeExpression> letters = Letters(row);
        ImmutableArray<SizeExpression> sizes = cut.TryGetProperty("sizes", out JsonElement list)
            ? [.. list.EnumerateArray().Select(size => new SizeExpression(size.GetString()!, letters))]
            : [];
        return new TensorCut(
            cut.GetProperty("axis").GetInt32(),
            cut.TryGetProperty("groups", out JsonElement groups) ? new SizeExpression(groups.GetString()!, letters) : null,
            sizes,
            sizes.IsEmpty ? cut.GetProperty("parts").GetInt32() : sizes.Length,
            cut.TryGetProperty("interleaved", out JsonElement interleaved) && interleaved.GetBoolean());
    }

    /// <summary>A row without a cut is about all of its tensor.</summary>
    public static ImmutableArray<CutPiece> Take(JsonElement row)
    {
        if (IsBlocks(row))
        {
            int half = row.TryGetProperty("part", out JsonElement rows) && rows.GetString() == "odd rows" ? 1 : 0;
            return [new(half, new Rearrangement(Transposed, Letters(row)))];
        }

        ImmutableArray<Rearrangement?> forms = Forms(row);
        int[] numbers = row.TryGetProperty("take", out JsonElement take)
            ? [.. take.EnumerateArray().Select(number => number.GetInt32())]
            : [0];
        return [.. numbers.Select((number, place) => new CutPiece(number, forms.IsEmpty ? null : forms[forms.Length == 1 ? 0 : place]))];
    }

    public static IReadOnlyDictionary<string, SizeExpression> Letters(JsonElement row)
    {
        Dictionary<string, SizeExpression> letters = new(StringComparer.Ordinal);
        if (row.TryGetProperty("where", out JsonElement where))
        {
            foreach (JsonProperty letter in where.EnumerateObject())
            {
                letters.Add(letter.Name, new SizeExpression(letter.Value.GetString()!, letters));
            }
        }

        return letters;
    }

    // One for all pieces, or one for each of them; "" where a piece stays.
    private static ImmutableArray<Rearrangement?> Forms(JsonElement row)
    {
        if (!row.TryGetProperty("form", out JsonElement form))
        {
            return [];
        }

        IReadOnlyDictionary<string, SizeExpression> letters = Letters(row);
        IEnumerable<string> texts = form.ValueKind == JsonValueKind.Array
            ? form.EnumerateArray().Select(text => text.GetString()!)
            : [form.GetString()!];
        return [.. texts.Select(text => text.Length == 0 ? null : new Rearrangement(text, letters))];
    }

    private static bool IsBlocks(JsonElement row) =>
        row.TryGetProperty("transform", out JsonElement transforms) && transforms[0].GetString() == "T11";
}
