using System.Diagnostics;
using System.Runtime.InteropServices;
using ModelPack.Interop.Tests.Native;
using ModelPack.Tensors;

namespace ModelPack.Interop.Tests;

/// <summary>Our decoders against ggml's, on random blocks: bad scales, odd codes and all.</summary>
[TestClass]
public sealed class DecoderTests
{
    /// <summary>Blocks of each type; plain types count 256 elements as a block. The environment variable replaces it.</summary>
    private const string BlocksVariable = "MODELPACK_INTEROP_BLOCKS";
    private const long DefaultBlocks = 1_000_000;
    private const int PlainBlockElements = 256;
    private const int BatchBlocks = 2048;

    /// <summary>The scalar twins, which are slow in a debug build, get one batch of so many.</summary>
    private const int ScalarBatch = 4;

    private static readonly GgmlLibrary Ggml = GgmlLibrary.Load(Reference.LlamaFolder);

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> DecodableTypes =>
        Ggml.Types.Where(type => type.CanDecode).Select(type => new object[] { type.Id, type.Name });

    [TestMethod]
    public void The_type_tables_agree()
    {
        var ours = TensorTypes.All.Where(info => info.GgmlId is not null)
            .Select(info => (Id: info.GgmlId!.Value, Name: info.Name.ToUpperInvariant(), info.BlockElements, info.BlockBytes))
            .OrderBy(row => row.Id).ToList();
        var theirs = Ggml.Types.Select(type => (type.Id, Name: type.Name.ToUpperInvariant(), type.BlockElements, type.BlockBytes)).ToList();
        Assert.AreEqual(35, theirs.Count);
        CollectionAssert.AreEqual(theirs, ours);
    }

    [TestMethod]
    public void Whatever_ggml_decodes_is_decoded()
    {
        foreach (GgmlType type in Ggml.Types.Where(type => type.CanDecode))
        {
            Assert.IsTrue(TensorDecoder.CanDecode(Ours(type.Id)), type.Name);
        }
    }

    [TestMethod]
    [DynamicData(nameof(DecodableTypes))]
    public void Random_blocks_decode_bit_for_bit_as_in_ggml(int id, string name)
    {
        GgmlType type = Ggml.Types.Single(type => type.Id == id);
        int unit = type.BlockElements == 1 ? PlainBlockElements : 1;
        long blocks = Environment.GetEnvironmentVariable(BlocksVariable) is { Length: > 0 } wanted ? long.Parse(wanted) : DefaultBlocks;
        RandomBytes random = new((ulong)id + 1);
        byte[] payload = new byte[BatchBlocks * unit * type.BlockBytes];
        float[] theirs = new float[BatchBlocks * unit * type.BlockElements];
        float[] ours = new float[theirs.Length];
        Stopwatch watch = Stopwatch.StartNew();
        long compared = 0;
        for (; compared < blocks; compared += BatchBlocks)
        {
            random.Fill(payload);
            Ggml.Decode(id, payload, theirs);
            TensorDecoder.Decode(Ours(id), payload, ours);
            int different = FirstDifference(theirs, ours);
            Assert.AreEqual(-1, different, $"{name}: element {different} of the batch that starts with block {compared}");
            if (compared % (ScalarBatch * BatchBlocks) == 0)
            {
                TensorDecoder.DecodeScalar(Ours(id), payload, ours);
                different = FirstDifference(theirs, ours);
                Assert.AreEqual(-1, different, $"{name}: element {different} of the batch that starts with block {compared}, scalar twin");
            }
        }

        TestContext.WriteLine(
            $"{name}: {compared} blocks, {compared * unit * type.BlockElements} elements, {watch.Elapsed.TotalSeconds:f2} s");
    }

    [TestMethod]
    public void Every_half_and_every_bfloat16_decodes_as_in_ggml()
    {
        ushort[] codes = [.. Enumerable.Range(0, 65536).Select(code => (ushort)code)];
        float[] theirs = new float[codes.Length];
        float[] ours = new float[codes.Length];
        foreach (TensorType type in (TensorType[])[TensorType.F16, TensorType.BF16])
        {
            Ggml.Decode(TensorTypes.Get(type).GgmlId!.Value, MemoryMarshal.AsBytes<ushort>(codes), theirs);
            TensorDecoder.Decode(type, MemoryMarshal.AsBytes<ushort>(codes), ours);
            Assert.AreEqual(-1, FirstDifference(theirs, ours), type.ToString());
        }
    }

    [TestMethod]
    [DynamicData(nameof(DecodableTypes))]
    public void A_flipped_bit_of_a_block_is_noticed(int id, string name)
    {
        GgmlType type = Ggml.Types.Single(type => type.Id == id);
        byte[] payload = new byte[type.BlockBytes];
        float[] theirs = new float[type.BlockElements];
        float[] ours = new float[type.BlockElements];
        int noticed = 0;
        RandomBytes random = new((ulong)id + 1000);
        for (int bit = 0; bit < 8 * payload.Length; bit++)
        {
            random.Fill(payload);
            Ggml.Decode(id, payload, theirs);
            payload[bit / 8] ^= (byte)(1 << (bit % 8));
            TensorDecoder.Decode(Ours(id), payload, ours);
            noticed += FirstDifference(theirs, ours) >= 0 ? 1 : 0;
        }

        // The sums of Q8_K do not count, zero scales hide their quants, and NaN hides everything.
        Assert.IsGreaterThan(8 * payload.Length * 3 / 4, noticed, name);
    }

    [TestMethod]
    public void A_single_wrong_bit_counts_as_a_difference_and_the_bits_of_a_NaN_do_not()
    {
        float[] values = [1f, -0f, float.NaN, float.Epsilon];
        Assert.AreEqual(-1, FirstDifference(values, [1f, -0f, BitConverter.UInt32BitsToSingle(0xFFC0_0001), float.Epsilon]));
        Assert.AreEqual(0, FirstDifference(values, [MathF.BitIncrement(1f), -0f, float.NaN, float.Epsilon]));
        Assert.AreEqual(1, FirstDifference(values, [1f, 0f, float.NaN, float.Epsilon]));
        Assert.AreEqual(2, FirstDifference(values, [1f, -0f, float.PositiveInfinity, float.Epsilon]));
        Assert.AreEqual(3, FirstDifference(values, [1f, -0f, float.NaN, 0f]));
    }

    private static TensorType Ours(int id) =>
        TensorTypes.TryGetByGgmlId(id, out TensorTypeInfo? info)
        ? info!.Type
        : throw new AssertFailedException($"no type has the ggml id {id}");

    private static int FirstDifference(ReadOnlySpan<float> theirs, ReadOnlySpan<float> ours)
    {
        ReadOnlySpan<uint> left = MemoryMarshal.Cast<float, uint>(theirs);
        ReadOnlySpan<uint> right = MemoryMarshal.Cast<float, uint>(ours);
        for (int i = left.CommonPrefixLength(right); i < left.Length; i += 1 + left[(i + 1)..].CommonPrefixLength(right[(i + 1)..]))
        {
            if (!float.IsNaN(theirs[i]) || !float.IsNaN(ours[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
