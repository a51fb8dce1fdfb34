using ModelPack.Formats.Apr;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Apr;

[TestClass]
public sealed class AprRuleTests
{
    /// <summary>A file that breaks one rule, with the place that the error has to name.</summary>
    private sealed record Broken(string Code, string Defect, Func<ByteSource> Source, long? Offset = null, string? Tensor = null);

    private static readonly Broken[] All =
    [
        Bytes("MP1101", "shorter than a header", () => new AprBytes().Build()[..63], 63),
        Bytes("MP1101", "data behind the end", () => new AprBytes { DataOffset = 1 << 20 }.Build()),
        Bytes("MP1102", "APR v1", () => new AprBytes { Magic = "APRN" }.Build(), 0),
        Bytes("MP1102", "another format, in a file shorter than a header", () => "GGUF"u8.ToArray(), 0),
        Bytes("MP1103", "one header bit", () => Flip(new AprBytes().Build(), 50), 40),
        Bytes("MP1104", "major version 3", () => new AprBytes { Major = 3 }.Build(), 4),
        Bytes("MP1105", "LZ4", () => new AprBytes { Flags = 0x0401 }.Build(), 6),
        Bytes("MP1105", "Zstandard", () => new AprBytes { Flags = 0x0402 }.Build(), 6),
        Bytes("MP1105", "encrypted", () => new AprBytes { Flags = 0x0404 }.Build(), 6),
        Bytes("MP1105", "column-major", () => new AprBytes { Flags = 0x0C00 }.Build(), 6),
        Bytes("MP1106", "metadata inside the header", () => new AprBytes { MetadataOffset = 63 }.Build()),
        Bytes("MP1106", "metadata offset wraps", () => new AprBytes { MetadataOffset = ulong.MaxValue - 8 }.Build()),
        Bytes("MP1106", "metadata reaches into the index", () => new AprBytes { MetadataSize = 1000 }.Build()),
        Bytes("MP1106", "index behind data", () => new AprBytes { IndexOffset = 1024, DataOffset = 512 }.Build()),
        Bytes("MP1107", "2^32 - 1 tensors", () => new AprBytes { TensorCount = uint.MaxValue }.Build(), 8),
        Bytes("MP1107", "one more than 20 bytes each allow", () => new AprBytes { TensorCount = 7 }.Build(), 8),
        Bytes("MP1108", "last entry cut by the data section", () => new AprBytes { DataOffset = 192 + 55 }.Build(), null, "b"),
        Bytes("MP1108", "name length beyond the index", () => AprBytes.WithEntries(new AprEntryBytes("a", 0, [3], 12) { NameLength = 200 })
            .Build()),
        Json("MP1109", "empty", ""),
        Json("MP1109", "not JSON", "hello"),
        Json("MP1109", "unterminated", """{"model_type":"a" """),
        Json("MP1109", "text behind the object", """{"model_type":"a"} x"""),
        Json("MP1109", "zero padding counted in", "{}\0\0"),
        Json("MP1109", "byte order mark", "\uFEFF{}"),
        Json("MP1109", "NaN", """{"rope_theta":NaN}"""),
        Json("MP1109", "Infinity", """{"x":-Infinity}"""),
        Json("MP1109", "control character", "{\"x\":\"a\nb\"}"),
        Json("MP1109", "lone high surrogate", """{"x":"\ud83d"}"""),
        Json("MP1109", "high surrogate before plain text", """{"x":"\ud83dx\ude42"}"""),
        Json("MP1109", "two high surrogates", """{"x":"\ud83d\ud83d"}"""),
        Json("MP1109", "lone low surrogate in a key", """{"\ude42":1}"""),
        Json("MP1109", "comment", """{"x":1/**/}"""),
        Json("MP1109", "trailing comma", """{"x":1,}"""),
        Bytes("MP1109", "not UTF-8", () => new AprBytes { Metadata = [.. "{\"x\":\""u8, 0xFF, .. "\"}"u8] }.Build(), 64 + 6),
        Json("MP1110", "array", "[]"),
        Json("MP1110", "null", "null"),
        Json("MP1111", "string for a number", """{"model_type":"a","num_layers":"24"}""", 64 + 18),
        Json("MP1111", "integer as a fraction", """{"hidden_size":64.0}"""),
        Json("MP1111", "integer with an exponent", """{"total_size":1e3}"""),
        Json("MP1111", "integer beyond 64 bits", """{"param_count":18446744073709551616}"""),
        Json("MP1111", "negative integer", """{"rope_type":-1}"""),
        Json("MP1111", "key with an escape", """{"model\u005ftype":1}"""),
        Json("MP1111", "bits beyond a byte", """{"quantization":{"quant_type":"Q4_K","bits":256,"symmetric":true}}"""),
        Json("MP1111", "symmetric missing", """{"quantization":{"quant_type":"Q4_K","bits":4,"nested":{"symmetric":true}}}"""),
        Json("MP1111", "mandatory member null", """{"quantization":{"quant_type":null,"bits":4,"symmetric":true}}"""),
        Json("MP1111", "shard index missing", """{"sharding":{"shard_count":2,"total_size":1}}"""),
        Json("MP1111", "token as a number", """{"special_tokens":{"bos_token":1}}"""),
        Json("MP1111", "array for an object", """{"special_tokens":[]}"""),
        Json("MP1111", "the last of duplicates is wrong", """{"name":"a","name":1}"""),
        Json("MP1112", "128 levels", "{\"x\":" + new string('[', 127) + new string(']', 127) + "}", 64 + 5 + 126),
        Json("MP1112", "20,000 levels", "{\"x\":" + new string('[', 20000)),
        Entry("MP1113", "empty name", new AprEntryBytes("", 0, [3], 12)),
        Entry("MP1113", "257 bytes", new AprEntryBytes(new string('a', 257), 0, [3], 12)),
        Entry("MP1113", "not UTF-8", new AprEntryBytes([0x61, 0xFF], 0, [3], new byte[12])),
        Entry("MP1113", "surrogate", new AprEntryBytes([0xED, 0xA0, 0x80], 0, [3], new byte[12])),
        Bytes("MP1114", "b before a", () => AprBytes.WithEntries(new("b", 0, [3], 12), new("a", 0, [3], 12)).Build(), 192 + 29, "a"),
        Bytes("MP1114", "UTF-16 order", () => AprBytes.WithEntries(new("\U0001F642", 0, [1], 4), new("\uFF5E", 0, [1], 4)).Build(), null,
            "\uFF5E"),
        Bytes("MP1115", "one name twice", () => AprBytes.WithEntries(new("a", 0, [3], 12), new("a", 0, [3], 12)).Build(), 192 + 29, "a"),
        Entry("MP1116", "nine dimensions", new AprEntryBytes("a", 0, [1, 1, 1, 1, 1, 1, 1, 1, 1], 4), 192 + 4, "a"),
        Entry("MP1117", "2^32 x 2^31", new AprEntryBytes("a", 0, [1UL << 32, 1UL << 31], 4), 192, "a"),
        Entry("MP1117", "a dimension of 2^64 - 1", new AprEntryBytes("a", 0, [ulong.MaxValue], 4), 192, "a"),
        Entry("MP1117", "an overflow before a zero", new AprEntryBytes("a", 0, [1UL << 62, 2, 0], 0), 192, "a"),
        Entry("MP1118", "byte 10", new AprEntryBytes("a", 10, [256], 84), 192, "a"),
        Entry("MP1118", "byte 13", new AprEntryBytes("a", 13, [256], 176), 192, "a"),
        Entry("MP1118", "byte 255", new AprEntryBytes("a", 255, [3], 12), 192, "a"),
        Entry("MP1119", "one element short", new AprEntryBytes("a", 0, [3], 8), 192, "a"),
        Entry("MP1119", "bytes of a tensor whose size in bytes overflows", new AprEntryBytes("a", 3, [1UL << 61], 0), 192, "a"),
        Entry("MP1119", "zero-byte lm_head", new AprEntryBytes("lm_head.weight", 0, [4, 3], 0), 192, "lm_head.weight"),
        Entry("MP1119", "Q4_K in no convention", new AprEntryBytes("a", 12, [2, 300], 144), 192, "a"),
        Entry("MP1120", "offset 2^40", new AprEntryBytes("a", 0, [3], 12) { Offset = 1UL << 40 }, 192, "a"),
        Entry("MP1120", "offset wraps", new AprEntryBytes("a", 0, [3], 12) { Offset = ulong.MaxValue - 63 }, 192, "a"),
        Entry("MP1120", "size 2^63", new AprEntryBytes("a", 0, [3], 12) { Size = 1UL << 63 }, 192, "a"),
        Bytes("MP1121", "one shared byte", () => AprBytes.WithEntries(new("a", 0, [16], 64), new("b", 1, [5], 10) { Offset = 63 }).Build(),
            256 + 63, "b"),
        Bytes("MP1121", "same start, other size", () => AprBytes.WithEntries(new("a", 0, [3], 12), new("b", 1, [5], 10) { Offset = 0 })
            .Build(), 256, "a"),
        Bytes("MP1122", "one footer bit", () => new AprBytes { FooterFlip = 1 }.Build(), 384),
        Bytes("MP1122", "one payload bit", () => Flip(new AprBytes().Build(), 260), 384),
        Bytes("MP1123", "a byte behind the footer", () => new AprBytes { Tail = [0] }.Build(), 384),
        Bytes("MP1123", "three bytes of the footer", () => new AprBytes().Build()[..^1], 384),
        Bytes("MP1123", "a gap without a footer", () => (Gap with { HasFooter = false }).Build()),
        Bytes("MP1123", "a misaligned offset without a footer", () => (Misaligned with { HasFooter = false }).Build()),
        new("MP1124", "1 GiB of metadata",
            () => new SparseSource(
                new AprBytes { MetadataSize = (1 << 30) + 1, IndexOffset = 1UL << 31, DataOffset = 1UL << 31, TensorCount = 0 }.Build(),
                1L << 32), 20),
    ];

    public static IEnumerable<object[]> Cases => All.Select(broken => new object[] { broken.Code, broken.Defect });

    private static AprBytes Gap => AprBytes.WithEntries(new("a", 0, [3], 12), new("b", 1, [5], 10) { Offset = 128 });

    private static AprBytes Misaligned =>
        AprBytes.WithEntries(new("a", 0, [3], 12), new("b", 1, [5], 10) { Offset = 68 }, new("c", 0, [1], 4));

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void A_broken_rule_is_refused_with_its_code_offset_and_tensor(string code, string defect)
    {
        Broken broken = All.Single(one => one.Code == code && one.Defect == defect);

        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => OpenAndVerify(broken.Source()));

        Assert.AreEqual(code, error.Code.Id, error.Detail);
        Assert.IsNotNull(error.ByteOffset);
        Assert.IsNotNull(error.FilePath);
        Assert.AreEqual(broken.Tensor, error.TensorName);
        if (broken.Offset is long offset)
        {
            Assert.AreEqual(offset, error.ByteOffset);
        }
    }

    [TestMethod]
    public void Every_code_of_the_catalogue_has_a_file_that_raises_it() =>
        CollectionAssert.AreEquivalent(
            AprErrors.All.Select(code => code.Id).ToArray(), All.Select(broken => broken.Code).Distinct().ToArray());

    [TestMethod]
    public void Codes_are_unique_and_in_the_range_of_the_format()
    {
        CollectionAssert.AllItemsAreUnique(AprErrors.All.Select(code => code.Id).ToArray());
        Assert.IsTrue(
            AprErrors.All.All(code => string.CompareOrdinal(code.Id, "MP1101") >= 0 && string.CompareOrdinal(code.Id, "MP1199") <= 0));
    }

    [TestMethod]
    [DataRow("APRN", "APR v1 (APRN)")]
    [DataRow("APR1", "APR1")]
    [DataRow("APR2", "APR2")]
    [DataRow("APR\u0002", "old documentation")]
    [DataRow("GGUF", "not an APR file")]
    public void A_wrong_magic_is_named(string magic, string expected)
    {
        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => new AprBytes { Magic = magic }.Open());

        StringAssert.Contains(error.Detail, expected, StringComparison.Ordinal);
    }

    [TestMethod]
    public void The_plain_file_that_the_broken_ones_are_made_from_is_accepted()
    {
        using AprFile file = new AprBytes().Open();
        file.CheckFooter(CancellationToken.None);

        Assert.IsEmpty(file.Notes);
    }

    [TestMethod]
    public void A_footer_checksum_computed_elsewhere_is_compared()
    {
        using AprFile file = new AprBytes().Open();
        file.VerifyFooter(file.Footer.StoredCrc);

        Assert.ThrowsExactly<ModelFormatException>(() => file.VerifyFooter(file.Footer.StoredCrc ^ 1));
    }

    [TestMethod]
    public void Footer_verification_can_be_cancelled()
    {
        using AprFile file = new AprBytes().Open();

        Assert.ThrowsExactly<OperationCanceledException>(() => file.CheckFooter(new CancellationToken(true)));
    }

    private static void OpenAndVerify(ByteSource source)
    {
        using AprFile file = AprFile.Open(source);
        file.CheckFooter(CancellationToken.None);
    }

    private static byte[] Flip(byte[] file, int position)
    {
        file[position] ^= 1;
        return file;
    }

    private static Broken Bytes(string code, string defect, Func<byte[]> build, long? offset = null, string? tensor = null) =>
        new(code, defect, () => new MemoryByteSource(build()), offset, tensor);

    private static Broken Json(string code, string defect, string json, long? offset = null) =>
        Bytes(code, defect, () => AprBytes.WithMetadata(json).Build(), offset);

    private static Broken Entry(string code, string defect, AprEntryBytes entry, long? offset = null, string? tensor = null) =>
        Bytes(code, defect, () => AprBytes.WithEntries(entry).Build(), offset, tensor);
}
