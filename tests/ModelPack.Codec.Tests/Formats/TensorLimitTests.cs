using System.Buffers.Binary;
using System.Text;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Formats;

/// <summary>How many tensors and keys a file may have, and that no more are written.</summary>
[TestClass]
public sealed class TensorLimitTests
{
    private const long AllocationLimit = 1 << 20;

    [TestMethod]
    public void More_tensors_than_are_read_are_refused_before_the_first_is_read()
    {
        byte[] gguf = new GgufBytes().Header(TensorLimit.Most + 1, 0).ToArray();
        byte[] apr = new AprHeader
        {
            TensorCount = TensorLimit.Most + 1,
            MetadataOffset = AprFormat.HeaderBytes,
            IndexOffset = AprFormat.HeaderBytes,
            DataOffset = 64L << 20,
        }.ToBytes();
        foreach ((byte[] header, ModelFormat format) in new[] { (gguf, ModelFormat.Gguf), (apr, ModelFormat.Apr) })
        {
            using LongSource source = new(header, 80L << 20);
            long before = GC.GetAllocatedBytesForCurrentThread();
            ModelFormatException refusal = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(source, format).Dispose());
            Assert.AreEqual(FormatErrors.TooManyTensors, refusal.Code, refusal.Describe());
            Assert.AreEqual(8, refusal.ByteOffset);
            Assert.IsLessThan(AllocationLimit, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [TestMethod]
    public void A_file_that_is_too_short_for_the_tensors_that_it_announces_is_refused_where_it_ends()
    {
        using LongSource source = new(new GgufBytes().Header(1UL << 31, 0).ToArray(), 1000);
        Assert.AreNotEqual(
            FormatErrors.TooManyTensors,
            Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(source, ModelFormat.Gguf).Dispose()).Code);
    }

    [TestMethod]
    public void A_header_of_more_tensors_than_are_read_is_given_up()
    {
        StringBuilder header = new("{");
        for (int tensor = 0; tensor <= TensorLimit.Most; tensor++)
        {
            header.Append(tensor == 0 ? "\"" : ",\"").Append(tensor)
                .Append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }

        AssertRefused(FormatErrors.TooManyTensors, header.Append('}'));
    }

    [TestMethod]
    public void A_header_of_more_metadata_keys_than_are_read_is_given_up()
    {
        AssertRefused(SafeTensorsErrors.KeyLimit, new StringBuilder(TooManyKeys()));
    }

    [TestMethod]
    public void What_would_not_be_read_is_not_written()
    {
        StoredTensor gguf = new("w", TensorType.F32, [1], 4);
        Assert.AreEqual(FormatErrors.TooManyTensors, Refused(() => GgufWriter.Plan(
            new() { Tensors = [.. Enumerable.Repeat(gguf, TensorLimit.Most + 1)] })));
        StoredTensor apr = new("w", TensorType.F32, [1], 4);
        Assert.AreEqual(FormatErrors.TooManyTensors, Refused(() => AprWriter.Plan(
            new() { Fields = [], Tensors = [.. Enumerable.Repeat(apr, TensorLimit.Most + 1)] })));
        StoredTensor tensor = new("w", TensorType.F32, [1], 4);
        Assert.AreEqual(FormatErrors.TooManyTensors, Refused(() => SafeTensorsWriter.Plan(
            new([], [.. Enumerable.Repeat(tensor, TensorLimit.Most + 1)]))));
        SafeTensorsModelEntry key = new("k", "");
        Assert.AreEqual(SafeTensorsErrors.KeyLimit, Refused(() => SafeTensorsWriter.Plan(
            new([.. Enumerable.Repeat(key, SafeTensorsFormat.MaximumKeys + 1)], []))));
    }

    private static ErrorCode Refused(Action act) => Assert.ThrowsExactly<ModelPackException>(act).Code;

    private static void AssertRefused(ErrorCode code, StringBuilder header)
    {
        byte[] bytes = new byte[8 + header.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        Encoding.UTF8.GetBytes(header.ToString(), bytes.AsSpan(8));
        ModelFormatException refusal = Assert.ThrowsExactly<ModelFormatException>(
            () => ModelFiles.Open(new MemoryByteSource(bytes), ModelFormat.SafeTensors).Dispose());
        Assert.AreEqual(code, refusal.Code, refusal.Describe());
    }

    /// <summary>A header, and nothing but zeros behind it.</summary>
    private sealed class LongSource(byte[] header, long length) : ByteSource
    {
        public override string Name => "long";

        public override long Length => length;

        public override void ReadAt(long offset, Span<byte> destination)
        {
            destination.Clear();
            if (offset < header.Length)
            {
                ReadOnlySpan<byte> here = header.AsSpan((int)offset);
                here[..Math.Min(here.Length, destination.Length)].CopyTo(destination);
            }
        }
    }

    /// <summary>A header of SafeTensors with a metadata key too many.</summary>
    internal static string TooManyKeys()
    {
        StringBuilder header = new("{\"__metadata__\":{");
        for (int key = 0; key <= SafeTensorsFormat.MaximumKeys; key++)
        {
            header.Append(key == 0 ? "" : ",").Append('"').Append(key).Append("\":\"\"");
        }

        return header.Append("}}").ToString();
    }
}
