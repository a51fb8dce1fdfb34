using CsCheck;
using ModelPack.Codec.Tensors;
using ModelPack.Codec.Tensors.Payloads;
using ModelPack.Codec.Tests.HuggingFace.Names;

namespace ModelPack.Codec.Tests.Tensors.Payloads;

/// <summary>Recipes of several conversions one after the other: simplified, they give the same bytes, and nothing is left of what was undone.</summary>
[TestClass]
public sealed class SimplifiedRecipeTests
{
    [TestMethod]
    public void Simplified_moves_give_the_bytes_that_the_moves_give() => Gen.Select(Gen.Int, Gen.Int[0, 7]).Sample(
        (seed, moves) =>
        {
            RandomMoves random = new(seed);
            byte[][] payloads = [random.Payload];
            RandomMoves.MovedMatrices moved = random.Move(moves, recipe => recipe);
            foreach (PayloadRecipe recipe in moved.Matrices.Select(matrix => matrix.Recipe))
            {
                PayloadRecipe simple = recipe.Simplified();
                CollectionAssert.AreEqual(NaiveRecipe.Evaluate(recipe, payloads), NaiveRecipe.Evaluate(simple, payloads));
            }
        },
        iter: 2000);

    [TestMethod]
    public void Exchanges_that_cannot_vanish_stay()
    {
        StoredPayload stored = new(0, 2 * 3 * 5 * 7);
        ExchangedPayload inner = new(stored, 2, 3, 5, 7);
        foreach (ExchangedPayload other in new ExchangedPayload[] { new(inner, 1, 5, 6, 7), new(inner, 2, 5, 21, 1), new(inner, 2, 3, 5, 7), new(inner, 1, 10, 3, 7) })
        {
            Assert.AreEqual(other, other.Simplified());
        }
    }

    [TestMethod]
    public void Numbers_that_are_reversed_or_widened_in_between_keep_steps_apart()
    {
        PayloadRecipe moved = new ExchangedPayload(new ReversedPayload(new ExchangedPayload(new StoredPayload(0, 24), 1, 2, 3, 4), TensorType.F32), 1, 3, 2, 4);
        Assert.AreEqual(moved, moved.Simplified());
        PayloadRecipe other = new ReversedPayload(new ReversedPayload(new StoredPayload(0, 24), TensorType.F32), TensorType.F64);
        Assert.AreEqual(other, other.Simplified());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Of_moves_that_are_undone_nothing_is_left(bool atEachMove) => Gen.Select(Gen.Int, Gen.Int[0, 3]).Sample(
        (seed, moves) =>
        {
            RandomMoves random = new(seed);
            RandomMoves.MovedMatrices moved = random.Move(moves, recipe => atEachMove ? recipe.Simplified() : recipe);
            foreach (Func<RandomMoves.MovedMatrices, RandomMoves.MovedMatrices> undo in moved.Undo)
            {
                moved = undo(moved).Each(recipe => atEachMove ? recipe.Simplified() : recipe);
            }

            Assert.HasCount(1, moved.Matrices);
            Assert.AreEqual(new StoredPayload(0, random.Payload.Length), moved.Matrices[0].Recipe.Simplified());
        },
        iter: 2000);
}
