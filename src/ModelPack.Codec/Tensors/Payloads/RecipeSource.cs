using ModelPack.IO;

namespace ModelPack.Tensors.Payloads;

/// <summary>Makes a recipe readable: at any offset, from several threads, without carrying it out as a whole.</summary>
internal static class RecipeSource
{
    /// <summary>The bytes that a recipe makes. They come from <paramref name="stored"/>, which are not owned.</summary>
    /// <param name="recipe">A recipe that <see cref="RecipeRules"/> accept.</param>
    /// <param name="stored">The payload of a tensor of the list that the recipe is about.</param>
    public static ByteSource Open(PayloadRecipe recipe, Func<StoredPayload, ByteSource> stored) => recipe switch
    {
        StoredPayload payload => stored(payload),
        LiteralPayload literal => new MemoryByteSource(literal.Bytes, "<kept bytes>"),
        TakenPayload { Count: 1 } taken => new RangeByteSource(Open(taken.Of, stored), taken.Start, taken.Size),
        TakenPayload taken => new TakenByteSource(Open(taken.Of, stored), taken),
        JoinedPayload joined => new JoinedByteSource([.. joined.Parts.Select(part => Open(part, stored))], joined.Count),
        ExchangedPayload exchanged => new ExchangedByteSource(Open(exchanged.Of, stored), exchanged),
        ReversedPayload reversed => Blockwise(Open(reversed.Of, stored), reversed),
        WidenedPayload widened => Blockwise(Open(widened.Of, stored), widened),
        NarrowedPayload narrowed =>
            new BlockwiseByteSource(Open(narrowed.Of, stored), sizeof(float), sizeof(ushort), NumberCodes.Narrowing(narrowed.Type)),
        ShiftedPayload shifted => new BlockwiseByteSource(
            Open(shifted.Of, stored), sizeof(float), sizeof(float),
            (numbers, destination) => NumberCodes.Shift(numbers, destination, shifted.Addend)),
        ScaledPayload scaled => new BlockwiseByteSource(
            Open(scaled.Of, stored), sizeof(float), sizeof(float),
            (numbers, destination) => NumberCodes.Scale(numbers, destination, scaled.Factor)),
        ComputedPayload computed => new BlockwiseByteSource(
            Open(computed.Of, stored), sizeof(float), sizeof(float),
            (numbers, destination) => NumberFunctions.Apply(computed.Function, numbers, destination)),
        NibblesPayload nibbles => new BlockwiseByteSource(
            Open(nibbles.Of, stored), (int)nibbles.BlockBytes, (int)nibbles.BlockBytes, nibbles.Move),
        UnsignedPayload unsigned => new BlockwiseByteSource(Open(unsigned.Of, stored), 1, 1, UnsignedPayload.Copy),
        _ => throw new InvalidOperationException($"a {recipe.GetType().Name} cannot be read"),
    };

    private static BlockwiseByteSource Blockwise(ByteSource payload, ReversedPayload reversed)
    {
        int block = TensorTypes.Get(reversed.Type).BlockBytes;
        return new(payload, block, block, (blocks, destination) =>
        {
            blocks.CopyTo(destination);
            PayloadByteOrder.Reverse(reversed.Type, destination);
        });
    }

    private static BlockwiseByteSource Blockwise(ByteSource payload, WidenedPayload widened)
    {
        TensorTypeInfo type = TensorTypes.Get(widened.Type);
        return new(payload, type.BlockBytes, type.BlockElements * sizeof(float), NumberCodes.Widening(widened.Type));
    }
}
