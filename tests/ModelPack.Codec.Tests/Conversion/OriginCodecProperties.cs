using System.Collections.Immutable;
using CsCheck;
using ModelPack.Codec.Conversion;
using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Conversion.Targets;
using ModelPack.Codec.IO;
using ModelPack.Codec.Proof;

namespace ModelPack.Codec.Tests.Conversion;

[TestClass]
public sealed class OriginCodecProperties
{
    private static readonly Gen<UInt128> AnyHash = Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new UInt128(high, low));

    private static readonly Gen<Segment> AnyOutside = Gen.OneOf<Segment>(
        Gen.Byte.Array[0, 300].Select(bytes => (Segment)new LiteralSegment(bytes)),
        Gen.Long[0, 1 << 20].Select(length => (Segment)new ZeroSegment(length)));

    private static readonly Gen<OriginRecord> AnyRecord =
        from format in Gen.OneOf(Enum.GetValues<ModelFormat>())
        from quantized in Gen.OneOf(Enum.GetValues<QuantizedMode>())
        from naming in Gen.OneOf(Enum.GetValues<NamingMode>())
        from digest in AnyHash
        from files in Gen.Int[1, 3]
        from names in Gen.OneOf("model.gguf", "ü 名前.apr", "x", new string('n', 300)).Array[files]
        from fileHashes in AnyHash.Array[files]
        from lengths in Gen.Long[0, long.MaxValue >> 10].Array[0, 12]
        from order in Gen.Shuffle(Enumerable.Range(0, lengths.Length).ToArray())
        from actions in Gen.OneOf(Enum.GetValues<TensorAction>()).Array[lengths.Length]
        from hashes in AnyHash.Array[lengths.Length]
        from outside in AnyOutside.Array[lengths.Length + 1]
        from folder in Gen.OneOf<string?>(null, "stem")
        from shard in Gen.OneOf<long?>(null, 1, long.MaxValue)
        select new OriginRecord
        {
            Format = format,
            Quantized = quantized,
            Naming = naming,
            Form = new OutputForm(folder, shard),
            ContainerDigest = digest,
            Files = [.. names.Select((name, i) => new OriginFile(name, new FilePlan(i == 0 ? Interleave(lengths, outside) : []), fileHashes[i]))],
            Tensors = [.. lengths.Select((length, i) => new OriginTensor(order[i], length, actions[i], hashes[i]))],
        };

    [TestMethod]
    public void Written_record_is_read_back_as_it_was() =>
        AnyRecord.Sample(record => Describe(OriginCodec.Read(OriginCodec.Write(record))) == Describe(record), iter: 2000);

    [TestMethod]
    public void Completed_record_has_the_length_and_the_hashes() => AnyRecord.Sample(
        record =>
        {
            OriginRecord blank = record with
            {
                ContainerDigest = UInt128.Zero,
                Files = [.. record.Files.Select(file => file with { Hash = UInt128.Zero })],
                Tensors = [.. record.Tensors.Select(tensor => tensor with { Hash = UInt128.Zero })],
            };
            byte[] bytes = OriginCodec.Write(blank);
            OriginCodec.Complete(bytes, record.ContainerDigest, [.. record.Files.Select(file => file.Hash)], [.. record.Tensors.Select(tensor => tensor.Hash)]);
            CollectionAssert.AreEqual(OriginCodec.Write(record), bytes);
        },
        iter: 500);

    private static ImmutableArray<Segment> Interleave(long[] lengths, Segment[] outside) =>
        [.. lengths.SelectMany((length, i) => new[] { outside[i], new PayloadSegment(i, length) }), outside[^1]];

    private static string Describe(OriginRecord record) => string.Join(
        "|",
        [
            $"{record.Format} {record.Quantized} {record.Naming} {record.Form} {record.ContainerDigest}",
            .. record.Files.Select(file => $"{file.Name} {file.Hash} {string.Join(",", file.Plan.Segments.Select(Describe))}"),
            .. record.Tensors.Select(tensor => $"{tensor}"),
        ]);

    private static string Describe(Segment segment) => segment is LiteralSegment literal ? Convert.ToHexString(literal.Bytes.Span) : $"{segment}";
}
