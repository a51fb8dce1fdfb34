using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Gguf;

[TestClass]
public sealed class GgufRuleTests
{
    private static readonly Dictionary<ErrorCode, Func<GgufBytes, GgufBytes>[]> Refusals = new()
    {
        [GgufErrors.Magic] = [_ => new GgufBytes(3, ByteOrder.LittleEndian, "GGUG").Header(0, 0)],
        [GgufErrors.Version] = [
            b => new GgufBytes(4, b.Order).Header(0, 0), b => new GgufBytes(0, b.Order).Header(0, 0),
            _ => new GgufBytes(3, ByteOrder.LittleEndian, "FUGG").Header(0, 0)],
        [GgufErrors.Endian] = [b => b.Header(0, b.Version == 1 ? 1UL << 24 : 1UL << 56).Key("a", GgufValueType.UInt8).Raw(1).Pad(64)],
        [GgufErrors.EndOfFile] =
        [
            b => b.Raw(0x47, 0x47),
            b => b.Header(1, 0).Record("w", GgufBytes.F32, 0, 2),
            b => b.Header(1, 0).Record("w", GgufBytes.F32, 0, 2).Pad().Data(7),
            b => b.Header(1, 0).Record("w", GgufBytes.F32, 1UL << 40, 2).Pad().Data(8),
            b => b.Header(1, 0).Record("w", GgufBytes.F32, ulong.MaxValue - 31, 2).Pad().Data(8),
            b => b.Header(1, 0).Record("w", GgufBytes.F32, 64, 0).Pad().Data(8),
        ],
        [GgufErrors.Count] = [
            b => b.Header(0, 1), b => b.Header(1, 0).Raw(1, 2, 3), b => b.Header(uint.MaxValue, uint.MaxValue).Pad(256), b => b.Header(0, 3)
                .Key("a", GgufValueType.UInt8).Raw(1)],
        [GgufErrors.StringLength] =
        [
            b => b.Header(0, 1).Key("a", GgufValueType.String).Count(1),
            b => b.Header(0, 1).Key("a", GgufValueType.String).Count(ulong.MaxValue).Pad(),
            b => b.Header(0, 1).Count((1UL << 30) + 1).Pad(64),
            b => b.Header(1, 0).Count(1UL << 31).Pad(64),
        ],
        [GgufErrors.ArrayLength] =
        [
            b => b.Header(0, 1).Key("a", GgufValueType.Array).Array(GgufValueType.UInt32, 2).U32(1),
            b => b.Header(0, 1).Key("a", GgufValueType.Array).Array(GgufValueType.UInt64, (1UL << 61) + (1UL << 31)),
            b => b.Header(0, 1).Key("a", GgufValueType.Array).Array(GgufValueType.String, 3).Text("").Text(""),
            b => b.Header(0, 1).Key("a", GgufValueType.Array).Array(GgufValueType.Array, 2).Array(GgufValueType.UInt8, 0).Raw(0, 0, 0),
        ],
        [GgufErrors.ValueType] = [
            b => b.Header(0, 1).Text("a").U32(13).Pad(), b => b.Header(0, 1).Text("a").U32(256).Pad(), b => b.Header(0, 1)
                .Key("a", GgufValueType.Array).U32(13).Count(0)],
        [GgufErrors.Nesting] = [b => Nested(b, 9)],
        [GgufErrors.Key] =
        [
            b => b.Header(0, 1).Key("", GgufValueType.UInt64).U64(1),
            b => b.Header(0, 1).Key("a\n", GgufValueType.UInt8).Raw(1),
            b => b.Header(0, 1).Key("ž", GgufValueType.UInt8).Raw(1),
            b => b.Header(0, 1).Key("\u007f", GgufValueType.UInt8).Raw(1),
            b => b.Header(0, 1).Key(new string('a', 65_536), GgufValueType.UInt8).Raw(1),
        ],
        [GgufErrors.DuplicateKey] = [b => b.Header(0, 2).Key("a", GgufValueType.UInt8).Raw(1).Key("a", GgufValueType.UInt16).U16(1)],
        [GgufErrors.Alignment] =
        [
            b => b.Header(0, 1).Key("general.alignment", GgufValueType.UInt32).U32(0),
            b => b.Header(0, 1).Key("general.alignment", GgufValueType.UInt32).U32(48),
            b => b.Header(0, 1).Key("general.alignment", GgufValueType.UInt64).U64(32),
            b => b.Header(0, 1).Key("general.alignment", GgufValueType.Array).Array(GgufValueType.UInt32, 1).U32(32),
        ],
        [GgufErrors.TensorName] =
        [
            b => b.Header(1, 0).Record(new string('n', 128), GgufBytes.F32, 0, 2).Pad().Data(8),
            b => b.Header(1, 0).Record("a\0b", GgufBytes.F32, 0, 2).Pad().Data(8),
            b => b.Header(1, 0).Record([0xC3], GgufBytes.F32, 0, 2).Pad().Data(8),
        ],
        [GgufErrors.DuplicateTensor] = [
            b => b.Header(2, 0).Record("w", GgufBytes.F32, 0, 8).Record("w", GgufBytes.F32, 32, 8).Pad().Data(64)],
        [GgufErrors.DimensionCount] = [
            b => b.Header(1, 0).Record("w", GgufBytes.F32, 0, 1, 1, 1, 1, 1).Pad().Data(4), b => b.Header(1, 0).Text("w").U32(uint.MaxValue)
                .Pad(64)],
        [GgufErrors.Dimension] = [
            b => b.Version == 1
                ? new GgufBytes(2, b.Order).Header(1, 0).Record("w", GgufBytes.F32, 0, 1UL << 63)
                : b.Header(1, 0).Record("w", GgufBytes.F32, 0, ulong.MaxValue)],
        [GgufErrors.DimensionOverflow] =
        [
            b => b.Header(1, 0).Record("w", GgufBytes.F32, 0, 1u << 31, 1u << 31, 2),
            b => b.Header(1, 0).Record("w", GgufBytes.F32, 0, 1u << 16, 1u << 16, 1u << 16, 1u << 16),
            b => b.Header(1, 0).Record("w", GgufBytes.F32, 0, 0, 1u << 31, 1u << 31, 2),
            b => b.Header(1, 0).Record("w", GgufBytes.F32, 0, 1u << 31, 1u << 30),
        ],
        [GgufErrors.TensorType] = [
            .. new uint[] { 4, 5, 31, 32, 33, 36, 37, 38, 43, uint.MaxValue }.Select<uint, Func<GgufBytes, GgufBytes>>(
                id => b => b.Header(1, 0).Record("w", id, 0, 32))],
        [GgufErrors.Block] = [
            b => b.Header(1, 0).Record("w", GgufBytes.Q8_0, 0, 16, 2).Pad().Data(34), b => b.Header(1, 0).Record("w", GgufBytes.Q8_0, 0)
                .Pad().Data(34)],
        [GgufErrors.Offset] = [b => b.Header(1, 0).Record("w", GgufBytes.F32, 16, 2).Pad().Data(32)],
        [GgufErrors.Overlap] =
        [
            b => b.Header(2, 0).Record("a", GgufBytes.F32, 0, 8).Record("b", GgufBytes.F32, 0, 8).Pad().Data(64),
            b => b.Header(2, 0).Record("a", GgufBytes.F32, 32, 1).Record("b", GgufBytes.F32, 0, 16).Pad().Data(64),
        ],
        [GgufErrors.Gap] =
        [
            b => b.Header(1, 0).Record("a", GgufBytes.F32, 32, 8).Pad().Data(64),
            b => b.Header(2, 0).Record("a", GgufBytes.F32, 32, 8).Record("b", GgufBytes.F32, 0, 8).Pad().Data(64),
            b => b.Header(2, 0).Record("a", GgufBytes.F32, 0, 8).Record("b", GgufBytes.F32, 64, 0).Pad().Data(64),
        ],
    };

    private static readonly Dictionary<ErrorCode, GgufModel[]> Unwritable = new()
    {
        [GgufErrors.UnwritableHeader] =
        [
            new() { Version = 1 },
            new() { Version = 4 },
            new() { Alignment = 64 },
            new() { Metadata = [new("general.alignment", GgufValue.FromUInt32(64))] },
            new() { Metadata = [new("general.alignment", GgufValue.FromUInt64(32))] },
            new() { Alignment = 48, Metadata = [new("general.alignment", GgufValue.FromUInt32(48))] },
        ],
        [GgufErrors.UnwritableKey] =
        [
            new() { Metadata = [new("", GgufValue.FromBool(true))] },
            new() { Metadata = [new("ž", GgufValue.FromBool(true))] },
            new() { Metadata = [new("\ud800", GgufValue.FromBool(true))] },
            new() { Metadata = [new(new string('a', 65_536), GgufValue.FromBool(true))] },
            new() { Metadata = [new("a", GgufValue.FromBool(true)), new("a", GgufValue.FromInt32(1))] },
        ],
        [GgufErrors.UnwritableName] =
        [
            Model(new(new string('n', 64), TensorType.F32, [1], 4)),
            Model(new("a\0", TensorType.F32, [1], 4)),
            Model(new("\udc00", TensorType.F32, [1], 4)),
            Model(new("a", TensorType.F32, [1], 4), new StoredTensor("a", TensorType.F32, [1], 4)),
        ],
        [GgufErrors.UnwritableType] = [Model(new("a", TensorType.U8, [1], 1)), Model(new("a", TensorType.AprQ4, [32], 18))],
        [GgufErrors.UnwritableShape] =
        [
            Model(new("a", TensorType.F32, [1, 1, 1, 1, 1], 4)),
            Model(new("a", TensorType.Q8_0, [2, 16], 34)),
            Model(new("a", TensorType.F32, [2], 4)),
            Model(new("a", TensorType.F32, [-1], 4)),
            Model(new("a", TensorType.I8, [long.MaxValue], long.MaxValue)),
        ],
    };

    public static IEnumerable<string> ReaderRules => Refusals.Keys.Select(code => code.Id);

    public static IEnumerable<string> WriterRules => Unwritable.Keys.Select(code => code.Id);

    [TestMethod]
    public void Every_code_has_an_input_that_triggers_it()
    {
        ErrorCode[] triggered = [.. Refusals.Keys, .. Unwritable.Keys, GgufErrors.HeaderLimit, GgufErrors.KeyLimit];
        CollectionAssert.AreEquivalent(GgufErrors.All.ToArray(), triggered);
        Assert.HasCount(GgufErrors.All.Count, GgufErrors.All.Select(code => code.Id).Distinct());
    }

    [TestMethod]
    [DynamicData(nameof(ReaderRules))]
    public void Broken_rule_is_refused_by_its_code_in_every_version_and_byte_order(string id)
    {
        foreach (Func<GgufBytes, GgufBytes> build in Refusals[GgufErrors.All.Single(code => code.Id == id)])
        {
            foreach (Func<GgufBytes> encoding in GgufBytes.Encodings)
            {
                GgufBytes bytes = build(encoding());
                ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(() => bytes.Open(), $"{encoding()}");
                Assert.AreEqual(id, exception.Code.Id, $"{encoding()}: {exception.Describe()}");
                Assert.IsTrue(exception.ByteOffset >= 0 && exception.ByteOffset <= bytes.Length, exception.Describe());
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(WriterRules))]
    public void Model_that_the_format_cannot_hold_is_not_written(string id)
    {
        foreach (GgufModel model in Unwritable[GgufErrors.All.Single(code => code.Id == id)])
        {
            ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => GgufWriter.Plan(model), model.ToString());
            Assert.AreEqual(id, exception.Code.Id, exception.Describe());
        }
    }

    [TestMethod]
    public void Header_above_the_limit_is_refused_before_it_is_allocated()
    {
        byte[] bytes = new GgufBytes().Header(0, 1).Key("a", GgufValueType.String).Text(new string('x', 100_000)).ToArray();
        ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(
            () => GgufFile.Open(new MemoryByteSource(bytes), 80_000));
        Assert.AreEqual(GgufErrors.HeaderLimit, exception.Code);
        using GgufFile file = GgufFile.Open(new MemoryByteSource(bytes), bytes.Length);
        Assert.AreEqual(bytes.Length, file.HeaderLength);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Header_that_no_memory_can_hold_is_not_written()
    {
        GgufValue value = GgufValue.FromString(new string('x', 128 << 20));
        GgufModel model = new() { Metadata = [.. Enumerable.Range(0, 16).Select(i => new MetadataEntry($"key{i}", value))], Tensors = [] };
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => GgufWriter.Plan(model));
        Assert.AreEqual(GgufErrors.HeaderLimit, exception.Code);
    }

    [TestMethod]
    public void Counts_are_believed_exactly_as_long_as_the_smallest_records_fit()
    {
        foreach (Func<GgufBytes> encoding in GgufBytes.Encodings)
        {
            byte[] pair = encoding().Header(0, 1).Key("a", GgufValueType.UInt8).Raw(1).ToArray();
            using GgufFile file = GgufFile.Open(new MemoryByteSource(pair));
            Assert.HasCount(1, file.Metadata);
            Assert.AreEqual(GgufErrors.Count, RefusalOf(pair.AsMemory(0, pair.Length - 1)));

            byte[] record = encoding().Header(1, 0).Record("", GgufBytes.F32, 0).ToArray();
            Assert.AreEqual(GgufErrors.EndOfFile, RefusalOf(record));
            Assert.AreEqual(GgufErrors.Count, RefusalOf(record.AsMemory(0, record.Length - 1)));
        }
    }

    [TestMethod]
    public void Eight_levels_of_arrays_are_read()
    {
        foreach (Func<GgufBytes> encoding in GgufBytes.Encodings)
        {
            using GgufFile file = Nested(encoding(), 8).Open();
            Assert.AreEqual("[[[[[[[[]]]]]]]]", file.Find("a")!.Display());
        }
    }

    [TestMethod]
    public void Refusal_names_the_tensor_and_the_removed_type()
    {
        ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(
            () => new GgufBytes().Header(1, 0).Record("blk.0.w", 4, 0, 32).Open());
        Assert.AreEqual("blk.0.w", exception.TensorName);
        StringAssert.Contains(exception.Detail, "Q4_2");
        Assert.AreEqual(24 + 8 + 7 + 4 + 8, exception.ByteOffset);
    }

    [TestMethod]
    public void Truncated_tensor_data_is_refused_with_its_offset()
    {
        GgufBytes bytes = new GgufBytes().Header(1, 0).Record("w", GgufBytes.F32, 0, 2).Pad().Data(7);
        ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(() => bytes.Open());
        Assert.AreEqual(bytes.Length, exception.ByteOffset);
        Assert.AreEqual("w", exception.TensorName);
    }

    [TestMethod]
    public void Failed_open_leaves_the_source_to_the_caller()
    {
        using FileByteSource source = new(RepositoryData.Path("corpus", "gguf", "hostile", "version-4.gguf"));
        Assert.ThrowsExactly<ModelFormatException>(() => GgufFile.Open(source));
        Assert.AreEqual((byte)'G', source.ReadBytes(0, 1)[0]);
    }

    private static ErrorCode RefusalOf(ReadOnlyMemory<byte> bytes) =>
        Assert.ThrowsExactly<ModelFormatException>(() => GgufFile.Open(new MemoryByteSource(bytes))).Code;

    private static GgufModel Model(StoredTensor first, params StoredTensor[] others) => new() { Tensors = [first, .. others] };

    private static GgufBytes Nested(GgufBytes bytes, int levels)
    {
        bytes.Header(0, 1).Key("a", GgufValueType.Array);
        for (int level = 1; level < levels; level++)
        {
            bytes.Array(GgufValueType.Array, 1);
        }

        return bytes.Array(GgufValueType.UInt8, 0);
    }
}
