using ModelPack.Formats.Apr;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Apr;

/// <summary>Files that are odd but readable: each oddity is noted, and nothing else.</summary>
[TestClass]
public sealed class AprOddityTests
{
    private static readonly AprEntryBytes A = new("a", 0, [3], 12);
    private static readonly AprEntryBytes B = new("b", 1, [5], 10);

    private static readonly (string Rules, string Defect, Func<byte[]> Build)[] All =
    [
        ("", "nothing", () => new AprBytes().Build()),
        ("", "three tensors without bytes at one offset",
            () => AprBytes.WithEntries(new("a", 0, [0], 0), new("b", 0, [0, 2], 0), new("c", 0, [1], 4)).Build()),
        ("", "scalar", () => AprBytes.WithEntries(new AprEntryBytes("a", 0, [], 4)).Build()),
        ("", "no tensors", () => AprBytes.WithEntries().Build()),
        ("", "127 levels", () => AprBytes.WithMetadata("{\"x\":" + new string('[', 126) + new string(']', 126) + "}").Build()),
        ("", "explicit nulls",
            () => AprBytes.WithMetadata("""{"quantization":null,"sharding":null,"hidden_size":null,"special_tokens":{"bos_token":null}}""")
                .Build()),
        ("", "escaped pair, escaped backslash", () => AprBytes.WithMetadata("""{"x":"\ud83d\ude42 \\ud83d \n"}""").Build()),
        ("", "same key in two objects", () => AprBytes.WithMetadata("""{"x":{"k":1},"y":{"k":1},"k":[{"k":1},{"k":1}]}""").Build()),
        ("K-FOOTER", "no footer", () => new AprBytes { HasFooter = false }.Build()),
        ("K-FOOTER K-TAIL", "no last padding", () => new AprBytes { HasFooter = false }.Build()[..^54]),
        ("K-FOOTER K-TAIL", "half of the last padding", () => new AprBytes { HasFooter = false }.Build()[..^20]),
        ("K-PAD", "padding of ones", () => new AprBytes { Padding = 1 }.Build()),
        ("K-GAP", "gap between payloads", () => AprBytes.WithEntries(A, B with { Offset = 128 }).Build()),
        ("K-GAP", "gap before the first payload", () => AprBytes.WithEntries(A with { Offset = 64 }).Build()),
        ("K-GAP K-PAD", "gap that holds something", () => new AprBytes { Entries = [A, B with { Offset = 128 }], Padding = 1 }.Build()),
        ("K-ALIGN", "misaligned offset", () => AprBytes.WithEntries(A, B with { Offset = 68 }, new("c", 0, [1], 4)).Build()),
        ("K-STREAM", "payloads in another order", () => AprBytes.WithEntries(A with { Offset = 64 }, B with { Offset = 0 }).Build()),
        ("K-STREAM", "an empty tensor behind payloads in the index, before them in the file",
            () => AprBytes.WithEntries(A, new("z", 0, [0], 0) { Offset = 0 }).Build()),
        ("K-SHARED", "one range for two tensors", () => AprBytes.WithEntries(A, B, new("c", 0, [3], 12) { Offset = 0 }).Build()),
        ("K-TIED", "zero-byte lm_head",
            () => new AprBytes
            {
                Entries = [new("lm_head.weight", 0, [4, 3], 0), new("m", 0, [3], 12)],
                Metadata = """{"tied_embeddings":true}"""u8.ToArray(),
            }.Build()),
        ("K-MINOR", "minor version 1", () => new AprBytes { Minor = 1 }.Build()),
        ("K-RESERVED", "reserved byte", () => new AprBytes { FirstReserved = 1 }.Build()),
        ("K-FLAG", "signed", () => new AprBytes { Flags = 0x0408 }.Build()),
        ("K-FLAG", "unassigned", () => new AprBytes { Flags = 0x8400 }.Build()),
        ("K-LAYOUT", "no layout flag", () => new AprBytes { Flags = 0 }.Build()),
        ("K-LEGACY", "byte 2", () => AprBytes.WithEntries(new AprEntryBytes("a", 2, [3], 6)).Build()),
        ("K-DIALECT K-FOOTER", "realizar",
            () => new AprBytes { Flags = 0x20, HasFooter = false, Entries = [new("blk.0.a", 2, [2, 32], 36)] }.Build()),
        ("K-LAYOUT", "realizar's flags and names with a footer",
            () => new AprBytes { Flags = 0x20, Entries = [new("blk.0.a", 0, [3], 12)] }.Build()),
        ("K-DUPKEY", "duplicate key deep inside", () => AprBytes.WithMetadata("""{"x":[{"y":{"k":1,"z":2,"k":3}}]}""").Build()),
        ("K-DUPKEY", "duplicate key, once escaped", () => AprBytes.WithMetadata("""{"key":1,"k\u0065y":2}""").Build()),
        ("K-DUPKEY", "wrong type in the first of duplicates", () => AprBytes.WithMetadata("""{"name":1,"name":"a"}""").Build()),
        ("K-ALIAS", "field and alias", () => AprBytes.WithMetadata("""{"num_heads":null,"n_head":4}""").Build()),
        ("K-ALIAS", "two aliases", () => AprBytes.WithMetadata("""{"norm_eps":1,"layer_norm_eps":1}""").Build()),
        ("", "one alias", () => AprBytes.WithMetadata("""{"n_ctx":128,"nested":{"context_length":1,"max_seq_len":1}}""").Build()),
        ("K-NULL", "null model_type", () => AprBytes.WithMetadata("""{"model_type":null}""").Build()),
        ("K-NULL", "null total_size", () => AprBytes.WithMetadata("""{"model_type":"a","total_size":null}""").Build()),
        ("K-NULL", "null param_count", () => AprBytes.WithMetadata("""{"model_type":"a","param_count":null}""").Build()),
    ];

    public static IEnumerable<object[]> Cases => All.Select(odd => new object[] { odd.Rules, odd.Defect });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void An_oddity_is_noted_and_kept(string rules, string defect)
    {
        byte[] bytes = All.Single(odd => odd.Defect == defect).Build();

        using AprFile file = AprFile.Open(new MemoryByteSource(bytes));
        file.CheckFooter(CancellationToken.None);
        file.NotePadding();
        file.NotePadding();

        string[] noted = [.. file.Notes.Select(note => note.Rule).Order(StringComparer.Ordinal)];
        Assert.AreEqual(rules, string.Join(' ', noted), string.Join('\n', file.Notes));
    }

    [TestMethod]
    public void A_note_on_padding_names_the_first_byte_that_is_not_zero()
    {
        byte[] bytes = new AprBytes { HasFooter = false }.Build();
        bytes[300] = 1;

        using AprFile file = AprFile.Open(new MemoryByteSource(bytes));
        file.NotePadding();

        Assert.AreEqual(300, file.Notes.Single(note => note.Rule == "K-PAD").ByteOffset);
    }

    [TestMethod]
    public void A_tied_output_layer_without_bytes_keeps_its_entry_and_counts_as_absent()
    {
        using AprFile file = new AprBytes
        {
            Entries = [new("lm_head.weight", 0, [4, 3], 0), new("m", 0, [3], 12)],
            Metadata = """{"tied_embeddings":true}"""u8.ToArray(),
        }.Open();

        Assert.AreEqual("m", file.Tensors.Single().Name);
        Assert.HasCount(2, file.Entries);
        Assert.IsTrue(file.Entries[0].CountsAsAbsent);
    }
}
