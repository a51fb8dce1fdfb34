using System.Runtime.InteropServices;
using CsCheck;
using ModelPack.Codec.Tests.Architectures.Names;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Tensors.Payloads;

/// <summary>What a recipe gives when it is read anywhere, against the same recipe carried out byte by byte.</summary>
[TestClass]
public sealed class RecipeSourceTests
{
    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Any_recipe_read_at_any_place_gives_what_carrying_it_out_gives() => Gen.Select(Gen.Int, Gen.Int[0, 5]).Sample(
        (seed, depth) =>
        {
            RandomRecipe recipes = new(seed);
            PayloadRecipe recipe = recipes.Next(depth);
            if (!KeepsToTheRules(recipe, recipes.Lengths))
            {
                return;
            }

            CheckEverywhere(recipe, recipes.Payloads, new Random(seed));
        },
        iter: 3000);

    [TestMethod]
    public void Simplified_recipe_gives_the_same_and_located_bytes_are_those_that_are_given() => Gen.Select(Gen.Int, Gen.Int[0, 4]).Sample(
        (seed, depth) =>
        {
            RandomRecipe recipes = new(seed);
            PayloadRecipe recipe = recipes.Next(depth);
            if (!KeepsToTheRules(recipe, recipes.Lengths))
            {
                return;
            }

            byte[] made = NaiveRecipe.Evaluate(recipe, recipes.Payloads);
            CollectionAssert.AreEqual(made, NaiveRecipe.Evaluate(recipe.Simplified(), recipes.Payloads));
            HashSet<Type> kinds = [];
            Collect(recipe, kinds);
            for (int at = 0; at < made.Length && !kinds.Contains(typeof(ReversedPayload)); at++)
            {
                if (recipe.Locate(at) is var (tensor, offset))
                {
                    Assert.AreEqual(made[at], recipes.Payloads[tensor][offset]);
                }
                else
                {
                    Assert.IsTrue(
                        kinds.Overlaps([typeof(LiteralPayload), typeof(WidenedPayload), typeof(NarrowedPayload), typeof(ShiftedPayload),
                            typeof(NibblesPayload)]));
                }
            }
        },
        iter: 1000);

    [TestMethod]
    public void Reversed_byte_is_located_at_the_begin_of_its_number() =>
        Assert.AreEqual((3, 8L), new ReversedPayload(new StoredPayload(3, 16), TensorType.F64).Locate(13)!.Value);

    [TestMethod]
    public void Columns_of_a_transposed_matrix_are_taken_as_rows_of_the_matrix()
    {
        byte[] payload = [.. Enumerable.Range(0, 6 * 5 * 2).Select(value => (byte)value)];
        TakenPayload taken = new(new ExchangedPayload(new StoredPayload(0, payload.Length), 1, 6, 5, 2), 4, 4, 12, 5);
        PayloadRecipe simple = taken.Simplified();
        Assert.AreEqual(new ExchangedPayload(new TakenPayload(new StoredPayload(0, payload.Length), 20, 20, 60, 1), 1, 2, 5, 2), simple);
        CollectionAssert.AreEqual(NaiveRecipe.Evaluate(taken, [payload]), NaiveRecipe.Evaluate(simple, [payload]));
        TakenPayload across = taken with { Start = 3 };
        Assert.AreEqual(across, across.Simplified());
    }

    [TestMethod]
    public void Numbers_are_multiplied_as_floats_are()
    {
        float[] numbers = [0, -0f, 1, 3, 0.1f, 1e-45f, 3e38f, float.PositiveInfinity];
        ScaledPayload scaled = new(new StoredPayload(0, numbers.Length * 4), 0.7f);
        ByteSource source = RecipeSource.Open(scaled, _ => new MemoryByteSource(MemoryMarshal.AsBytes<float>(numbers).ToArray()));
        byte[] made = new byte[numbers.Length * 4];
        source.ReadAt(0, made);
        CollectionAssert.AreEqual(numbers.Select(number => number * 0.7f).ToArray(), MemoryMarshal.Cast<byte, float>(made).ToArray());
    }

    [TestMethod]
    public void Random_recipes_use_every_kind()
    {
        HashSet<Type> kinds = [];
        for (int seed = 0; seed < 500; seed++)
        {
            Collect(new RandomRecipe(seed).Next(4), kinds);
        }

        // What is only planned has no bytes yet.
        kinds.Add(typeof(PlannedPayload));

        // No record holds one, and these are recipes of records.
        kinds.Add(typeof(ScaledPayload));
        Assert.HasCount(typeof(PayloadRecipe).Assembly.GetTypes().Count(type => type.BaseType == typeof(PayloadRecipe)), kinds);
    }

    [TestMethod]
    [DataRow(1, 64, 48, 1)]
    [DataRow(1, 48, 64, 4)]
    [DataRow(3, 1, 100, 2)]
    [DataRow(3, 100, 1, 2)]
    [DataRow(2, 37, 41, 4)]
    [DataRow(1, 64, 33, 4)]
    [DataRow(1, 600, 700, 4)]
    [DataRow(2, 5, 7, 1023)]
    [DataRow(2, 5, 7, 1024)]
    [DataRow(2, 5, 7, 1025)]
    [DataRow(1, 2, 2, 9000)]
    public void Exchange_of_rows_and_columns_is_right_whatever_the_unit(int outer, int rows, int columns, int unit)
    {
        byte[] payload = new byte[outer * rows * columns * unit];
        new Random(unit).NextBytes(payload);
        ExchangedPayload exchanged = new(new StoredPayload(0, payload.Length), outer, rows, columns, unit);
        CheckEverywhere(exchanged, [payload], new Random(rows));
        CheckEverywhere(new ExchangedPayload(exchanged, outer, columns, rows, unit), [payload], new Random(rows));
        CollectionAssert.AreEqual(payload, Read(new ExchangedPayload(exchanged, outer, columns, rows, unit), [payload]));
    }

    [TestMethod]
    public void Every_short_run_of_a_small_exchange_is_right()
    {
        byte[] payload = [.. Enumerable.Range(0, 2 * 4 * 3 * 2).Select(value => (byte)value)];
        ExchangedPayload exchanged = new(new StoredPayload(0, payload.Length), 2, 4, 3, 2);
        byte[] expected = NaiveRecipe.Evaluate(exchanged, [payload]);
        ByteSource source = Open(exchanged, [payload]);
        for (int offset = 0; offset < payload.Length; offset++)
        {
            for (int length = 0; length <= payload.Length - offset; length++)
            {
                CollectionAssert.AreEqual(expected[offset..(offset + length)], source.ReadBytes(offset, length), $"{offset} {length}");
            }
        }
    }

    [TestMethod]
    public void Parts_without_bytes_may_stand_anywhere()
    {
        byte[] payload = [1, 2, 3, 4, 5, 6];
        PayloadRecipe empty = new LiteralPayload(default);
        PayloadRecipe stored = new StoredPayload(0, 6);
        foreach (PayloadRecipe[] parts in new[] { [empty, stored], [stored, empty], [empty, empty, stored, empty, empty, stored, empty],
            (PayloadRecipe[])[empty, empty] })
        {
            foreach (int count in new[] { 1, 2, 3, 6 })
            {
                CheckEverywhere(new JoinedPayload([.. parts], count), [payload], new Random(count));
            }
        }
    }

    [TestMethod]
    [DataRow(TensorType.Q8_0, 34 * 12_000)]
    [DataRow(TensorType.F16, 2 * 200_001)]
    [DataRow(TensorType.BF16, 2 * 200_001)]
    public void Payload_of_many_buffers_is_widened_at_any_place(TensorType type, int bytes)
    {
        byte[] payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);
        WidenedPayload widened = new(new StoredPayload(0, bytes), type);
        CheckEverywhere(widened, [payload], new Random(7));
        if (type != TensorType.Q8_0)
        {
            CollectionAssert.AreEqual(payload, Read(new NarrowedPayload(widened, type), [payload]));
        }
    }

    [TestMethod]
    public void Short_reads_across_rows_of_exchanges_in_one_another_stay_cheap()
    {
        // Every run that the outer exchange reads lies across the end of a row of the inner one.
        const int Side = 1500;
        byte[] payload = new byte[Side * Side];
        CountingSource counted = new(payload);
        PayloadRecipe recipe = new StoredPayload(0, payload.Length);
        for (int i = 0; i < 4; i++)
        {
            recipe = new ExchangedPayload(recipe, 1, Side, Side, 1);
        }

        ByteSource source = RecipeSource.Open(recipe, _ => counted);
        source.ReadBytes(Side - 1, 2);
        Assert.IsLessThan(100L, counted.Reads);
    }

    private static void CheckEverywhere(PayloadRecipe recipe, byte[][] payloads, Random random)
    {
        byte[] expected = NaiveRecipe.Evaluate(recipe, payloads);
        ByteSource source = Open(recipe, payloads);
        Assert.AreEqual(recipe.Length, source.Length);
        CollectionAssert.AreEqual(expected, source.ReadBytes(0, expected.Length));
        for (int i = 0; i < 20; i++)
        {
            int offset = random.Next(expected.Length + 1);
            int length = random.Next(Math.Min(expected.Length - offset, i < 10 ? 40 : int.MaxValue) + 1);
            CollectionAssert.AreEqual(
                expected[offset..(offset + length)], source.ReadBytes(offset, length), $"{length} bytes at {offset} of {recipe}");
        }
    }

    private static bool KeepsToTheRules(PayloadRecipe recipe, long[] lengths)
    {
        try
        {
            RecipeRules.Check(recipe, lengths);
            return true;
        }
        catch (InvalidDataException exception)
        {
            // Random recipes break no rule but those of what they may cost.
            StringAssert.Matches(exception.Message, new("exchanges"));
            return false;
        }
    }

    private static ByteSource Open(PayloadRecipe recipe, byte[][] payloads) =>
        RecipeSource.Open(recipe, stored => new MemoryByteSource(payloads[stored.Tensor]));

    private static byte[] Read(PayloadRecipe recipe, byte[][] payloads) => Open(recipe, payloads).ReadBytes(0, (int)recipe.Length);

    private static void Collect(PayloadRecipe recipe, HashSet<Type> kinds)
    {
        kinds.Add(recipe.GetType());
        foreach (PayloadRecipe inner in recipe.Inner)
        {
            Collect(inner, kinds);
        }
    }

    private sealed class CountingSource(byte[] bytes) : ByteSource
    {
        public long Reads { get; private set; }

        public override string Name => "counted";

        public override long Length => bytes.Length;

        public override void ReadAt(long offset, Span<byte> destination)
        {
            Reads++;
            bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
        }
    }
}
