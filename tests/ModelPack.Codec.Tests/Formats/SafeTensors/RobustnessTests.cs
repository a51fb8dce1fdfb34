using System.Text;
using ModelPack.Formats.SafeTensors;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

[TestClass]
public sealed class RobustnessTests
{
    private static byte[][] SmallFiles { get; } =
        [.. RepositoryData.Files("corpus/safetensors/valid", "*.safetensors").Select(File.ReadAllBytes).Where(bytes => bytes.Length < 800)];

    [TestMethod]
    public void A_file_cut_at_any_length_is_refused()
    {
        Assert.IsNotEmpty(SmallFiles);
        foreach (byte[] file in SmallFiles)
        {
            for (int length = 0; length < file.Length; length++)
            {
                ModelFormatException refusal = SafeTensorsTestFile.Refusal(file.AsMemory(0, length));
                Assert.IsTrue(refusal.ByteOffset >= 0 && refusal.ByteOffset <= length, refusal.Describe());
            }
        }
    }

    [TestMethod]
    public void A_file_with_a_byte_more_is_refused()
    {
        foreach (byte[] file in SmallFiles)
        {
            Assert.AreEqual("MetadataIncompleteBuffer", SafeTensorsTestFile.Refusal((byte[])[.. file, 0]).Code.Rule);
        }
    }

    [TestMethod]
    public void A_flipped_bit_is_refused_or_read_and_kept()
    {
        int refused = 0;
        int kept = 0;
        foreach (byte[] file in SmallFiles)
        {
            for (int bit = 0; bit < file.Length * 8; bit++)
            {
                byte[] flipped = (byte[])file.Clone();
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                try
                {
                    using SafeTensorsFile opened = SafeTensorsTestFile.Open(flipped);
                    CollectionAssert.AreEqual(flipped, SafeTensorsTestFile.Rebuild(opened));
                    kept++;
                }
                catch (ModelFormatException refusal)
                {
                    Assert.IsTrue(refusal.ByteOffset >= 0 && refusal.ByteOffset <= flipped.Length, refusal.Describe());
                    refused++;
                }
            }
        }

        Assert.IsGreaterThan(10_000, refused);
        Assert.IsGreaterThan(1_000, kept);
    }

    [TestMethod]
    public void A_header_of_100000_tensors_allocates_a_few_times_its_size()
    {
        byte[] file = ManyTensors(100_000);
        using (SafeTensorsTestFile.Open(file))
        {
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        using SafeTensorsFile opened = SafeTensorsTestFile.Open(file);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.HasCount(100_000, opened.Tensors);
        Assert.AreEqual("model.layers.99999.weight", opened.Tensors[^1].Name);
        Assert.IsLessThan(8 * opened.HeaderLength, allocated);
    }

    [TestMethod]
    public void A_shape_of_a_million_dimensions_allocates_a_few_times_its_size()
    {
        string shape = string.Join(',', Enumerable.Repeat('1', 1_000_000));
        byte[] file = SafeTensorsTestFile.Build($"{{\"w\":{{\"dtype\":\"U8\",\"shape\":[{shape}],\"data_offsets\":[0,1]}}}}", 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using SafeTensorsFile opened = SafeTensorsTestFile.Open(file);
        Assert.IsLessThan(8 * opened.HeaderLength, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.AreEqual(1_000_000, opened.Tensors[0].Shape.Length);
    }

    private static byte[] ManyTensors(int count)
    {
        StringBuilder header = new("{");
        for (int i = 0; i < count; i++)
        {
            header.Append(i == 0 ? "" : ",")
                .Append($"\"model.layers.{i}.weight\":{{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[{i},{i + 1}]}}");
        }

        return SafeTensorsTestFile.Build(header.Append('}').ToString(), count);
    }
}
