using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Codec.Tests;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Tool.Commands;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;
using ModelPack.Verification;

namespace ModelPack.Tool.Tests;

/// <summary>Reports composed from records made here: what people and programs get to see of each part.</summary>
[TestClass]
public sealed class ReportTests
{
    private static readonly Certificate Certificate = new()
    {
        Tool = "ModelPack 0.1.0",
        Level = ProofLevel.L3,
        Source = new("m.gguf", ModelFormat.Gguf, 2_834_080, new string('a', 32), null),
        Output = new("m.apr", ModelFormat.Apr, 2_900_000, new string('b', 32), new string('c', 64)),
        Options = ImmutableSortedDictionary<string, string>.Empty,
        Tensors =
        [
            new("a", "a", "F32", [2, 3], TensorAction.Copy, new string('1', 32), FiniteStatus.Finite, 0),
            new("b", "b", "Q8_0", [32], TensorAction.Carry, new string('2', 32), FiniteStatus.NonFinite, 7),
            new("c", "c", "IQ1_S", [256], TensorAction.Carry, new string('3', 32), FiniteStatus.NotChecked, 0),
        ],
        Notes = ["K-PAD: odd padding"],
    };

    private static readonly Difference Payload = new(DifferenceKind.Payload, "blk.0", "0x3F800000 against 0x3F800001", 5, 1044, 2);

    private static readonly ErrorCode NonFinite = new("MP2101", "N-FINITE", ErrorKind.NotProved, "Summary.", "Look at the training.");

    [TestMethod]
    public void A_conversion_prints_its_proof() => Assert.AreEqual(
        $"""
        m.gguf -> out/m.apr: L3 proved, converting back gives the source byte for byte
          source       gguf, 2,834,080 bytes, XXH128 {new string('a', 32)}
          output       apr, 2,900,000 bytes, XXH128 {new string('b', 32)}, SHA-256 {new string('c', 64)}
          tensors      3: 1 copied, 2 carried as raw blocks, 7 non-finite values kept, 1 of a type without a check for finite values
          time         0.50 s, 5.67 MB/s
          certificate  out/m.apr.modelpack.json

        notes
          K-PAD: odd padding

        """,
        ConvertText.Of(new("out/m.apr", "out/m.apr.modelpack.json", Certificate, TimeSpan.FromSeconds(0.5))));

    [TestMethod]
    [DataRow(ProofLevel.L1, "L1 proved, every tensor is equal")]
    [DataRow(ProofLevel.L2, "L2 proved, tensors and metadata are equal")]
    public void A_lower_level_is_called_by_its_name(ProofLevel level, string claim) => Assert.Contains(
        claim, ConvertText.Of(new("m.apr", "c", Certificate.With((nameof(ModelPack.Certificate.Level), level)), TimeSpan.FromSeconds(1))));

    [TestMethod]
    public void A_headline_claims_no_more_than_was_proved()
    {
        Certificate beside =
            Certificate.With(
                (nameof(ModelPack.Certificate.Meaning), Meaning.Carried),
                (nameof(ModelPack.Certificate.LeftOut), LeftOut(
                    new("onnx/", 1234, "it holds weights of its own"), new("a.bin", 1, null))));
        Assert.AreEqual(
            "L3 proved, converting back gives every file of the model byte for byte; left out: 'onnx/' (it holds weights of its own, 1,234 "
                + "bytes), 'a.bin' (1 byte)", ConvertText.Claim(beside));
        Certificate partial = Certificate.With(
            (nameof(ModelPack.Certificate.Meaning), Meaning.Partial),
            (nameof(ModelPack.Certificate.LeftOut), LeftOut(new LeftOutFile("2_Dense/", 5, "a link") { IsPart = true })));
        Assert.AreEqual(
            "L3 proved, converting back gives what was found of the model byte for byte; left out: '2_Dense/' (a link, 5 bytes)",
            ConvertText.Claim(partial));
    }

    [TestMethod]
    public void Meaning_is_printed_with_its_reasons() => Assert.Contains(
        """
          meaning      carried: all of it comes back, but apr will not load it
                       - 'architecture' is missing

        """,
        ConvertText.Of(
            new("m.apr", "c", Certificate.With(
                (nameof(ModelPack.Certificate.Meaning), Meaning.Carried),
                (nameof(ModelPack.Certificate.MeaningReasons), ImmutableArray.Create("'architecture' is missing"))),
                TimeSpan.FromSeconds(1))));

    private static ImmutableArray<LeftOutFile> LeftOut(params LeftOutFile[] files) => [.. files];

    [TestMethod]
    public void Notes_are_printed_by_rank_and_those_without_effect_are_counted_unless_asked_for()
    {
        Certificate ranked = Certificate.With(
            (nameof(ModelPack.Certificate.Notes), ImmutableArray.Create(
                "causal is lost", "a name is lost", "transformers_version is lost", "initializer_range is lost")),
            (nameof(ModelPack.Certificate.NoteRanks), ImmutableArray.Create(
                NoteRank.ChangesResults, NoteRank.MayBeMissed, NoteRank.WithoutEffect, NoteRank.WithoutEffect)));
        ConversionOutcome outcome = new("m.apr", "c", ranked, TimeSpan.FromSeconds(1));
        Assert.EndsWith(
            "\nnotes\n  changes results: causal is lost\n  a name is lost\n  2 notes without effect; --verbosity detailed lists them\n",
            ConvertText.Of(outcome));
        Assert.EndsWith(
            "  a name is lost\n  transformers_version is lost\n  initializer_range is lost\n", ConvertText.Of(outcome, Verbosity.Detailed));
    }

    [TestMethod]
    public void Differences_are_printed_with_place_and_values() => Assert.AreEqual(
        """
        NOT equal at L2, not even L1 holds: a.gguf and b.apr
          tensors      12 compared bit for bit
          metadata     3 keys compared

        differences
          payload: blk.0: 0x3F800000 against 0x3F800001 (element 5, at byte 1044 of the second file, 2 bytes differ)
          metadata: general.name: only in the first

        """,
        VerifyText.Of(
            "a.gguf", "b.apr",
            new(ProofLevel.L2, null, 12, 3, [Payload, new(DifferenceKind.Metadata, "general.name", "only in the first")], [])));

    [TestMethod]
    public void Equal_models_are_called_equal() => Assert.StartsWith(
        "equal at L1, L2 holds: a and b\n", VerifyText.Of("a", "b", new(ProofLevel.L1, ProofLevel.L2, 1, 1, [], [])));

    [TestMethod]
    public void A_comparison_as_json_has_every_part()
    {
        VerificationReport report = new(ProofLevel.L2, null, 12, 3, [Payload], ["note"]);
        JsonElement root = Parse(writer => VerifyJson.Write(writer, "a", "b", report));
        Assert.AreEqual("verify", root.GetProperty("kind").GetString());
        Assert.AreEqual(JsonValueKind.Null, root.GetProperty("proved").ValueKind);
        Assert.IsFalse(root.GetProperty("passed").GetBoolean());
        JsonElement difference = root.GetProperty("differences")[0];
        Assert.AreEqual("payload", difference.GetProperty("kind").GetString());
        Assert.AreEqual(1044, difference.GetProperty("byteOffset").GetInt64());
        Assert.AreEqual(5, difference.GetProperty("elementIndex").GetInt64());
        Assert.AreEqual(2, difference.GetProperty("count").GetInt64());
        Assert.AreEqual("note", root.GetProperty("notes")[0].GetString());
    }

    [TestMethod]
    public void A_round_trip_prints_its_chain()
    {
        RoundTripReport report = new([ModelFormat.Gguf, ModelFormat.Apr, ModelFormat.Gguf], false, "11", "22", Payload, [Certificate]);
        Assert.AreEqual(
            """
            NOT identical: m.gguf via gguf -> apr -> gguf
              source       XXH128 11
              returned     XXH128 22

            steps
              gguf -> apr: 2,900,000 bytes, L3 proved, converting back gives the source byte for byte

            difference
              payload: blk.0: 0x3F800000 against 0x3F800001 (element 5, at byte 1044 of the second file, 2 bytes differ)

            notes
              K-PAD: odd padding

            """,
            RoundTripText.Of("m.gguf", report));
        Assert.StartsWith("identical: m.gguf", RoundTripText.Of("m.gguf", report.With((nameof(RoundTripReport.Identical), true))));
    }

    [TestMethod]
    public void A_validation_prints_what_it_could_not_check()
    {
        ValidationReport report = new("GGUF v3", 3, [new(NonFinite, "blk.0", "7 NaN", 99)], [new("K-PAD", "odd padding", 64)], ["blk.1"]);
        Assert.AreEqual(
            """
            m.gguf: valid structure, 1 finding
              format       GGUF v3
              tensors      3

            values not checked, the type has no check for finite values
              blk.1

            notes
              K-PAD: odd padding (at byte 64)

            """,
            ValidateText.Of("m.gguf", report, Judged(report)));
        ValidationReport sound = report.With((nameof(ValidationReport.Findings), ImmutableArray<Finding>.Empty));
        Assert.StartsWith("m.gguf: sound\n", ValidateText.Of("m.gguf", sound, Judged(sound)));

        JsonElement finding = Parse(writer => ValidateJson.Write(writer, "m.gguf", report, Judged(report))).GetProperty("findings")[0];
        Assert.AreEqual("MP2101", finding.GetProperty("code").GetString());
        Assert.AreEqual("N-FINITE", finding.GetProperty("rule").GetString());
        Assert.AreEqual(99, finding.GetProperty("byteOffset").GetInt64());
        Assert.AreEqual("Look at the training.", finding.GetProperty("remedy").GetString());
    }

    [TestMethod]
    public void Every_enumerated_value_has_a_word()
    {
        Assert.HasCount(7, Enum.GetValues<TensorAction>().Select(action => ModelPack.Tool.Output.EnumText.Of(action)).Distinct());
        string[] kinds = [.. Enum.GetValues<DifferenceKind>().Select(kind => ModelPack.Tool.Output.EnumText.Of(kind))];
        Assert.HasCount(kinds.Length, kinds.Distinct());
        Assert.HasCount(3, Enum.GetValues<ModelFormat>().Select(format => format.Extension()).Distinct());
        Assert.HasCount(4, Enum.GetValues<ProofLevel>().Select(level => ModelPack.Tool.Output.EnumText.Of(level)).Distinct());
        Assert.HasCount(4, Enum.GetValues<ProofLevel>().Select(
            level => ConvertText.Claim(Certificate.With((nameof(ModelPack.Certificate.Level), level)))).Distinct());
        Assert.HasCount(3, Enum.GetValues<Meaning>().Select(meaning => ModelPack.Tool.Output.EnumText.Of(meaning)).Distinct());
        Assert.HasCount(3, Enum.GetValues<NoteRank>().Select(rank => ModelPack.Tool.Output.EnumText.Of(rank)).Distinct());
    }

    private static JudgedFindings Judged(ValidationReport report) =>
        JudgedFindings.Of(report, new(FailLevel.Finding, AcceptedFindings.None, DateOnly.MinValue));

    private static JsonElement Parse(Action<Utf8JsonWriter> write) => JsonDocument.Parse(InProcess.Json(write)).RootElement;
}
