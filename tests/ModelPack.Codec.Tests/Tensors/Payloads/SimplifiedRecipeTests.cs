using System.Collections.Immutable;
using CsCheck;
using ModelPack.Codec.Tests.Architectures.Names;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Tensors.Payloads;

/// <summary>Recipes of several conversions one after the other: simplified, they give the same bytes, and nothing is left of what was
/// undone.</summary>
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
    public void Taking_each_part_of_a_stack_is_work_for_the_parts_and_not_for_their_square()
    {
        // [stack] and [stack of transposed matrices]
        foreach (Func<PayloadRecipe, PayloadRecipe> form in new Func<PayloadRecipe, PayloadRecipe>[] { part => part,
            part => new ExchangedPayload(part, 1, 2, 2, 1) })
        {
            const int Parts = 2000;
            Work work = new();
            JoinedPayload stack = new([.. Enumerable.Range(0, Parts).Select(part => form(new CountedPayload(part, work)))], 1);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int part = 0; part < Parts; part++)
            {
                PayloadRecipe expert = new TakenPayload(stack, part * 4, 4, Parts * 4, 1).Simplified();
                Assert.AreEqual(stack.Parts[part], expert);
                Assert.AreEqual(part, stack.Find(part * 4).Part);
            }

            Assert.IsLessThan(100 * Parts, work.Lengths);
            Assert.IsLessThan(2000 * Parts, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [TestMethod]
    public void Counting_the_steps_of_each_part_of_a_stack_is_work_for_the_parts_and_not_for_their_square()
    {
        const int Parts = 2000;
        Work work = new();
        RecordBudget budget = new(1 << 20);
        JoinedPayload stack = new([.. Enumerable.Range(0, Parts).Select(part => new CountedPayload(part, work))], 1);
        for (int part = 0; part < Parts; part++)
        {
            budget.Through(new TakenPayload(new StoredPayload(0, stack.Length), part * 4, 4, Parts * 4, 1), _ => stack);
        }

        Assert.AreEqual(Parts + 1, stack.Steps());
        Assert.IsLessThan(10 * Parts, work.Inners);
    }

    [TestMethod]
    public void Taking_across_parts_finds_the_first_and_the_last_and_passes_over_empty_ones()
    {
        JoinedPayload joined = new(
            [new StoredPayload(0, 0), new StoredPayload(1, 6), new StoredPayload(2, 0), new StoredPayload(3, 2), new StoredPayload(4, 4)],
            2);
        byte[][] payloads = [[], [1, 2, 3, 4, 5, 6], [], [7, 8], [9, 10, 11, 12]];
        for (int start = 0; start < 6; start++)
        {
            for (int size = 1; start + size <= 6; size++)
            {
                TakenPayload taken = new(joined, start, size, 6, 2);
                CollectionAssert.AreEqual(
                    NaiveRecipe.Evaluate(taken, payloads), NaiveRecipe.Evaluate(taken.Simplified(), payloads), $"{start} {size}");
            }
        }

        Assert.AreEqual((4, 3L), joined.Locate(11));
        Assert.AreEqual((3, 1L), joined.Locate(9));
    }

    [TestMethod]
    public void What_was_found_of_a_recipe_is_no_part_of_it()
    {
        JoinedPayload joined = new([new TakenPayload(new StoredPayload(0, 8), 0, 8, 8, 1), new StoredPayload(1, 4)], 1);
        JoinedPayload same = new(joined.Parts, 1);
        Assert.AreEqual(12, joined.Length);
        Assert.AreNotEqual<PayloadRecipe>(joined, joined.Simplified());
        Assert.AreEqual(same, joined);
        Assert.AreEqual(same.GetHashCode(), joined.GetHashCode());
        JoinedPayload other = joined with { Parts = [new StoredPayload(1, 4), new StoredPayload(0, 8), new StoredPayload(2, 8)] };
        Assert.AreEqual(20, other.Length);
        CollectionAssert.AreEqual(other.Parts, ((JoinedPayload)other.Simplified()).Parts);
        Assert.AreNotEqual(joined, joined with { Count = 2 });
    }

    [TestMethod]
    public void Exchanges_that_cannot_vanish_stay()
    {
        StoredPayload stored = new(0, 2 * 3 * 5 * 7);
        ExchangedPayload inner = new(stored, 2, 3, 5, 7);
        foreach (ExchangedPayload other in new ExchangedPayload[] { new(inner, 1, 5, 6, 7), new(inner, 2, 5, 21, 1), new(inner, 2, 3, 5, 7),
            new(inner, 1, 10, 3, 7) })
        {
            Assert.AreEqual(other, other.Simplified());
        }
    }

    [TestMethod]
    public void Numbers_that_are_reversed_or_widened_in_between_keep_steps_apart()
    {
        PayloadRecipe moved = new ExchangedPayload(
            new ReversedPayload(new ExchangedPayload(new StoredPayload(0, 24), 1, 2, 3, 4), TensorType.F32), 1, 3, 2, 4);
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

    private sealed class Work
    {
        public long Lengths { get; set; }

        public long Inners { get; set; }
    }

    /// <summary>A payload of four bytes that counts how often somebody asks.</summary>
    private sealed record CountedPayload(int Tensor, Work Work) : PayloadRecipe
    {
        public override long Length
        {
            get
            {
                Work.Lengths++;
                return 4;
            }
        }

        public override ImmutableArray<PayloadRecipe> Inner
        {
            get
            {
                Work.Inners++;
                return [];
            }
        }

        public override IEnumerable<int> Tensors() => [Tensor];

        protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this;
    }
}
