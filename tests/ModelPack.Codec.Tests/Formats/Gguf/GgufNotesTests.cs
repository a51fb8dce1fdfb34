using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Gguf;

[TestClass]
public sealed class GgufNotesTests
{
    private static readonly Dictionary<string, Func<GgufBytes, GgufBytes>> Odd = new()
    {
        ["K-KEY"] = b => b.Header(0, 1).Key("command-r.Size", GgufValueType.UInt8).Raw(1),
        ["K-STR"] = b => b.Header(0, 1).Key("a", GgufValueType.Array).Array(GgufValueType.String, 2).Text("ok").Text("a\0"),
        ["K-BOOL"] = b => b.Header(0, 1).Key("a", GgufValueType.Array).Array(GgufValueType.Bool, 3).Raw(0, 1, 2),
        ["K-FLOAT"] = b => b.Header(0, 1).Key("a", GgufValueType.Float32).U32(0xFF80_0001),
        ["K-SCALAR"] = b => b.Header(1, 0).Record("w", GgufBytes.F32, 0).Pad().Data(32),
        ["K-EMPTY"] = b => b.Header(1, 0).Record("w", GgufBytes.F32, 0, 2, 0).Pad(),
        ["K-PAD"] = b => b.Header(1, 0).Record("w", GgufBytes.F32, 0, 8).Pad(with: 0xEE).Data(32),
        ["K-TAIL"] = b => b.Header(1, 0).Record("w", GgufBytes.F32, 0, 1).Pad().Data(5),
        ["K-SPLIT"] = b => b.Header(0, 1).Key("split.count", GgufValueType.UInt32).U32(3),
    };

    public static IEnumerable<string> Rules => Odd.Keys;

    /// <summary>command-r, nomic-bert and others begin all their keys with a name that has a hyphen.</summary>
    [TestMethod]
    [DataRow("command-r", "command-r.block_count", false)]
    [DataRow("command-r", "command-r.Block_count", true)]
    [DataRow("command-r", "command-x.block_count", true)]
    [DataRow("command-r", "command-r.block-count", true)]
    [DataRow("Command-R", "Command-R.block_count", true)]
    [DataRow("llama", "llama.block_count", false)]
    public void Keys_below_the_own_architecture_are_usual_whatever_its_name(string architecture, string key, bool isOdd)
    {
        GgufFile file = new GgufBytes().Header(0, 2).Key(key, GgufValueType.UInt8).Raw(1).Key("general.architecture", GgufValueType.String)
            .Text(architecture).Open();
        Assert.AreEqual(isOdd, file.Notes.Any(note => note.Rule == "K-KEY"));
    }

    [TestMethod]
    [DynamicData(nameof(Rules))]
    public void Oddity_is_noted_once_and_nothing_else_is(string rule)
    {
        foreach (Func<GgufBytes> encoding in GgufBytes.Encodings)
        {
            using GgufFile file = Odd[rule](encoding()).Open();
            Note note = Assert.ContainsSingle(file.Notes);
            Assert.AreEqual(rule, note.Rule);
            Assert.IsTrue(note.ByteOffset is null || note.ByteOffset <= file.Source.Length);
        }
    }

    [TestMethod]
    public void Ordinary_file_has_no_notes()
    {
        GgufBytes bytes = new GgufBytes().Header(1, 4)
            .Key("qwen2.size", GgufValueType.String).Text("ž").Key("b", GgufValueType.Bool).Raw(1)
            .Key("inf", GgufValueType.Float32).U32(0x7F80_0000).Key("inf64", GgufValueType.Float64).U64(0xFFF0_0000_0000_0000)
            .Record("w", GgufBytes.F32, 0, 8).Pad().Data(32);
        using GgufFile file = bytes.Open();
        Assert.IsEmpty(file.Notes);
        Assert.IsNull(file.NotePadding());
        Assert.IsNull(file.Split);
        Assert.IsNull(file.Architecture);
        Assert.IsNull(file.OriginRecord);
    }

    [TestMethod]
    public void Repeated_oddity_is_counted()
    {
        using GgufFile file = new GgufBytes().Header(0, 2).Key("A", GgufValueType.UInt8).Raw(1).Key("B", GgufValueType.UInt8).Raw(1).Open();
        StringAssert.Contains(Assert.ContainsSingle(file.Notes).Text, "2 cases, the first is 'A'");
    }

    [TestMethod]
    public void Odd_padding_between_payloads_is_found_on_request()
    {
        byte[] bytes = GgufCorpus.Bytes("valid/padding-not-zero");
        using GgufFile file = GgufFile.Open(new MemoryByteSource(bytes));
        Note note = file.NotePadding()!;
        Assert.AreEqual("K-PAD", note.Rule);
        Assert.AreEqual(file.Tensors[0].Offset + file.Tensors[0].ByteLength, note.ByteOffset);
        Assert.AreEqual("K-PAD", Assert.ContainsSingle(file.Notes).Rule);
        Assert.AreEqual(file.HeaderLength, file.Notes[0].ByteOffset);
    }

    [TestMethod]
    public void Odd_byte_far_behind_the_header_is_found_on_request()
    {
        const int Alignment = 1 << 18;
        byte[] bytes = new GgufBytes().Header(1, 1).Key("general.alignment", GgufValueType.UInt32).U32(Alignment)
            .Record("w", GgufBytes.F32, 0, 8).Pad(Alignment).Data(32).ToArray();
        bytes[Alignment - 1] = 1;
        using GgufFile file = GgufFile.Open(new MemoryByteSource(bytes));
        Assert.AreEqual(Alignment - 1, file.NotePadding()!.ByteOffset);
    }

    [TestMethod]
    public void Bytes_behind_a_file_without_tensors_are_a_tail_unless_they_are_its_padding()
    {
        GgufBytes bytes = new GgufBytes().Header(0, 0);
        Assert.IsEmpty(bytes.Open().Notes);
        Assert.AreEqual("K-TAIL", Assert.ContainsSingle(bytes.Raw(0).Open().Notes).Rule);
        Assert.IsEmpty(bytes.Pad().Open().Notes);
        Assert.AreEqual("K-TAIL", Assert.ContainsSingle(bytes.Raw(7).Open().Notes).Rule);
    }

    [TestMethod]
    public void Split_keys_are_read_with_their_exact_types()
    {
        using GgufFile part = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes("valid/split-00002-of-00003")));
        Assert.AreEqual(1, part.Split!.Number);
        Assert.AreEqual(3, part.Split.Count);
        Assert.IsTrue(part.Split.IsPart);
        int total = Enumerable.Range(1, 3).Sum(number =>
        {
            using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes($"valid/split-0000{number}-of-00003")));
            Assert.AreEqual(number - 1, file.Split!.Number);
            return file.Tensors.Count;
        });
        Assert.AreEqual(total, part.Split.TensorCount);
        StringAssert.EndsWith(part.FormatDescription, "part 2 of 3");
    }

    [TestMethod]
    public void Merged_file_is_not_a_part()
    {
        using GgufFile file = new GgufBytes().Header(0, 3).Key("split.no", GgufValueType.UInt16).U16(0)
            .Key("split.tensors.count", GgufValueType.Int32).U32(7).Key("split.count", GgufValueType.UInt16).U16(0).Open();
        Assert.AreEqual(new GgufSplit(0, 0, 7), file.Split);
        Assert.IsFalse(file.Split!.IsPart);
    }

    [TestMethod]
    public void Origin_record_is_the_byte_array_under_its_key()
    {
        foreach (Func<GgufBytes> encoding in GgufBytes.Encodings)
        {
            using GgufFile file = encoding().Header(0, 2).Key("modelpack.origin", GgufValueType.Array).Array(GgufValueType.UInt8, 3)
                .Raw(1, 2, 3)
                .Key("general.architecture", GgufValueType.String).Text("test").Open();
            CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, file.OriginRecord!.Value.ToArray());
            Assert.AreEqual("test", file.Architecture);
        }

        using GgufFile other = new GgufBytes().Header(0, 1).Key("modelpack.origin", GgufValueType.Array).Array(GgufValueType.Int8, 1).Raw(1)
            .Open();
        Assert.IsNull(other.OriginRecord);
    }
}
