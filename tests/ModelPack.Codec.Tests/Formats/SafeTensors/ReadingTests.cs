using System.Text;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

[TestClass]
public sealed class ReadingTests
{
    [TestMethod]
    public void A_zero_excuses_an_overflow_behind_it()
    {
        using SafeTensorsFile file = SafeTensorsTestFile.Open(
            "{\"w\":{\"dtype\":\"F64\",\"shape\":[0,4611686018427387904,4611686018427387904],\"data_offsets\":[0,0]}}", 0);
        Assert.AreEqual(0, file.Tensors[0].ByteLength);
        Assert.AreEqual(0, file.Tensors[0].ElementCount);
    }

    [TestMethod]
    public void Escaped_spellings_mean_the_same()
    {
        using SafeTensorsFile file = SafeTensorsTestFile.Open(
            "{\"\\u005f_metadata__\":{\"\\u0066\":\"pt\"},\"\\u0077\":{\"d\\u0074ype\":\"F\\u00332\",\"shap\\u0065\":[ 2 "
                + "],\"data_offset\\u0073\":[ 0 , 8 ]}}", 8);
        Assert.AreEqual("w", file.Tensors.Single().Name);
        Assert.AreEqual("f", file.Metadata.Single().Key);
    }

    [TestMethod]
    public void Tensors_may_stand_in_another_order_than_their_ranges()
    {
        using SafeTensorsFile file = SafeTensorsTestFile.Open(
            "{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[2,3]},\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}",
            3);
        CollectionAssert.AreEqual(new[] { "b", "a" }, file.Tensors.Select(tensor => tensor.Name).ToArray());
        Assert.AreEqual(file.DataOffset + 2, file.Tensors[0].Offset);
    }

    [TestMethod]
    [DataRow(" {}", 8L)]
    [DataRow("\n{}", 8L)]
    [DataRow("{} \n ", 11L)]
    [DataRow("{}\t", 10L)]
    public void Odd_whitespace_around_the_header_is_noted(string header, long place)
    {
        using SafeTensorsFile file = SafeTensorsTestFile.Open(header, 0);
        Assert.AreEqual("K-SPACE", file.Notes.Single().Rule);
        Assert.AreEqual(place, file.Notes.Single().ByteOffset);
    }

    [TestMethod]
    public void Unaligned_payloads_are_noted_once()
    {
        string header =
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]},"
            + "\"c\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[5,7]},\"d\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[7,7]}}";
        string padded = header + new string(' ', 8 - (header.Length % 8));
        using SafeTensorsFile file = SafeTensorsTestFile.Open(padded, 7);
        Assert.AreEqual("K-UNALIGNED", file.Notes.Single().Rule);
        Assert.StartsWith("2 tensors", file.Notes.Single().Text);
        Assert.AreEqual(file.DataOffset + 1, file.Notes.Single().ByteOffset);
    }

    [TestMethod]
    public void A_plain_file_has_no_notes()
    {
        using SafeTensorsFile file = SafeTensorsFile.Open(
            new FileByteSource(SafeTensorsTestFile.CorpusPath("valid", "hf_style_model.safetensors")));
        Assert.IsEmpty(file.Notes);
        Assert.AreEqual(ModelFormat.SafeTensors, file.Format);
        Assert.Contains("SafeTensors", file.FormatDescription);
    }

    [TestMethod]
    public void Disposing_the_file_disposes_its_source_and_a_refusal_does_not()
    {
        WatchedSource good = new(SafeTensorsTestFile.Build("{}", 0));
        SafeTensorsFile.Open(good).Dispose();
        Assert.IsTrue(good.Disposed);

        WatchedSource bad = new(SafeTensorsTestFile.Build("{]", 0));
        Assert.ThrowsExactly<ModelFormatException>(() => SafeTensorsFile.Open(bad));
        Assert.IsFalse(bad.Disposed);
    }

    [TestMethod]
    [DataRow("{\"a\":{}}", true)]
    [DataRow(" \n{", true)]
    [DataRow("          ", true)]
    [DataRow("[]", false)]
    [DataRow("  x", false)]
    public void Detection_looks_for_the_opening_brace(string header, bool expected)
    {
        byte[] file = SafeTensorsTestFile.Build(header, 0);
        Assert.AreEqual(expected, SafeTensorsFormat.Matches(file.AsSpan(0, Math.Min(16, file.Length)), file.Length));
    }

    [TestMethod]
    public void Detection_checks_the_length()
    {
        byte[] file = SafeTensorsTestFile.Build("{}", 0);
        Assert.IsTrue(SafeTensorsFormat.Matches(file, 10));
        Assert.IsFalse(SafeTensorsFormat.Matches(file, 9));
        Assert.IsFalse(SafeTensorsFormat.Matches(file.AsSpan(0, 8), 10));
        Assert.IsFalse(SafeTensorsFormat.Matches(Encoding.ASCII.GetBytes("GGUF\u0003\0\0\0{}"), long.MaxValue));
    }

    [TestMethod]
    public void Every_valid_file_of_the_corpus_is_detected_and_no_gguf()
    {
        string[] valid = [.. RepositoryData.Files("corpus/safetensors/valid", "*.safetensors")];
        string[] others = [.. RepositoryData.Files("corpus/gguf/valid", "*.gguf"), .. RepositoryData.Files("corpus/apr/valid", "*.apr")];
        Assert.IsNotEmpty(valid);
        Assert.IsNotEmpty(others);
        Assert.IsTrue(valid.All(Detected));
        Assert.IsFalse(others.Any(Detected));
    }

    private static bool Detected(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return SafeTensorsFormat.Matches(bytes.AsSpan(0, Math.Min(16, bytes.Length)), bytes.Length);
    }

    private sealed class WatchedSource(byte[] bytes) : ByteSource
    {
        public bool Disposed { get; private set; }

        public override string Name => "<watched>";

        public override long Length => bytes.Length;

        public override void ReadAt(long offset, Span<byte> destination) =>
            bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);

        protected override void Dispose(bool disposing) => Disposed = true;
    }
}
