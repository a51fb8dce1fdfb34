using System.Text.Json;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Gguf;

[TestClass]
public sealed class GgufDamageTests
{
    private const int SmallFile = 4096;
    private const int Stride = 131;

    public static IEnumerable<string> Names => GgufCorpus.Names;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void File_cut_before_its_last_payload_byte_is_refused_and_only_then(string name)
    {
        byte[] bytes = GgufCorpus.Bytes(name);
        JsonElement description = GgufCorpus.Description(name);
        int needed = (int)description.GetProperty("last_payload_end").GetInt64();
        int step = bytes.Length <= SmallFile ? 1 : Math.Max(Stride, bytes.Length / 2000);
        for (int length = bytes.Length; length >= 0; length -= step)
        {
            MemoryByteSource source = new(bytes.AsMemory(0, length));
            if (length >= needed)
            {
                using GgufFile file = GgufFile.Open(source);
                Assert.AreEqual(needed, file.LastPayloadEnd);
            }
            else
            {
                ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(() => GgufFile.Open(source));
                Assert.IsTrue(exception.ByteOffset <= length, exception.Describe());
            }
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Names))]
    public void Flipped_header_bits_end_in_a_refusal_or_in_a_file_that_can_be_used(string name)
    {
        byte[] bytes = GgufCorpus.Bytes(name);
        int header = (int)GgufCorpus.Description(name).GetProperty("data_offset").GetInt64();
        int step = bytes.Length <= SmallFile ? 1 : 1 + (header / 400);
        int refused = 0;
        for (int offset = 0; offset < header; offset += step)
        {
            for (int bit = 0; bit < 9; bit++)
            {
                byte before = bytes[offset];
                bytes[offset] ^= bit == 8 ? (byte)0xFF : (byte)(1 << bit);
                refused += TryUse(bytes) ? 0 : 1;
                bytes[offset] = before;
            }
        }

        Assert.IsGreaterThan(0, refused);
        Assert.IsTrue(TryUse(bytes), "the undamaged file must be readable");
    }

    /// <summary>Opens a file and touches everything that is lazy. Any exception but a refusal escapes and fails the test.</summary>
    private static bool TryUse(byte[] bytes)
    {
        try
        {
            using GgufFile file = GgufFile.Open(new MemoryByteSource(bytes));
            file.NotePadding();
            using Utf8JsonWriter writer = new(Stream.Null);
            writer.WriteStartArray();
            foreach (MetadataEntry entry in file.Metadata)
            {
                entry.Value.Display();
                entry.Value.WriteJson(writer, 4);
                ((GgufValue)entry.Value).ToStandardEncoding();
            }

            writer.WriteEndArray();
            return true;
        }
        catch (ModelFormatException)
        {
            return false;
        }
    }
}
