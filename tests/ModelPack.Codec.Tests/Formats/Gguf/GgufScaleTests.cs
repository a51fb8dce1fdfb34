using System.Globalization;
using System.Text;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Gguf;

[TestClass]
public sealed class GgufScaleTests
{
    private const long AllocationLimit = 16 * 1024 * 1024;

    private static readonly Func<GgufBytes, GgufBytes>[] Bombs =
    [
        b => b.Header(1UL << 31, 0),
        b => b.Header((1UL << 40) + (1UL << 31), (1UL << 40) + (1UL << 31)),
        b => b.Header(ulong.MaxValue - 23, 0),
        b => b.Header(0, 1).Key("a", GgufValueType.String).Count(1UL << 30),
        b => b.Header(0, 1).Count(1UL << 30).Pad(128),
        b => b.Header(0, 1).Key("a", GgufValueType.Array).Array(GgufValueType.UInt8, 1UL << 30),
        b => b.Header(0, 1).Key("a", GgufValueType.Array).Array(GgufValueType.String, 1UL << 30),
        b => b.Header(0, 1).Key("a", GgufValueType.Array).Array(GgufValueType.Array, 1UL << 30),
        b => b.Header(1, 0).Count(1UL << 30).Pad(128),
        b => b.Header(1, 0).Text("w").U32(uint.MaxValue).Pad(128),
        b => b.Header(1, 0).Record("w", GgufBytes.F32, 0, 1UL << 31, 1UL << 20).Pad(),
    ];

    [TestMethod]
    public void Announced_counts_allocate_nothing()
    {
        foreach (Func<GgufBytes, GgufBytes> bomb in Bombs)
        {
            foreach (Func<GgufBytes> encoding in GgufBytes.Encodings)
            {
                using MemoryByteSource source = bomb(encoding()).ToSource();
                long before = GC.GetAllocatedBytesForCurrentThread();
                Assert.ThrowsExactly<ModelFormatException>(() => GgufFile.Open(source));
                Assert.IsLessThan(AllocationLimit, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }
    }

    [TestMethod]
    public void Large_file_is_opened_without_reading_its_payload()
    {
        byte[] header = new GgufBytes().Header(1, 0).Record("w", GgufBytes.F32, 0, 1UL << 34).Pad().ToArray();
        using SparseSource source = new(header, header.Length + (1L << 36));
        using GgufFile file = GgufFile.Open(source);
        Assert.AreEqual(1L << 36, file.Tensors[0].ByteLength);
        Assert.IsNull(file.NotePadding());
        Assert.IsLessThanOrEqualTo(128 * 1024, source.BytesRead);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Vocabulary_of_150000_tokens_is_kept_once_and_read_on_request()
    {
        const int Tokens = 150_000;
        string[] tokens = [.. Enumerable.Range(0, Tokens).Select(number => $"Ġtoken{number}")];
        string[] merges = [.. Enumerable.Range(0, Tokens).Select(number => $"Ġtok en{number}")];
        GgufModel model = new()
        {
            Metadata =
            [
                new("general.architecture", GgufValue.FromString("test")),
                new("tokenizer.ggml.tokens", GgufValue.FromStrings(tokens)),
                new("tokenizer.ggml.scores", GgufValue.FromArray<float>([.. Enumerable.Range(0, Tokens).Select(number => -(float)number)])),
                new("tokenizer.ggml.merges", GgufValue.FromStrings(merges)),
            ],
        };
        ReadOnlyMemory<byte> bytes = ((LiteralSegment)GgufWriter.Plan(model).Segments[0]).Bytes;
        using MemoryByteSource source = new(bytes);
        using (GgufFile.Open(source))
        {
            // The first call compiles the code.
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        using GgufFile file = GgufFile.Open(source);
        Assert.IsLessThan((3L * bytes.Length) + 100_000, GC.GetAllocatedBytesForCurrentThread() - before);
        int index = 0;
        foreach (ReadOnlyMemory<byte> token in file.Find("tokenizer.ggml.tokens")!.EnumerateStrings())
        {
            Assert.AreEqual(tokens[index++], Encoding.UTF8.GetString(token.Span));
        }

        Assert.AreEqual(Tokens, index);
        CollectionAssert.AreEqual(model.Metadata[3].Value.RawBytes.ToArray(), file.Metadata[3].Value.RawBytes.ToArray());
        StringAssert.EndsWith(file.Find("tokenizer.ggml.merges")!.Display(1), "149999 more]");
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_hundred_thousand_keys_and_tensors_are_read()
    {
        const int Count = 100_000;
        GgufModel model = new()
        {
            Metadata = [.. Enumerable.Range(0, Count).Select(number => new MetadataEntry($"key.{number}", GgufValue.FromInt32(number)))],
            Tensors = [.. Enumerable.Range(0, Count).Select(number => new StoredTensor($"blk.{number}.w", TensorType.F32, [8], 32))],
        };
        FilePlan plan = GgufWriter.Plan(model);
        using SparseSource source = new(((LiteralSegment)plan.Segments[0]).Bytes.ToArray(), plan.Length);
        using GgufFile file = GgufFile.Open(source);
        Assert.AreEqual((Count - 1).ToString(CultureInfo.InvariantCulture), file.Find($"key.{Count - 1}")!.Display());
        Assert.AreEqual(plan.Length, file.LastPayloadEnd);
    }

    [TestMethod]
    public void More_keys_than_are_read_are_refused_before_the_first_is_read()
    {
        foreach (Func<GgufBytes> encoding in GgufBytes.Encodings)
        {
            GgufBytes header = encoding().Header(0, GgufFormat.MaximumKeys + 1);
            byte[] bytes = [.. header.ToArray(), .. new byte[(GgufFormat.MaximumKeys + 1) * 14]];
            using CountingByteSource source = new(new MemoryByteSource(bytes));
            long before = GC.GetAllocatedBytesForCurrentThread();
            ModelFormatException refusal = Assert.ThrowsExactly<ModelFormatException>(() => GgufFile.Open(source));
            Assert.AreEqual(GgufErrors.KeyLimit, refusal.Code, refusal.Describe());
            Assert.AreEqual(header.Length - (header.Version == 1 ? sizeof(uint) : sizeof(ulong)), refusal.ByteOffset);
            Assert.IsLessThan(AllocationLimit, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [TestMethod]
    public void Keys_that_are_long_together_are_refused()
    {
        const int Each = 65_000;
        string[] keys = [
            .. Enumerable.Range(0, (GgufFormat.MaximumKeyText / Each) + 1).Select(number => $"{number:D4}".PadRight(Each, 'k'))];
        GgufBytes all = new GgufBytes().Header(0, (ulong)keys.Length);
        foreach (string key in keys)
        {
            all.Key(key, GgufValueType.UInt8).Raw(1);
        }

        Assert.AreEqual(GgufErrors.KeyLimit, Assert.ThrowsExactly<ModelFormatException>(() => all.Open()).Code);
        GgufBytes fewer = new GgufBytes().Header(0, (ulong)keys.Length - 1);
        foreach (string key in keys[1..])
        {
            fewer.Key(key, GgufValueType.UInt8).Raw(1);
        }

        using GgufFile file = fewer.Open();
        Assert.HasCount(keys.Length - 1, file.Metadata);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Keys_that_would_not_be_read_are_not_written()
    {
        GgufModel many = new()
        {
            Metadata = [
                .. Enumerable.Range(0, GgufFormat.MaximumKeys + 1)
                    .Select(number => new MetadataEntry($"{number}", GgufValue.FromBool(true)))],
        };
        GgufModel lengthy = new()
        {
            Metadata = [
                .. Enumerable.Range(0, 130)
                    .Select(number => new MetadataEntry($"{number:D4}".PadRight(65_000, 'k'), GgufValue.FromBool(true)))],
        };
        Assert.AreEqual(GgufErrors.KeyLimit, Assert.ThrowsExactly<ModelPackException>(() => GgufWriter.Plan(many)).Code);
        Assert.AreEqual(GgufErrors.KeyLimit, Assert.ThrowsExactly<ModelPackException>(() => GgufWriter.Plan(lengthy)).Code);
        GgufWriter.Plan(many with { Metadata = [.. many.Metadata.Skip(1)] });
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void As_many_keys_as_are_read_take_little_memory()
    {
        GgufModel model = new()
        {
            Metadata = [
                .. Enumerable.Range(0, GgufFormat.MaximumKeys)
                    .Select(number => new MetadataEntry($"{number:x7}".PadRight(63, 'k'), GgufValue.FromBool(true)))],
        };
        using MemoryByteSource source = new(((LiteralSegment)GgufWriter.Plan(model).Segments[0]).Bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using GgufFile file = GgufFile.Open(source);
        Assert.HasCount(GgufFormat.MaximumKeys, file.Metadata);
        Assert.IsLessThan(64 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>A header followed by zeros that take no memory.</summary>
    private sealed class SparseSource(byte[] header, long length) : ByteSource
    {
        public long BytesRead { get; private set; }

        public override string Name => "<sparse>";

        public override long Length => length;

        public override void ReadAt(long offset, Span<byte> destination)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length - destination.Length);
            BytesRead += destination.Length;
            destination.Clear();
            if (offset < header.Length)
            {
                ReadOnlySpan<byte> part = header.AsSpan((int)offset);
                part[..Math.Min(part.Length, destination.Length)].CopyTo(destination);
            }
        }
    }
}
