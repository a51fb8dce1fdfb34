using ModelPack.Formats.Apr;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Apr;

/// <summary>Damage of every kind to a small file (apr-v2.md §15.3).</summary>
[TestClass]
public sealed class AprDamageTests
{
    private const int LastPayloadEnd = 0x1E0;
    private const int FooterOffset = 0x200;

    private static byte[] ExampleA => File.ReadAllBytes(RepositoryData.Path("corpus", "apr", "valid", "golden-example-a.apr"));

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Every_flipped_bit_is_noticed()
    {
        byte[] file = ExampleA;
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            byte[] damaged = [.. file];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            ModelFormatException? error = TryOpen(damaged, out _);

            Assert.IsNotNull(error, $"bit {bit % 8} of byte {bit / 8}");
            Assert.AreEqual(bit / 8 is >= 4 and < 64, error.Code.Rule == "R-CRC", $"byte {bit / 8}: {error.Code.Rule}");
        }
    }

    [TestMethod]
    public void Every_truncation_is_an_error_except_in_the_last_padding_and_right_before_the_footer()
    {
        byte[] file = ExampleA;
        for (int length = 0; length < file.Length; length++)
        {
            ModelFormatException? error = TryOpen(file[..length], out string notes);

            if (length is >= LastPayloadEnd and <= FooterOffset)
            {
                Assert.IsNull(error, $"length {length}");
                Assert.AreEqual(length == FooterOffset ? "K-FOOTER" : "K-FOOTER K-TAIL", notes);
            }
            else
            {
                Assert.IsNotNull(error, $"length {length}");
                string expected = length < 0x180 ? "R-EOF" : length < LastPayloadEnd ? "R-EXTENT" : "R-TAIL";
                Assert.AreEqual(expected, error.Code.Rule, $"length {length}");
            }
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Random_damage_with_right_checksums_never_raises_anything_but_a_format_error()
    {
        Random random = new(1);
        byte[] file = ExampleA;
        int refused = 0;
        for (int round = 0; round < 20000; round++)
        {
            byte[] damaged = [.. file];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                damaged[random.Next(4, 0x180)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            }

            refused += TryOpen(AprBytes.FixHeaderChecksum(damaged), out _) is null ? 0 : 1;
        }

        Assert.IsGreaterThan(15000, refused);
    }

    [TestMethod]
    public void A_failed_opening_leaves_the_source_to_the_caller()
    {
        string path = RepositoryData.Path("corpus", "apr", "hostile", "flag-0001.apr");
        using FileByteSource source = new(path);
        Assert.ThrowsExactly<ModelFormatException>(() => AprFile.Open(source));

        Assert.AreEqual((byte)'A', source.ReadBytes(0, 1)[0]);
    }

    private static ModelFormatException? TryOpen(byte[] bytes, out string notes)
    {
        notes = "";
        try
        {
            using AprFile file = AprFile.Open(new MemoryByteSource(bytes));
            file.CheckFooter(CancellationToken.None);
            notes = string.Join(' ', file.Notes.Select(note => note.Rule));
            return null;
        }
        catch (ModelFormatException error)
        {
            return error;
        }
    }
}
