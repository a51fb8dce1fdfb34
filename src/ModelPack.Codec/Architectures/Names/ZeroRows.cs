using System.Collections.Immutable;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>T23: rows of zeros behind a table that has fewer than there are tokens (formats/architectures, gemma3n). How many are of the
/// model, no key says: on the way back the zeros at the end are none of it.</summary>
internal static class ZeroRows
{
    private const long MostBytes = 1 << 26;

    /// <summary>Tokens of pictures and sound are some hundred; no more rows are looked at.</summary>
    private const long MostRows = 4096;

    public static TensorDraft ToGguf(TranslationMember member, ModelFacts facts)
    {
        TensorDraft draft = member.Draft;
        if (member.Match.GgufEnding != ".weight" || facts.TokenCount is not { } rows || draft.Shape.Length < 2
            || draft.Shape[0] is 0 || draft.Shape[0] >= rows || !draft.HasWholeRows)
        {
            return draft;
        }

        // Rows of zeros are made here, so that two numbers must not decide how many.
        Int128 bytes = (Int128)(rows - draft.Shape[0]) * draft.RowBytes;
        long stored = draft.Payload.Length;
        return bytes > MostBytes || bytes > stored
            ? throw member.Error(
                TranslationErrors.WrongShape,
                $"there are {rows} tokens: {rows - draft.Shape[0]} rows of zeros would be longer than the table")
            : draft with
            {
                Payload = new JoinedPayload([draft.Payload, new LiteralPayload(new byte[(int)bytes])], 1),
                Shape = draft.Shape.SetItem(0, rows),
                Back = made => draft.Back!(PayloadRuns.Run(made, 0, stored, 1)),
            };
    }

    public static TensorDraft ToHuggingFace(TranslationMember member, ModelFacts facts)
    {
        TensorDraft draft = member.Draft;
        if (!facts.OwnRows.TryGetValue(member.Tensor.Name, out long rows) || draft.Shape.Length < 2 || rows >= draft.Shape[0])
        {
            return draft;
        }

        long bytes = rows * draft.RowBytes;
        long stored = draft.Payload.Length;
        return draft with
        {
            Payload = PayloadRuns.Run(draft.Payload, 0, bytes, 1),
            Shape = draft.Shape.SetItem(0, rows),
            Back = made => draft.Back!(new JoinedPayload([made, new LiteralPayload(new byte[stored - bytes])], 1)),
        };
    }

    /// <summary>The rows of a table before the zeros at its end.</summary>
    /// <param name="table">The table of a GGUF.</param>
    /// <param name="read">Reads bytes of its payload.</param>
    public static long Own(TensorInfo table, Func<long, int, byte[]> read)
    {
        if (table.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16) || table.Shape.Length < 2 || table.Shape[0] < 2)
        {
            return table.Shape is [var all, ..] ? all : 0;
        }

        long bytes = table.ByteLength / table.Shape[0];
        long rows = table.Shape[0];
        long least = Math.Max(1, rows - Math.Min(MostRows, bytes == 0 ? 0 : MostBytes / bytes));
        while (rows > least && read((rows - 1) * bytes, (int)bytes).AsSpan().IndexOfAnyExcept((byte)0) < 0)
        {
            rows--;
        }

        // Where all that was looked at is zero, nothing tells where the model's own rows end.
        return rows == least ? table.Shape[0] : rows;
    }
}
