using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>T15: RoBERTa counts positions from the one behind the token that fills up (hf-companions.md §3.2). No text ever uses the rows
/// before it, and a GGUF does not have them.</summary>
internal static class PositionTransforms
{
    /// <summary>The token that fills up where no key says it: the class's own.</summary>
    public const long UsualPadding = 1;

    // Rows of zeros are made here, so that a key must not decide how many.
    private const long MostRows = 64;

    /// <summary>The rows that the config counts and a GGUF does not have are the first ones.</summary>
    public static TensorDraft ToGguf(TranslationMember member, ModelFacts facts)
    {
        TensorDraft draft = member.Draft;
        if (member.Match.GgufEnding != ".weight")
        {
            return draft;
        }

        member.RequireRank(2);
        long further = draft.Shape[0] - (facts.ContextLength ?? draft.Shape[0]);
        if (further > MostRows)
        {
            throw member.Error(
                TranslationErrors.WrongShape,
                $"there are {draft.Shape[0]} rows for a context of {facts.ContextLength}, and no model of the class has more than "
                    + $"{MostRows} rows before the first position");
        }

        return further <= 0 || !draft.HasWholeRows ? draft : draft with
        {
            Payload = PayloadRuns.Run(draft.Payload, further * draft.RowBytes, draft.Payload.Length - (further * draft.RowBytes), 1),
            Shape = draft.Shape.SetItem(0, draft.Shape[0] - further),
            Back = null,
        };
    }

    public static TensorDraft? ToHuggingFace(TranslationMember member, ModelFacts facts)
    {
        TensorDraft draft = member.Draft;
        if (member.Match.GgufEnding != ".weight" || facts.Tokenizer is not ("gpt2" or "t5"))
        {
            return draft;
        }

        member.RequireRank(2);
        long further = (facts.PaddingToken ?? UsualPadding) + 1;
        if (further > MostRows)
        {
            throw member.Error(
                TranslationErrors.WrongShape,
                $"positions would begin behind the padding token {further - 1}, and no model of the class has more than {MostRows} rows "
                    + $"before the first one");
        }

        if (!draft.HasWholeRows)
        {
            return null;
        }

        // A row of zeros is one in every type of numbers and blocks.
        long bytes = further * draft.RowBytes;
        long stored = draft.Payload.Length;
        return draft with
        {
            Payload = new JoinedPayload([new LiteralPayload(new byte[bytes]), draft.Payload], 1),
            Shape = draft.Shape.SetItem(0, draft.Shape[0] + further),
            Back = made => draft.Back!(PayloadRuns.Run(made, bytes, stored, 1)),
        };
    }
}
