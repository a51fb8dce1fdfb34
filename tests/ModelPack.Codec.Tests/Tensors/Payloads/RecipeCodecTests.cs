using CsCheck;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Tensors.Payloads;

[TestClass]
public sealed class RecipeCodecTests
{
    private static RecordBudget Budget => new(1 << 20);

    [TestMethod]
    public void Written_recipe_is_read_back_as_it_was() => Gen.Select(Gen.Int, Gen.Int[0, 6]).Sample(
        (seed, depth) =>
        {
            PayloadRecipe recipe = new RandomRecipe(seed).Next(depth);
            byte[] bytes = RecipeCodec.ToBytes(recipe);
            BodyReader reader = new(bytes);
            PayloadRecipe read = RecipeCodec.Read(reader, Budget);
            reader.EnsureEnd();
            return Show(read) == Show(recipe) && read.Length == recipe.Length && RecipeCodec.ToBytes(read).AsSpan().SequenceEqual(bytes);
        },
        iter: 2000);

    [TestMethod]
    public void Layout_is_the_documented_one()
    {
        JoinedPayload recipe = new(
            [new ExchangedPayload(new TakenPayload(new StoredPayload(300, 24), 1, 2, 3, 8), 2, 4, 1, 2),
                new LiteralPayload(new byte[] { 9, 8 })], 2);
        CollectionAssert.AreEqual(
            new byte[] { 3, 2, 2, 4, 2, 4, 1, 2, 2, 1, 2, 3, 8, 0, 0xAC, 2, 24, 1, 2, 9, 8 }, RecipeCodec.ToBytes(recipe));
        PayloadRecipe typed = new NarrowedPayload(
            new ComputedPayload(
                new ShiftedPayload(new WidenedPayload(new ReversedPayload(new StoredPayload(0, 2), TensorType.F16), TensorType.F16), 1f),
                NumberFunction.LogarithmOfNegative), TensorType.BF16);
        CollectionAssert.AreEqual(
            new byte[] { 7, (byte)TensorType.BF16, 9, 1, 8, 0x80, 0x80, 0x80, 0xFC, 3, 6, (byte)TensorType.F16, 5, (byte)TensorType.F16, 0,
                0, 2 }, RecipeCodec.ToBytes(typed));
    }

    [TestMethod]
    public void Every_cut_of_a_recipe_is_refused()
    {
        byte[] bytes = RecipeCodec.ToBytes(new RandomRecipe(11).Next(5));
        Assert.IsGreaterThan(10, bytes.Length);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.ThrowsExactly<InvalidDataException>(() => RecipeCodec.Read(new BodyReader(bytes[..length]), Budget));
        }
    }

    [TestMethod]
    public void Any_bytes_are_read_or_refused_and_what_is_read_can_be_judged() =>
    Gen.Select(Gen.Byte[0, 9].Array[0, 60], Gen.Byte.Array[0, 20]).Sample(
        (small, any) =>
        {
            try
            {
                PayloadRecipe recipe = RecipeCodec.Read(new BodyReader([.. small, .. any]), Budget);
                RecipeRules.Check(recipe, [1, 2, 3, 4, 5, 6, 7, 8]);
                Assert.IsGreaterThanOrEqualTo(0L, recipe.Length);
            }
            catch (Exception exception) when (exception is InvalidDataException or OverflowException)
            {
                // Refused; those who call know both.
            }
        },
        iter: 20_000);

    [TestMethod]
    [DataRow((byte)10, DisplayName = "a kind that is none")]
    [DataRow((byte)255, DisplayName = "the last byte")]
    public void Unknown_kind_is_refused(byte kind) =>
    Assert.ThrowsExactly<InvalidDataException>(() => RecipeCodec.Read(new BodyReader([kind, 0, 0, 0, 0]), Budget));

    [TestMethod]
    public void Unknown_function_is_refused() =>
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => RecipeCodec.Read(new BodyReader([9, 4, 0, 0, 4]), Budget)).Message,
            "no NumberFunction");

    [TestMethod]
    public void Unknown_type_is_refused() =>
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(
                () => RecipeCodec.Read(new BodyReader([5, (byte)TensorTypes.All.Count, 0, 0, 2]), Budget)).Message, "no tensor type");

    [TestMethod]
    public void Depth_and_width_that_are_only_claimed_cost_nothing()
    {
        byte[] deep = [.. Enumerable.Repeat(new byte[] { 5, 0 }, 1 << 20).SelectMany(step => step)];
        byte[] wide = [3, 1, 0xFF, 0xFF, 0xFF, 0xFF, 7, .. Enumerable.Repeat((byte)9, 32 << 20)];
        byte[] both = [.. Enumerable.Repeat(new byte[] { 3, 1, 0xFF, 0xFF, 0xFF, 0xFF, 7 }, 1 << 20).SelectMany(step => step)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (byte[] bytes in new[] { deep, wide, both })
        {
            Assert.ThrowsExactly<InvalidDataException>(() => RecipeCodec.Read(new BodyReader(bytes), Budget));
        }

        Assert.IsLessThan(4L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Show(PayloadRecipe recipe) => recipe switch
    {
        LiteralPayload literal => Convert.ToHexString(literal.Bytes.Span),
        JoinedPayload joined => $"{joined.Count}({string.Join(",", joined.Parts.Select(Show))})",
        TakenPayload taken => $"{taken with { Of = new LiteralPayload(default) }}({Show(taken.Of)})",
        ExchangedPayload exchanged => $"{exchanged with { Of = new LiteralPayload(default) }}({Show(exchanged.Of)})",
        { Inner: [var inner] } => $"{recipe.GetType().Name}({Show(inner)})",
        _ => $"{recipe}",
    };
}
