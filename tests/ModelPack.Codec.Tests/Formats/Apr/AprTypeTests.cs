using ModelPack.Formats.Apr;

namespace ModelPack.Codec.Tests.Formats.Apr;

[TestClass]
public sealed class AprTypeTests
{
    [TestMethod]
    [DataRow(0, 64 * 4, TensorType.F32)]
    [DataRow(1, 64 * 2, TensorType.F16)]
    [DataRow(2, 64 * 2, TensorType.BF16)]
    [DataRow(2, 36, TensorType.Q4_0)]
    [DataRow(3, 64 * 8, TensorType.F64)]
    [DataRow(3, 40, TensorType.Q4_1)]
    [DataRow(4, 64 * 4, TensorType.I32)]
    [DataRow(5, 64 * 8, TensorType.I64)]
    [DataRow(6, 64, TensorType.I8)]
    [DataRow(6, 44, TensorType.Q5_0)]
    [DataRow(7, 64, TensorType.U8)]
    [DataRow(7, 48, TensorType.Q5_1)]
    [DataRow(8, 36, TensorType.AprQ4)]
    [DataRow(8, 68, TensorType.Q8_0)]
    [DataRow(9, 68, TensorType.AprQ8)]
    [DataRow(9, 72, TensorType.Q8_1)]
    [DataRow(30, 64 * 2, TensorType.BF16)]
    [DataRow(128, 36, TensorType.AprQ4)]
    [DataRow(129, 68, TensorType.AprQ8)]
    public void The_size_picks_the_reading_of_a_byte_for_2_by_32_elements(int typeByte, int size, TensorType expected) =>
        Assert.AreEqual(expected, OpenOne(new("a", (byte)typeByte, [2, 32], size)).Type);

    [TestMethod]
    [DataRow(9, 420, TensorType.Q6_K)]
    [DataRow(12, 288, TensorType.Q4_K)]
    [DataRow(14, 420, TensorType.Q6_K)]
    public void The_size_picks_the_reading_of_a_byte_for_2_by_256_elements(int typeByte, int size, TensorType expected) =>
        Assert.AreEqual(expected, OpenOne(new("a", (byte)typeByte, [2, 256], size)).Type);

    [TestMethod]
    public void Rows_of_300_columns_padded_to_512_are_read_by_row() =>
        Assert.AreEqual(TensorType.AprQ4KRows, OpenOne(new("a", 12, [3, 300], 3 * 2 * 144)).Type);

    [TestMethod]
    public void A_matrix_that_only_the_flat_size_fits_is_read_flat() =>
        Assert.AreEqual(TensorType.AprQ4KFlat, OpenOne(new("a", 12, [3, 300], 4 * 144)).Type);

    [TestMethod]
    public void A_matrix_that_both_sizes_fit_is_read_by_row() =>
        Assert.AreEqual(TensorType.AprQ4KRows, OpenOne(new("a", 12, [2, 200], 2 * 144)).Type);

    [TestMethod]
    public void A_vector_of_300_is_read_flat() =>
        Assert.AreEqual(TensorType.AprQ4KFlat, OpenOne(new("a", 12, [300], 2 * 144)).Type);

    [TestMethod]
    public void A_cube_with_whole_blocks_is_plain_Q4_K() =>
        Assert.AreEqual(TensorType.Q4_K, OpenOne(new("a", 12, [2, 2, 256], 4 * 144)).Type);

    [TestMethod]
    [DataRow(8, 288, TensorType.Q4_K)]
    [DataRow(8, 544, TensorType.Q8_0)]
    [DataRow(9, 420, TensorType.Q6_K)]
    [DataRow(10, 544, TensorType.Q8_0)]
    [DataRow(11, 288, TensorType.Q4_0)]
    [DataRow(12, 352, TensorType.Q5_K)]
    [DataRow(13, 220, TensorType.Q3_K)]
    [DataRow(13, 352, TensorType.Q5_K)]
    [DataRow(14, 168, TensorType.Q2_K)]
    [DataRow(14, 420, TensorType.Q6_K)]
    [DataRow(2, 1024, TensorType.BF16)]
    [DataRow(3, 512, TensorType.I8)]
    [DataRow(4, 1024, TensorType.I16)]
    [DataRow(5, 2048, TensorType.I32)]
    [DataRow(6, 4096, TensorType.I64)]
    public void In_the_realizar_dialect_bytes_are_ggml_ids_or_those_of_the_older_table(int typeByte, int size, TensorType expected)
    {
        AprBytes bytes = new() { Flags = 0x20, HasFooter = false, Entries = [new("blk.0.a", (byte)typeByte, [2, 256], size)] };

        using AprFile file = bytes.Open();

        Assert.AreEqual(AprDialect.Realizar, file.Dialect);
        Assert.AreEqual(expected, file.Tensors[0].Type);
        CollectionAssert.AreEqual(new long[] { 2, 256 }, file.Tensors[0].Shape);
        CollectionAssert.AreEqual(new long[] { 2, 256 }, file.Entries[0].Dimensions);
    }

    [TestMethod]
    public void Every_type_that_can_be_written_is_read_back_as_itself()
    {
        foreach (TensorTypeInfo info in TensorTypes.All)
        {
            if (AprTypeBytes.ToWrite(info.Type) is byte typeByte)
            {
                Assert.IsTrue(info.TryGetPayloadBytes([3, 256], out long bytes));
                Assert.IsTrue(
                    AprTypeBytes.TryResolve(AprTypeBytes.Readings(typeByte, AprDialect.Aprender), [3, 256], bytes, out TensorType type));
                Assert.AreEqual(info.Type, type);
            }
        }
    }

    private static TensorInfo OpenOne(AprEntryBytes entry)
    {
        using AprFile file = AprBytes.WithEntries(entry).Open();
        return file.Tensors.Single();
    }
}
