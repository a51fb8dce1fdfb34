using System.Buffers.Binary;
using ModelPack.Interop.Tests.Native;
using ModelPack.Tensors;

namespace ModelPack.Interop.Tests;

/// <summary>The finite scan against ggml's row check and against what ggml decodes (ggml-types.md §8).</summary>
[TestClass]
public sealed class FiniteScanTests
{
    private const int Rows = 2000;
    private const int LargestRowUnits = 40;
    private const float LargestFloat = float.MaxValue;

    private static readonly GgmlLibrary Ggml = GgmlLibrary.Load(Reference.LlamaFolder);

    public static IEnumerable<object[]> AllTypes => Ggml.Types.Select(type => new object[] { type.Id, type.Name });

    public static IEnumerable<object[]> DecodableTypes =>
        Ggml.Types.Where(type => type.CanDecode).Select(type => new object[] { type.Id, type.Name });

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DynamicData(nameof(AllTypes))]
    public void The_verdict_on_random_rows_is_that_of_ggml(int id, string name)
    {
        GgmlType type = Ggml.Types.Single(type => type.Id == id);
        RandomBytes random = new((ulong)id + 2000);
        using SilentStandardError silence = new();
        int accepted = 0;
        int stricter = 0;
        for (int i = 0; i < Rows; i++)
        {
            byte[] row = RandomRow(type, random);
            bool theirs = Ggml.ValidateRow(id, row);
            FiniteTally tally = Scan(id, row);
            accepted += theirs ? 1 : 0;
            if (theirs != tally.IsFinite)
            {
                AssertDocumented(type, row, theirs, tally, $"{name}, row {i}: {Convert.ToHexStringLower(row)}");
                stricter++;
            }
        }

        TestContext.WriteLine($"{name}: {Rows} rows, ggml accepts {accepted}, {stricter} documented differences");
        AssertBothVerdictsOccur(name, accepted);
        AssertDifferencesOccur(name, stricter);
    }

    [TestMethod]
    [DynamicData(nameof(DecodableTypes))]
    public void Counts_and_first_index_are_those_of_the_values_that_ggml_decodes(int id, string name)
    {
        GgmlType type = Ggml.Types.Single(type => type.Id == id);
        RandomBytes random = new((ulong)id + 3000);
        long seen = 0;
        for (int i = 0; i < Rows; i++)
        {
            byte[] row = RandomRow(type, random);
            float[] values = new float[row.Length / type.BlockBytes * type.BlockElements];
            Ggml.Decode(id, row, values);
            FiniteTally tally = Scan(id, row);
            Assert.AreEqual(values.Count(float.IsNaN), tally.NaN, $"{name}, row {i}");
            Assert.AreEqual(values.Count(float.IsInfinity), tally.Infinity, $"{name}, row {i}");
            Assert.AreEqual(Array.FindIndex(values, value => !float.IsFinite(value)), tally.FirstNonFinite, $"{name}, row {i}");
            seen += tally.NonFinite;
        }

        Assert.AreEqual(name != "nvfp4", seen > 0, $"{name}: {seen} values that are not finite");
    }

    private static FiniteTally Scan(int id, byte[] row)
    {
        FiniteTally tally = default;
        Assert.IsTrue(TensorTypes.TryGetByGgmlId(id, out TensorTypeInfo? info));
        FiniteScan.Scan(info!.Type, row, 0, ref tally);
        return tally;
    }

    /// <summary>A row that is finite, or nearly: about every second one gets a bad scale or value somewhere.</summary>
    private static byte[] RandomRow(GgmlType type, RandomBytes random)
    {
        byte[] row = new byte[(1 + random.Below(LargestRowUnits)) * type.BlockBytes];
        do
        {
            random.Fill(row);
            for (int start = 0; start < row.Length; start += type.BlockBytes)
            {
                Scales.MakeFinite(type, row.AsSpan(start, type.BlockBytes));
            }
        }
        while (!Scan(type.Id, row).IsFinite);
        if (random.Below(2) == 0)
        {
            int block = random.Below(row.Length / type.BlockBytes);
            Scales.Spoil(type, row.AsSpan(block * type.BlockBytes, type.BlockBytes), random);
        }

        return row;
    }

    private static void AssertDocumented(GgmlType type, byte[] row, bool theirs, in FiniteTally tally, string message)
    {
        switch (type.Name)
        {
            case "q8_1":
                Assert.IsFalse(theirs, message);
                break;
            case "q8_K" or "mxfp4":
                float[] values = new float[row.Length / type.BlockBytes * type.BlockElements];
                Ggml.Decode(type.Id, row, values);
                Assert.IsTrue(theirs && values.Any(value => !float.IsFinite(value)), message);
                break;
            case "f64":
                Assert.IsFalse(theirs, message);
                Assert.IsTrue(
                    Enumerable.Range(0, row.Length / 8)
                        .Any(i => Math.Abs(BinaryPrimitives.ReadDoubleLittleEndian(row.AsSpan(8 * i))) > LargestFloat), message);
                break;
            default:
                Assert.Fail(message);
                break;
        }
    }

    private static void AssertBothVerdictsOccur(string name, int accepted)
    {
        switch (name)
        {
            case "q8_1":
                Assert.AreEqual(0, accepted);
                break;
            case "i8" or "i16" or "i32" or "i64" or "nvfp4":
                Assert.AreEqual(Rows, accepted);
                break;
            default:
                Assert.IsTrue(accepted is > Rows / 10 and < Rows * 9 / 10, $"{name}: ggml accepts {accepted} of {Rows}");
                break;
        }
    }

    private static void AssertDifferencesOccur(string name, int differences) =>
        Assert.AreEqual(name is "q8_1" or "q8_K" or "mxfp4" or "f64", differences > 0, $"{name}: {differences} differences");
}
