using ModelPack.Codec.Tests.Conversion.Pipeline;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Formats;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Verification;

[TestClass]
public sealed class ReturnedRangesTests
{
    [TestMethod]
    [TestCategory(Duration.Long)]
    public void What_comes_back_is_the_source_if_every_range_is()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Assert.IsTrue(Proves(new RandomLayout(seed), (_, _) => { }, plan => plan), $"seed {seed}");
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_changed_byte_of_any_payload_of_the_output_is_noticed()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            RandomLayout layout = new(seed);
            int tensor = layout.Random.Next(layout.Tensors.Length);
            long at = layout.Random.NextInt64(layout.Tensors[tensor].ByteLength);
            Assert.IsFalse(
                Proves(layout, (output, offsets) => output[offsets[tensor] + at] ^= 0x10, plan => plan),
                $"seed {seed}, tensor {tensor}, byte {at}");
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_changed_byte_between_payloads_is_noticed()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            RandomLayout layout = new(seed);
            Assert.IsFalse(Proves(layout, (_, _) => { }, plan => Change(plan, layout.Random)), $"seed {seed}");
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Payloads_in_each_others_place_are_noticed()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            RandomLayout layout = new(seed);
            int[] pair = [
                .. Enumerable.Range(0, layout.Tensors.Length).GroupBy(i => layout.Tensors[i].ByteLength)
                    .FirstOrDefault(group => group.Count() > 1)?.Take(2) ?? []];
            if (pair.Length == 2)
            {
                Assert.IsFalse(
                    Proves(layout, (_, offsets) => (offsets[pair[0]], offsets[pair[1]]) = (offsets[pair[1]], offsets[pair[0]]),
                        plan => plan), $"seed {seed}");
            }
        }
    }

    [TestMethod]
    public void A_file_of_another_length_is_not_the_source()
    {
        RandomLayout layout = new(1);
        Assert.IsFalse(Proves(layout, (_, _) => { }, plan => new FilePlan([.. plan.Segments, new ZeroSegment(1)])));
        Assert.IsFalse(Proves(layout, (_, _) => { }, plan => new FilePlan([.. plan.Segments.SkipLast(1)])));
    }

    // The output holds the payloads in another order than the source, as they are; what comes back takes them from there.
    private static bool Proves(RandomLayout layout, Action<byte[], long[]> damage, Func<FilePlan, FilePlan> change)
    {
        PassRequest request = layout.Request(2) with { Destinations = [], Work = PassWork.TensorHashes };
        PassResult source = SourcePass.Run(request, CancellationToken.None);
        long[] offsets = [.. layout.Destinations.Select(destination => destination!.Value)];
        byte[] bytes = new byte[layout.OutputLength];
        for (int i = 0; i < offsets.Length; i++)
        {
            layout.Payload(i).CopyTo(bytes, offsets[i]);
        }

        damage(bytes, offsets);
        using MemoryByteSource output = new(bytes);
        List<FileRange> ranges = FileRange.Cover(
            [.. layout.Tensors.Select((tensor, i) => tensor with { Offset = layout.Destinations[i]!.Value })], bytes.Length);
        PassResult reread = SourcePass.Run(request with { Source = output, Ranges = ranges }, CancellationToken.None);
        ByteSource[] payloads = [.. layout.Tensors.Select((tensor, i) => new RangeByteSource(output, offsets[i], tensor.ByteLength))];
        ComposedByteSource file = new("<returned>", change(PlanOf(layout, source)), payloads);
        using ConcatenatedByteSource returned = new("<returned>", [file]);
        ReturnedRanges compared = new(returned, [file], output, source);
        return compared.AreSource(reread, compared.Read(CancellationToken.None));
    }

    private static FilePlan PlanOf(RandomLayout layout, PassResult source) => new([.. source.Ranges.Select(range => range.IsGap
        ? (Segment)new LiteralSegment(layout.Bytes.AsMemory((int)range.Offset, (int)range.Length))
        : new PayloadSegment(range.Tensors[0], range.Length))]);

    private static FilePlan Change(FilePlan plan, Random random)
    {
        Segment[] segments = [.. plan.Segments];
        int[] literals = [.. Enumerable.Range(0, segments.Length).Where(i => segments[i] is LiteralSegment)];
        int changed = literals[random.Next(literals.Length)];
        byte[] bytes = ((LiteralSegment)segments[changed]).Bytes.ToArray();
        bytes[random.Next(bytes.Length)] ^= 1;
        segments[changed] = new LiteralSegment(bytes);
        return new FilePlan(segments);
    }
}
