using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats.Gguf;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Validation;

[TestClass]
public sealed class OutsideTensorsTests : ValidationTest
{
    public static IEnumerable<object[]> Attachments =>
    [
        [new byte[] { 0x7F, 0x45, 0x4C, 0x46, 2, 1 }, "ELF"],
        ["MZ\0\u0003"u8.ToArray(), "Windows"],
        ["PK\u0003\u0004...."u8.ToArray(), "ZIP"],
        ["#!/bin/sh\nrm"u8.ToArray(), "script"],
        [new byte[] { 0xCF, 0xFA, 0xED, 0xFE }, "Mach-O"],
        [new byte[] { 0x1F, 0x8B, 8 }, "gzip"],
        [new byte[] { 0x80, 4, 0x95, 1 }, "pickle"],
        [(byte[])[.. new byte[40], 0x7F, 0x45, 0x4C, 0x46], "ELF"],
        [(byte[])[.. "harmless text "u8, .. "PK\u0005\u0006"u8, .. new byte[18]], "ZIP"],
        [(byte[])[.. new byte[257], .. "ustar\0"u8], "tar"],
    ];

    [TestMethod]
    [DynamicData(nameof(Attachments))]
    public void A_program_or_an_archive_behind_the_data_is_found(byte[] tail, string kind)
    {
        EditableGguf model = TinyModel.Gguf();
        long end = model.Build().Length;
        model.Tail = tail;
        Finding finding = Finding(model);
        Assert.AreEqual(ValidationErrors.Tail, finding.Code);
        StringAssert.Contains(finding.Text, kind);
        Assert.IsTrue(finding.ByteOffset <= end + 40 && finding.ByteOffset >= end - 32, $"{finding.ByteOffset}");
    }

    [TestMethod]
    public void A_tail_that_looks_like_nothing_is_a_note_with_its_length()
    {
        EditableGguf model = TinyModel.Gguf();
        model.Tail = "nothing special"u8.ToArray();
        ValidationReport report = Validate(model);
        Sound(report);
        StringAssert.Contains(report.Notes.Single(note => note.Rule == "K-TAIL").Text, "15 bytes");
    }

    [TestMethod]
    public void A_program_in_the_padding_is_found()
    {
        EditableGguf model = TinyModel.Gguf();
        model.Padding = 1;
        ValidationReport odd = Validate(model);
        Sound(odd);
        long offset = odd.Notes.First(note => note.Rule == "K-PAD").ByteOffset!.Value;

        byte[] file = model.Build();
        "#!"u8.CopyTo(file.AsSpan((int)offset));
        Finding finding = One(ModelValidator.Validate(Folder.Write("model.gguf", file)).Findings);
        Assert.AreEqual(ValidationErrors.Tail, finding.Code);
        Assert.AreEqual(offset, finding.ByteOffset);
    }

    [TestMethod]
    public void A_part_of_a_split_is_a_note()
    {
        EditableGguf model = Split(number: 1, count: 3, tensors: 100);
        model.Tensors.RemoveRange(0, 5);
        ValidationReport report = Validate(model);
        Sound(report);
        StringAssert.Contains(report.Notes.Single(note => note.Rule == "K-PART").Text, "part 2 of 3");
    }

    [TestMethod]
    public void The_keys_that_a_merge_leaves_are_a_note()
    {
        ValidationReport report = Validate(Split(number: 0, count: 0, tensors: TinyModel.Gguf().Tensors.Count));
        Sound(report);
        StringAssert.Contains(report.Notes.Single(note => note.Rule == "K-PART").Text, "left over");
    }

    [TestMethod]
    [DataRow(3, 3, 100, "split.no", "'split.count' is 3")]
    [DataRow(0, 3, 23, "split.count", "of 23 tensors all 23")]
    [DataRow(0, 0, 24, "split.tensors.count", "is 24")]
    public void Split_keys_that_contradict_the_file_are_found(int number, int count, int tensors, string place, string text)
    {
        EditableGguf model = Split((ushort)number, (ushort)count, tensors);
        Assert.HasCount(23, model.Tensors);
        Finding finding = Finding(model);
        Assert.AreEqual(ValidationErrors.Split, finding.Code);
        Assert.AreEqual(place, finding.Place);
        StringAssert.Contains(finding.Text, text);
        Assert.IsNotNull(finding.ByteOffset);
    }

    [TestMethod]
    public void A_part_number_without_a_count_is_found()
    {
        EditableGguf model = Split(0, 3, 100);
        model.RemoveKey("split.count");
        Assert.AreEqual(ValidationErrors.Split, Finding(model).Code);
    }

    [TestMethod]
    [DataRow("""{"shard_count":2,"shard_index":1,"total_size":0}""", false)]
    [DataRow("""{"shard_count":2,"shard_index":2,"total_size":0}""", true)]
    public void An_APR_shard_is_a_note_unless_it_contradicts_itself(string json, bool isFound)
    {
        EditableApr model = TinyModel.Apr();
        model.SetJson("sharding", json);
        ValidationReport report = Validate(model);
        Assert.AreEqual(isFound, report.Findings.Any(finding => finding.Code == ValidationErrors.Split));
        Assert.AreEqual(!isFound, report.Notes.Any(note => note.Rule == "K-PART"));
    }

    [TestMethod]
    [DataRow("{\"hidden_size\": 256")]
    [DataRow("[]")]
    [DataRow("")]
    [DataRow("{\"\\ud800\": 1}")]
    public void A_companion_that_is_no_JSON_object_is_found(string text)
    {
        Finding finding = One(ModelValidator.Validate(TinyFolder.Write(Folder, "tiny", null, ("config.json", text))).Findings);
        Assert.AreEqual(ValidationErrors.Companion, finding.Code);
        Assert.AreEqual("config.json", finding.Place);
    }

    [TestMethod]
    public void Every_code_is_a_finding_with_a_rule()
    {
        ErrorCode[] all = [.. ValidationErrors.All];
        Assert.AreEqual(all.Length, all.DistinctBy(code => code.Id).Count());
        Assert.IsTrue(all.All(code => code.Kind == ErrorKind.NotProved && code.Rule.StartsWith("V-", StringComparison.Ordinal)));
        ErrorCode[] others = [
            .. all.Where(code => string.CompareOrdinal(code.Id, "MP2110") < 0 || string.CompareOrdinal(code.Id, "MP2129") > 0)];
        CollectionAssert.AreEqual(new[] { ValidationErrors.Record, ValidationErrors.Side, ValidationErrors.Required }, others);
    }

    private static EditableGguf Split(ushort number, ushort count, int tensors)
    {
        EditableGguf model = TinyModel.Gguf();
        model.Set("split.no", GgufValue.FromUInt16(number));
        model.Set("split.count", GgufValue.FromUInt16(count));
        model.Set("split.tensors.count", GgufValue.FromInt32(tensors));
        return model;
    }
}
