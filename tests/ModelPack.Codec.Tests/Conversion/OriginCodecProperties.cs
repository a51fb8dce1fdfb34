using System.Collections.Immutable;
using CsCheck;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Conversion;

[TestClass]
public sealed class OriginCodecProperties
{
    private static readonly Gen<Hash128> AnyHash = Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new Hash128(high, low));

    private static readonly Gen<Segment> AnyOutside = Gen.OneOf<Segment>(
        Gen.Byte.Array[0, 300].Select(bytes => (Segment)new LiteralSegment(bytes)),
        Gen.Long[0, 1 << 20].Select(length => (Segment)new ZeroSegment(length)));

    private static readonly Gen<OriginRecord> AnyRecord =
        from format in Gen.OneOf(Enum.GetValues<ModelFormat>())
        from quantized in Gen.OneOf(Enum.GetValues<QuantizedMode>())
        from naming in Gen.OneOf(Enum.GetValues<NamingMode>())
        from digest in AnyHash
        from files in Gen.Int[1, 3]
        from stem in Gen.OneOf("model", "ü 名前", "x", new string('n', 300))
        from others in Gen.Shuffle(new[] { "config.json", "1_Pooling/config.json", "a/b/ü 名前.txt", "a/c.json" })
        from fileHashes in AnyHash.Array[files]
        from lengths in Gen.Long[0, long.MaxValue >> 10].Array[0, 12]
        from order in Gen.Shuffle(Enumerable.Range(0, lengths.Length).ToArray())
        from recipes in Gen.Int[0, 6].Array[lengths.Length]
        from views in AnyHash.Array[0, 3]
        from dtype in Gen.OneOf<TensorType?>(null, TensorType.BF16, TensorType.F16)
        from side in Gen.Int[0, 5]
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
            Files = [
                .. others[..(files - 1)].Prepend($"{stem}.{format.Extension()}")
                    .Select((name, i) => new OriginFile(name, new FilePlan(i == 0 ? Interleave(lengths, outside) : []), fileHashes[i]))],
            Dtype = dtype,
            Tensors = [.. lengths.Select((length, i) => new OriginTensor(Recipe(recipes[i], order[i], length), hashes[i]))],
            Views = [.. views.Select((hash, i) => new ShadowTensor(i, hash))],
            SideTensors = side,
        };

    [TestMethod]
    public void Written_record_is_read_back_as_it_was() =>
        AnyRecord.Sample(record => Describe(OriginRecords.Read(OriginCodec.Write(record))) == Describe(record), iter: 2000);

    [TestMethod]
    public void Completed_record_has_the_length_and_the_hashes() => AnyRecord.Sample(
        record =>
        {
            OriginRecord blank = record with
            {
                ContainerDigest = Hash128.Zero,
                Files = [.. record.Files.Select(file => file with { Hash = Hash128.Zero })],
                Tensors = [.. record.Tensors.Select(tensor => tensor with { Hash = Hash128.Zero })],
                Views = [.. record.Views.Select(view => view with { Hash = Hash128.Zero })],
            };
            byte[] bytes = OriginCodec.Write(blank);
            OriginCodec.Complete(
                bytes, record.ContainerDigest, [.. record.Files.Select(file => file.Hash)],
                [.. record.Tensors.Select(tensor => tensor.Hash)], [.. record.Views.Select(view => view.Hash)]);
            CollectionAssert.AreEqual(OriginCodec.Write(record), bytes);
        },
        iter: 500);

    // Every kind of recipe, with the length that its segment in the plan has.
    private static PayloadRecipe Recipe(int kind, int tensor, long length) => kind switch
    {
        0 => new ReversedPayload(new StoredPayload(tensor, length), TensorType.F32),
        1 => new TakenPayload(new StoredPayload(tensor, length + 7), 3, length, length + 7, 1),
        2 => new JoinedPayload([new StoredPayload(tensor, length), new LiteralPayload(default)], 1),
        3 => new ExchangedPayload(new StoredPayload(tensor, length), 1, 2, 3, 4),
        4 => new JoinedPayload(
            [new NarrowedPayload(new ShiftedPayload(new StoredPayload(tensor, length / 2 * 4), -1.5f), TensorType.F16),
                new LiteralPayload(new byte[length % 2])], 1),
        5 => new JoinedPayload(
            [new WidenedPayload(new StoredPayload(tensor, length / 4 * 2), TensorType.BF16), new LiteralPayload(new byte[length % 4])], 1),
        _ => new StoredPayload(tensor, length),
    };

    private static ImmutableArray<Segment> Interleave(long[] lengths, Segment[] outside) =>
        [.. lengths.SelectMany((length, i) => new[] { outside[i], new PayloadSegment(i, length) }), outside[^1]];

    private static string Describe(OriginRecord record) => string.Join(
        "|",
        [
            $"{record.Format} {record.Quantized} {record.Naming} {record.Dtype} {record.Form} {record.ContainerDigest} {record.SideTensors}",
            .. record.Files.Select(file => $"{file.Name} {file.Hash} {string.Join(",", file.Plan.Segments.Select(Describe))}"),
            .. record.Tensors.Select(
                tensor => $"{Convert.ToHexString(RecipeCodec.ToBytes(tensor.Payload))} {tensor.Payload.Length} {tensor.Hash}"),
            .. record.Views.Select(view => $"{view}"),
        ]);

    private static string Describe(Segment segment) =>
        segment is LiteralSegment literal ? Convert.ToHexString(literal.Bytes.Span) : $"{segment}";
}
