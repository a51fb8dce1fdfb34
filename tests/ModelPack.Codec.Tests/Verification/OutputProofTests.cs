using System.Text;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Conversion;
using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>Outputs that are not what was planned, written or read: each is caught before it gets its name.</summary>
[TestClass]
public sealed class OutputProofTests
{
    private const byte GgufI32 = 26;

    private static readonly ConversionOptions WithRecord = ConversionCorpus.Allow with { Quantized = QuantizedMode.Blocks };
    private static readonly ConversionOptions WithoutRecord = WithRecord with { Origin = OriginMode.None };

    [TestMethod]
    public void What_was_planned_is_proved()
    {
        using ComposedConversion kept = Compose(WithRecord);
        Assert.AreEqual(ProofLevel.L3, kept.Prove(kept.Output(kept.Plan)));
        using ComposedConversion bare = Compose(WithoutRecord);
        Assert.AreEqual(ProofLevel.L1, bare.Prove(bare.Output(bare.Plan)));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_changed_byte_of_a_payload_names_its_tensor(bool hasRecord)
    {
        using ComposedConversion composed = Compose(hasRecord ? WithRecord : WithoutRecord);
        byte[] output = composed.Output(composed.Plan);
        foreach (TensorInfo tensor in Tensors(output))
        {
            AssertFails(composed, Flipped(output, tensor.Offset + 1), $"tensor '{tensor.Name}' is not the one that was written");
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_changed_byte_between_payloads_is_caught(bool hasRecord)
    {
        using ComposedConversion composed = Compose(hasRecord ? WithRecord : WithoutRecord);
        byte[] output = composed.Output(composed.Plan);
        TensorInfo first = Tensors(output).MinBy(tensor => tensor.Offset)!;
        AssertFails(composed, Flipped(output, first.Offset + first.ByteLength), "what stands beside the tensors is not what was written");
    }

    [TestMethod]
    public void A_changed_header_is_caught_by_its_digest()
    {
        using ComposedConversion composed = Compose(WithRecord);
        ModelPlan plan = composed.Plan.Map(
            file => new FilePlan(
                [.. file.Segments.Select(segment => segment is LiteralSegment literal ? Changed(literal, "\"b\""u8) : segment)]));
        AssertFails(composed, composed.Output(plan), "the output's header is not the one that was planned", plan: plan);
    }

    [TestMethod]
    public void An_output_without_its_record_is_caught()
    {
        using ComposedConversion composed = Compose(WithRecord);
        using ComposedConversion bare = Compose(WithoutRecord);
        AssertFails(composed, bare.Output(bare.Plan), "the output holds no origin record", plan: bare.Plan);
    }

    [TestMethod]
    public void A_source_that_changed_outside_its_tensors_after_it_was_planned_does_not_come_back()
    {
        using ComposedConversion composed = Compose(WithRecord);
        Hash128[] ranges = [.. composed.Written.Pass.RangeHashes];
        ranges[composed.Written.Pass.Ranges.ToList().FindIndex(range => range.IsGap)] = Hash128.Zero;
        WrittenPayloads other = composed.Written with { Pass = composed.Written.Pass with { RangeHashes = [.. ranges] } };
        AssertFails(composed, composed.Output(composed.Plan), "what comes back is another file", other);
    }

    [TestMethod]
    public void A_tensor_under_another_type_is_caught_although_its_bytes_are_right()
    {
        using ComposedConversion composed = Compose(WithoutRecord);
        ModelPlan plan = composed.Plan.Map(
            file => new FilePlan([.. file.Segments.Select(segment => segment is LiteralSegment literal ? Retyped(literal) : segment)]));
        AssertFails(composed, composed.Output(plan), "tensor 'a' is another one in the output", plan: plan);
    }

    [TestMethod]
    public void A_tensor_whose_source_changed_after_its_payload_was_made_does_not_come_back()
    {
        byte[] bytes = new GgufBytes(3, ByteOrder.BigEndian).Header(2, 0).Record("a", GgufBytes.F32, 0, 3).Record("b", GgufBytes.F32, 32, 2)
            .Pad().Data(12).Pad().Data(8).Pad().ToArray();
        using ComposedConversion composed = new(bytes, ModelFormat.Gguf, ModelFormat.SafeTensors, WithoutRecord);
        byte[] output = composed.Output(composed.Plan);
        Assert.AreEqual(ProofLevel.L1, composed.Prove(output));
        for (int tensor = 0; tensor < 2; tensor++)
        {
            Hash128[] tensors = [.. composed.Written.Pass.TensorHashes];
            tensors[tensor] = Hash128.Zero;
            WrittenPayloads other = composed.Written with { Pass = composed.Written.Pass with { TensorHashes = tensors } };
            AssertFails(composed, output, $"tensor '{"ab"[tensor]}' does not come back from the output", other);
        }
    }

    [TestMethod]
    public void A_tensor_that_does_not_show_its_blocks_is_caught_although_it_was_written_like_that()
    {
        // The rows of a llama's heads stand in another order in a folder: the blocks are no copy of the source's.
        byte[] blocks = [.. Enumerable.Range(0, 16).SelectMany(seed => HostileCaseTests.Q5K("", 0x3C00, seed).Bytes)];
        byte[] llama = TestModels.GgufBytes(
            [new("blk.0.attn_q.weight", TensorType.Q5_K, [16, 256], blocks)],
            ("general.architecture", GgufValue.FromString("llama")),
            ("llama.block_count", GgufValue.FromUInt32(1)),
            ("llama.attention.head_count", GgufValue.FromUInt32(2)));
        using ComposedConversion composed = new(llama, ModelFormat.Gguf, ModelFormat.SafeTensors, new());
        int shown = composed.Job.Payloads.ToList().FindIndex(recipe => recipe is WidenedPayload { Of: not StoredPayload });
        Assert.IsGreaterThanOrEqualTo(0, shown, string.Join("; ", composed.Job.Payloads));
        byte[][] payloads =
        [
            .. composed.Job.Payloads.Select(recipe => MadePayloads.Open(composed.Source, recipe))
                .Select(payload => payload.ReadBytes(0, checked((int)payload.Length))),
        ];
        Assert.AreEqual(ProofLevel.L3, ProveSet(composed, payloads));

        // As if the source had held other blocks while they were decoded: sums and record say what was written.
        payloads[shown] = Flipped(payloads[shown], 5);
        using ComposedConversion changed = new(llama, ModelFormat.Gguf, ModelFormat.SafeTensors, new(), made => made with
        {
            Sums = [.. made.Sums.Select((sum, payload) => payload == shown ? sum with { Xxh128 = Hash128.Of(payloads[payload]) } : sum)],
        });
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => ProveSet(changed, payloads));
        Assert.AreEqual(
            (ConversionErrors.NotProved, $"tensor '{composed.Job.OutputName(0)}' does not show what it was made of"),
            (exception.Code, exception.Detail));
    }

    [TestMethod]
    public void A_copy_with_another_byte_is_none()
    {
        using ModelFile source = TestModels.Open(SmallModels.SafeTensors(), ModelFormat.SafeTensors);
        PassResult pass = Reconversion.Examine(source, PassWork.None, threads: 1, progress: null, CancellationToken.None);
        ProofContext context = new(WithRecord, Progress: null, CancellationToken.None);
        Assert.AreEqual(ProofLevel.L3, OutputProof.ProveCopy(source, pass, context).Level);
        byte[] bytes = SmallModels.SafeTensors();
        bytes[^1] ^= 1;
        using ModelFile copy = TestModels.Open(bytes, ModelFormat.SafeTensors);
        Assert.AreEqual(
            "the output is not a copy of the source",
            Assert.ThrowsExactly<ModelPackException>(() => OutputProof.ProveCopy(copy, pass, context)).Detail);
    }

    [TestMethod]
    public void A_restored_file_with_another_byte_is_not_the_one_that_the_record_names()
    {
        using ComposedConversion composed = Compose(WithRecord);
        byte[] restored = SmallModels.SafeTensors();
        Assert.AreEqual(ProofLevel.L3, ProveRestored(composed, restored, composed.Output(composed.Plan)));
        restored[^1] ^= 1;
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
            () => ProveRestored(composed, restored, composed.Output(composed.Plan)));
        Assert.AreEqual(ConversionErrors.NotProved, exception.Code);
        Assert.Contains("what was restored is not", exception.Detail);
    }

    [TestMethod]
    public void A_container_whose_payload_is_not_the_restored_one_is_not_what_a_conversion_gives()
    {
        using ComposedConversion composed = Compose(WithRecord);
        byte[] container = composed.Output(composed.Plan);
        TensorInfo tensor = Tensors(container)[0];
        AssertForged(() => ProveRestored(composed, SmallModels.SafeTensors(), Flipped(container, tensor.Offset)));
    }

    [TestMethod]
    public void A_container_whose_payload_is_not_made_of_the_restored_one_is_not_what_a_conversion_gives()
    {
        // Swapped on the way: no payload of the container is one of the file as it stands.
        byte[] source = new GgufBytes(3, ByteOrder.BigEndian).Header(1, 0).Record("a", GgufBytes.F32, 0, 8).Pad().Data(32).ToArray();
        using ComposedConversion composed = new(source, ModelFormat.Gguf, ModelFormat.SafeTensors, WithRecord);
        byte[] container = composed.Output(composed.Plan);
        Assert.HasCount(1, composed.Job.Made());
        Assert.AreEqual(ProofLevel.L3, ProveRestored(composed, source, container));
        AssertForged(() => ProveRestored(composed, source, Flipped(container, container.Length - 1)));
    }

    [TestMethod]
    public void A_container_at_the_end_of_a_chain_is_compared_with_what_the_whole_chain_gives()
    {
        byte[] source = new GgufBytes(3, ByteOrder.BigEndian).Header(2, 0).Record("a", GgufBytes.F32, 0, 8).Record("b", 24, 32, 32).Pad()
            .Data(32).Data(32).ToArray();
        using ComposedConversion first = new(source, ModelFormat.Gguf, ModelFormat.SafeTensors, WithRecord);
        using ComposedConversion second = new(first.Output(first.Plan), ModelFormat.SafeTensors, ModelFormat.Apr, WithRecord);
        byte[] container = second.Output(second.Plan);
        Assert.AreEqual(ProofLevel.L3, ProveRestored(ModelFormat.Apr, ModelFormat.Gguf, source, container));
        using ModelFile made = TestModels.Open(container, ModelFormat.Apr);
        foreach (TensorInfo tensor in made.Tensors)
        {
            AssertForged(() => ProveRestored(ModelFormat.Apr, ModelFormat.Gguf, source, Flipped(container, tensor.Offset)));
        }
    }

    [TestMethod]
    public void A_record_that_describes_a_file_with_a_wrong_footer_restores_nothing()
    {
        using TempFolder folder = new();
        byte[] broken = SmallModels.Apr();
        broken[^1] ^= 1;
        using ComposedConversion composed = new(broken, ModelFormat.Apr, ModelFormat.SafeTensors, WithRecord);
        string container = folder.Write("m.safetensors", composed.Output(composed.Plan));
        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => ModelConverter.Convert(container, folder.At("back.apr"), ModelFormat.Apr, WithRecord));
        Assert.Contains("the footer is", exception.Detail);
        CollectionAssert.AreEqual(new[] { "m.safetensors" }, folder.Names());
    }

    private static ComposedConversion Compose(ConversionOptions options) =>
        new(SmallModels.SafeTensors(), ModelFormat.SafeTensors, ModelFormat.Gguf, options);

    // A file and its side file, with payloads that were written as they are given.
    private static ProofLevel ProveSet(ComposedConversion composed, byte[][] payloads)
    {
        using TempFolder folder = new();
        string path = folder.At("m.safetensors");
        foreach ((int i, NamedSource file) in composed.Plan.Compose(
            "a test", [.. payloads.Select(payload => new MemoryByteSource(payload))]).Index())
        {
            File.WriteAllBytes(i == 0 ? path : ModelFiles.SideFilePath(path), file.Source.ReadBytes(0, checked((int)file.Source.Length)));
        }

        using ModelFile output = ModelFiles.Open(path);
        return composed.Job.Prove(output, composed.Written, new(composed.Options, Progress: null, CancellationToken.None)).Level;
    }

    private static ProofLevel ProveRestored(ComposedConversion composed, byte[] restored, byte[] container) =>
        ProveRestored(composed.Job.To, composed.Source.Format, restored, container);

    private static ProofLevel ProveRestored(ModelFormat format, ModelFormat original, byte[] restored, byte[] container)
    {
        using ModelFile made = TestModels.Open(container, format);
        Ancestor ancestor = NearestAncestor.Find(made, original, out _)!;
        PassResult pass = Reconversion.Examine(made, PassWork.None, threads: 1, progress: null, CancellationToken.None);
        using ModelFile output = TestModels.Open(restored, original);
        PayloadSum[] sums = [.. ancestor.Record.Tensors.Select(tensor => new PayloadSum(tensor.Hash, 0))];
        ProofContext context = new(WithRecord, Progress: null, CancellationToken.None);
        return OutputProof.ProveRestored(output, made, ancestor.Steps, new(pass, sums), context).Level;
    }

    private static void AssertForged(Action prove) =>
        Assert.AreEqual(OriginErrors.ForgedOrigin, Assert.ThrowsExactly<ModelPackException>(prove).Code);

    private static void AssertFails(
        ComposedConversion composed, byte[] output, string why, WrittenPayloads? written = null, ModelPlan? plan = null)
    {
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => composed.Prove(output, written, plan));
        Assert.AreEqual((ConversionErrors.NotProved, why), (exception.Code, exception.Detail));
    }

    private static LiteralSegment Changed(LiteralSegment literal, ReadOnlySpan<byte> text)
    {
        int at = literal.Bytes.Span.IndexOf(text);
        return at < 0 ? literal : new LiteralSegment(Flipped(literal.Bytes.ToArray(), at + 1));
    }

    // The record of tensor 'a' in a GGUF file: name, number of dimensions, one dimension, type (gguf.md §1.5). I32 has as many bytes as
    // F32.
    private static LiteralSegment Retyped(LiteralSegment literal)
    {
        byte[] record = [1, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes("a"), 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        int at = literal.Bytes.Span.IndexOf(record);
        if (at < 0)
        {
            return literal;
        }

        byte[] bytes = literal.Bytes.ToArray();
        bytes[at + record.Length - 4] = GgufI32;
        return new(bytes);
    }

    private static byte[] Flipped(byte[] bytes, long offset)
    {
        byte[] flipped = [.. bytes];
        flipped[offset] ^= 1;
        return flipped;
    }

    private static TensorInfo[] Tensors(byte[] gguf)
    {
        using ModelFile file = TestModels.Open(gguf, ModelFormat.Gguf);
        return [.. file.Tensors];
    }
}
