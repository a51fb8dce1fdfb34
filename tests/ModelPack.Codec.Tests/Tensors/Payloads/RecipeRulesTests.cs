using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Tensors.Payloads;

[TestClass]
public sealed class RecipeRulesTests
{
    private static readonly long[] Lengths = [24, 0, 144, long.MaxValue / 4];
    private static readonly PayloadRecipe Stored = new StoredPayload(0, 24);

    private static readonly Dictionary<string, PayloadRecipe> Good = new()
    {
        ["stored"] = Stored,
        ["stored, empty"] = new StoredPayload(1, 0),
        ["literal"] = new LiteralPayload(new byte[3]),
        ["taken"] = new TakenPayload(Stored, 5, 1, 6, 4),
        ["joined"] = new JoinedPayload([Stored, new LiteralPayload(default), Stored], 24),
        ["exchanged"] = new ExchangedPayload(Stored, 2, 3, 2, 2),
        ["reversed"] = new ReversedPayload(Stored, TensorType.F64),
        ["widened"] = new WidenedPayload(new StoredPayload(2, 144), TensorType.Q4_K),
        ["narrowed"] = new NarrowedPayload(Stored, TensorType.BF16),
        ["shifted"] = new ShiftedPayload(Stored, 1),
        ["nibbles"] = new NibblesPayload(Stored, 8, Apart: true),
        ["unsigned"] = new UnsignedPayload(Stored),
        ["computed"] = new ComputedPayload(Stored, NumberFunction.LogarithmOfNegative),
    };

    private static readonly Dictionary<string, (PayloadRecipe Recipe, string Message)> Bad = new()
    {
        ["a tensor that is not there"] = (new StoredPayload(4, 24), "24 bytes of tensor 4"),
        ["a negative tensor"] = (new StoredPayload(-1, 24), "tensor -1"),
        ["another length"] = (new StoredPayload(0, 23), "23 bytes of tensor 0"),
        ["a negative start"] = (new TakenPayload(Stored, -1, 1, 6, 4), "bytes -1"),
        ["a run of nothing"] = (new TakenPayload(Stored, 0, 0, 6, 4), "bytes 0"),
        ["a run beyond its group"] = (new TakenPayload(Stored, 5, 2, 6, 4), "bytes 5"),
        ["groups that are not the payload"] = (new TakenPayload(Stored, 0, 1, 6, 3), "3 groups of 6"),
        ["groups whose length wraps"] = (new TakenPayload(Stored, 0, 1, 1L << 61, 1L << 3), "groups"),
        ["no groups"] = (new TakenPayload(new LiteralPayload(default), 0, 1, 1, 0), "0 groups"),
        ["a start beyond all numbers"] = (new TakenPayload(Stored, long.MaxValue, 1, 24, 1), "not those of"),
        ["no parts"] = (new JoinedPayload([], 1), "0 payloads"),
        ["parts in no groups"] = (new JoinedPayload([Stored], 0), "0 groups"),
        ["parts in a negative number of groups"] = (new JoinedPayload([Stored], -1), "-1 groups"),
        ["a part that does not divide"] = (new JoinedPayload([Stored, new LiteralPayload(new byte[5])], 4), "cannot be dealt out in 4"),
        ["parts that are too long together"] =
            (new JoinedPayload([.. Enumerable.Repeat(new StoredPayload(3, Lengths[3]), 5)], 1), "5 payloads"),
        ["an exchange of other bytes"] = (new ExchangedPayload(Stored, 2, 3, 2, 1), "are not 24 bytes"),
        ["an exchange of negative sides"] = (new ExchangedPayload(Stored, 2, -3, -2, 2), "are not 24 bytes"),
        ["an exchange of nothing"] = (new ExchangedPayload(new LiteralPayload(default), 0, 1, 1, 1), "are not 0 bytes"),
        ["an exchange that wraps"] = (new ExchangedPayload(Stored, 1L << 62, 1L << 62, 1L << 62, 24), "are not 24 bytes"),
        ["a unit beyond memory"] = (new ExchangedPayload(new StoredPayload(3, Lengths[3]), 1, 1, 1, Lengths[3]), "units of"),
        ["another order of half a number"] = (new ReversedPayload(new LiteralPayload(new byte[7]), TensorType.F64), "whole number of F64"),
        ["another order of a type that has none"] = (new ReversedPayload(Stored, TensorType.U8), "no other byte order"),
        ["half a block widened"] = (new WidenedPayload(Stored, TensorType.Q4_K), "whole number of Q4_K"),
        ["integers widened"] = (new WidenedPayload(Stored, TensorType.I64), "cannot be widened"),
        ["padded rows widened"] = (new WidenedPayload(new StoredPayload(2, 144), TensorType.AprQ4KRows), "cannot be widened"),
        ["a type that is not narrow"] = (new NarrowedPayload(Stored, TensorType.F64), "not narrower"),
        ["half a number narrowed"] = (new NarrowedPayload(new LiteralPayload(new byte[6]), TensorType.F16), "whole number of F32"),
        ["half a number shifted"] = (new ShiftedPayload(new LiteralPayload(new byte[6]), 1), "whole number of F32"),
        ["half a number computed"] =
            (new ComputedPayload(new LiteralPayload(new byte[6]), NumberFunction.NegativeExponential), "whole number of F32"),
        ["codes of half a block"] = (new NibblesPayload(Stored, 16, Apart: true), "whole number of blocks of 16"),
        ["codes of a block without halves"] = (new NibblesPayload(Stored, 3, Apart: false), "whole number of blocks of 3"),
        ["codes of no block"] = (new NibblesPayload(Stored, 0, Apart: false), "whole number of blocks of 0"),
        ["codes of a block beyond all"] =
            (new NibblesPayload(new StoredPayload(3, Lengths[3]), 1L << 32, Apart: true), "whole number of blocks of 4294967296"),
        ["something bad within"] =
            (new JoinedPayload([Stored, new ReversedPayload(new StoredPayload(9, 24), TensorType.F16)], 1), "tensor 9"),
    };

    public static IEnumerable<string> GoodNames => Good.Keys;

    public static IEnumerable<string> BadNames => Bad.Keys;

    [TestMethod]
    [DynamicData(nameof(GoodNames))]
    public void Sound_recipe_is_accepted(string name)
    {
        RecipeRules.Check(Good[name], Lengths);
        Assert.AreEqual(Good[name].Length, RecipeSource.Open(Good[name], stored => new MemoryByteSource(new byte[stored.Bytes])).Length);
    }

    [TestMethod]
    [DynamicData(nameof(BadNames))]
    public void Recipe_with_a_bad_number_is_refused(string name)
    {
        (PayloadRecipe recipe, string message) = Bad[name];
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => RecipeRules.Check(recipe, Lengths));
        StringAssert.Contains(exception.Message, message);
    }

    [TestMethod]
    public void Depth_is_limited_before_the_stack_is()
    {
        PayloadRecipe recipe = Stored;
        for (int i = 1; i < RecipeRules.MaximumDepth; i++)
        {
            recipe = new TakenPayload(recipe, 0, 24, 24, 1);
        }

        RecipeRules.Check(recipe, Lengths);
        StringAssert.Contains(Refusal(new TakenPayload(recipe, 0, 24, 24, 1)), "steps deep");
    }

    [TestMethod]
    public void Exchanges_in_one_another_are_limited()
    {
        PayloadRecipe recipe = Stored;
        for (int i = 0; i < 4; i++)
        {
            recipe = new ExchangedPayload(recipe, 1, 4, 6, 1);
        }

        RecipeRules.Check(recipe, Lengths);
        StringAssert.Contains(Refusal(new ExchangedPayload(recipe, 1, 4, 6, 1)), "more than 4 times");
        RecipeRules.Check(new JoinedPayload([recipe, recipe], 1), Lengths);
    }

    [TestMethod]
    public void Blocks_of_bytes_that_lie_apart_of_blocks_of_such_bytes_are_refused()
    {
        // Each byte of the result takes 144 reads, each of which takes 144.
        PayloadRecipe once = Mixed(new StoredPayload(2, 144));
        RecipeRules.Check(once, Lengths);
        StringAssert.Contains(Refusal(Mixed(once)), "in turns");

        static PayloadRecipe Mixed(PayloadRecipe of) => new ReversedPayload(new ExchangedPayload(of, 1, 12, 12, 1), TensorType.Q4_K);
    }

    [TestMethod]
    public void Deep_and_wide_recipes_are_checked_once()
    {
        PayloadRecipe recipe = new JoinedPayload([.. Enumerable.Repeat(Stored, 20_000)], 1);
        for (int i = 2; i < RecipeRules.MaximumDepth; i++)
        {
            recipe = new JoinedPayload([recipe], 1);
        }

        int asked = 0;
        RecipeRules.Check(recipe, new CountedLengths(Lengths, () => asked++));
        Assert.IsLessThan(50_000, asked, "each of 20,000 parts is looked at once, not once a level");
    }

    private static string Refusal(PayloadRecipe recipe) =>
        Assert.ThrowsExactly<InvalidDataException>(() => RecipeRules.Check(recipe, Lengths)).Message;

    private sealed class CountedLengths(long[] lengths, Action asked) : IReadOnlyList<long>
    {
        public int Count => lengths.Length;

        public long this[int index]
        {
            get
            {
                asked();
                return lengths[index];
            }
        }

        public IEnumerator<long> GetEnumerator() => lengths.AsEnumerable().GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
