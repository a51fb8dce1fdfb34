using System.Runtime.InteropServices;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Verification;

[TestClass]
public sealed class PayloadReaderTests
{
    public static IEnumerable<object[]> DecodedTypes =>
        TensorTypes.All.Where(info => TensorDecoder.CanDecode(info.Type)).Select(info => new object[] { info.Type });

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(DecodedTypes))]
    public void Chunks_give_the_values_of_the_whole_payload_in_every_order(TensorType type)
    {
        // More than two chunks of any type, in rows that end inside a block where the type allows it.
        long columns = TensorTypes.Get(type).Rule is PayloadRule.Blocks or PayloadRule.PackedBits ? 64 * 256 : (64 * 256) - 29;
        TestTensor tensor = TestTensor.Random("w", type, (int)type, 701, columns);
        uint[] expected = Whole(tensor);
        byte[] file = [1, 2, 3, .. tensor.Bytes];
        uint[] actual = new uint[expected.Length];
        using PayloadReader reader = new(new MemoryByteSource(file), tensor.At(3));
        Assert.AreEqual(PayloadReader.CountChunks(tensor.At(3)), reader.ChunkCount);
        Assert.IsGreaterThan(2, reader.ChunkCount);
        long elements = 0;
        byte[] bytes = new byte[tensor.Bytes.Length];
        int end = bytes.Length;
        for (long chunk = reader.ChunkCount - 1; chunk >= 0; chunk--)
        {
            ReadOnlySpan<byte> read = reader.Read(chunk);
            end -= read.Length;
            read.CopyTo(bytes.AsSpan(end));
            while (true)
            {
                long first = reader.NextElement;
                if (!reader.Decode(out ReadOnlySpan<float> values))
                {
                    break;
                }

                MemoryMarshal.Cast<float, uint>(values).CopyTo(actual.AsSpan((int)first));
                elements += values.Length;
            }
        }

        Assert.AreEqual(reader.Header.Length, end);
        reader.Header.CopyTo(bytes);
        ByteAssert.AreEqual(tensor.Bytes, bytes);
        Assert.AreEqual(expected.Length, elements);
        Assert.AreEqual(-1, FirstDifference(expected, actual));
    }

    [TestMethod]
    [DataRow(TensorType.AprQ8)]
    [DataRow(TensorType.AprQ4)]
    [DataRow(TensorType.F32)]
    [DataRow(TensorType.Q4_K)]
    public void An_empty_tensor_has_no_chunk(TensorType type)
    {
        TestTensor tensor = TestTensor.Random("w", type, 1, 0, 256);
        using PayloadReader reader = new(new MemoryByteSource(tensor.Bytes), tensor.At(0));
        Assert.AreEqual(0, reader.ChunkCount);
        Assert.AreEqual(0, PayloadReader.CountChunks(tensor.At(0)));
        Assert.IsFalse(reader.Decode(out _));
    }

    [TestMethod]
    public void A_big_endian_payload_is_decoded_as_its_little_endian_twin()
    {
        TestTensor little = TestTensor.Random("w", TensorType.Q4_K, 7, 64, 512);
        byte[] reversed = [.. little.Bytes];
        PayloadByteOrder.Reverse(TensorType.Q4_K, reversed);
        CollectionAssert.AreNotEqual(little.Bytes, reversed);
        TensorInfo big = little.At(0) with { ByteOrder = ByteOrder.BigEndian };
        using PayloadReader reader = new(new MemoryByteSource(reversed), big);
        CollectionAssert.AreEqual(reversed, reader.Read(0).ToArray());
        CollectionAssert.AreEqual(little.Bytes, reader.ToLittleEndian().ToArray());
        CollectionAssert.AreEqual(little.Bytes, reader.ToLittleEndian().ToArray(), "reversed once only");
        Assert.IsNull(PayloadReader.WhyNotDecoded(big));
    }

    [TestMethod]
    [DataRow(TensorType.I32, ByteOrder.LittleEndian, "I32 has no float32 reading")]
    [DataRow(TensorType.F64, ByteOrder.LittleEndian, "F64 has no float32 reading")]
    [DataRow(TensorType.Q5_0, ByteOrder.BigEndian, "no program is known to write Q5_0 in big-endian order, so its values cannot be told")]
    public void What_cannot_be_decoded_says_why(TensorType type, ByteOrder order, string reason) =>
        Assert.AreEqual(reason, PayloadReader.WhyNotDecoded(TestTensor.Random("w", type, 1, 256).At(0) with { ByteOrder = order }));

    private static int FirstDifference(uint[] left, uint[] right)
    {
        int equal = left.AsSpan().CommonPrefixLength(right);
        return equal == left.Length ? -1 : equal;
    }

    private static uint[] Whole(TestTensor tensor)
    {
        long rows = TensorTypes.Get(tensor.Type).Rule == PayloadRule.PaddedRows ? tensor.Shape[0] : 1;
        float[] values = new float[tensor.Shape[0] * tensor.Shape[1]];
        for (int row = 0; row < rows; row++)
        {
            int rowBytes = (int)(tensor.Bytes.Length / rows);
            int rowValues = (int)(values.Length / rows);
            TensorDecoder.Decode(tensor.Type, tensor.Bytes.AsSpan(row * rowBytes, rowBytes), values.AsSpan(row * rowValues, rowValues));
        }

        return MemoryMarshal.Cast<float, uint>(values).ToArray();
    }
}
