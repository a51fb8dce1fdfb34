using ModelPack.Architectures.Apr;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures.Apr;

/// <summary>GGUF keys become APR metadata and come back with their types and bytes.</summary>
[TestClass]
public sealed class AprMetadataReturnTests
{
    [TestMethod]
    public void Keys_of_the_small_model_come_back()
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes("models/random-qwen2-small-Q4_K_M")));
        AprMetadataSamples.AssertReturns(file, "qwen2.vocab_size");
    }

    [TestMethod]
    public void Keys_of_a_sentencepiece_model_come_back()
    {
        using GgufFile file = AprFromGgufTests.Llama().Open();
        AprMetadataSamples.AssertReturns(file, "llama.vocab_size");
    }

    [TestMethod]
    public void Keys_of_a_unigram_model_come_back()
    {
        using GgufFile file = SmallTokenizers.Unigram().Set("tokenizer.ggml.precompiled_charsmap", GgufValue.FromArray<byte>([0, 255, 128]))
            .Open();
        using GgufFile renamed = Renamed(
            SmallTokenizers.Unigram().Set("tokenizer.ggml.precompiled_charsmap", GgufValue.FromArray<byte>([0, 255, 128])), "t5");
        AprMetadataSamples.AssertReturns(renamed);
        AprMetadataSamples.AssertReturns(file);
    }

    [TestMethod]
    public void Odd_widths_lists_and_values_come_back()
    {
        using GgufFile file = SmallGguf.Decoder("gpt2").WithoutTensor("token_embd.weight").Without("gpt2.attention.layer_norm_rms_epsilon")
            .Own("attention.layer_norm_epsilon", 1e-5f)
            .Own("block_count", GgufValue.FromUInt64(2)).Own("attention.head_count_kv", GgufValue.FromArray<int>([2, 2]))
            .Own("attention.head_count", GgufValue.FromArray<uint>([4, 2]))
            .Own("attention.key_length", GgufValue.FromUInt16(16)).Own("attention.value_length", 16)
            .Set("x.u64", GgufValue.FromUInt64(ulong.MaxValue)).Set("x.i64", GgufValue.FromInt64(long.MinValue))
            .Set("x.f64", GgufValue.FromFloat64(1e300)).Set("x.-0", GgufValue.FromFloat32(-0f))
            .Set("x.bools", GgufValue.FromArray<bool>([true, false])).Set("x.floats", GgufValue.FromArray<float>([1e-45f, 0.1f]))
            .Set("x.empty", GgufValue.FromStrings([]))
            .Open();
        AprMetadataSamples.AssertReturns(file);
    }

    [TestMethod]
    [DynamicData(nameof(CorpusNames))]
    public void Keys_of_the_corpus_come_back_unless_a_note_says_why_not(string name)
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes(name)));
        AprTargetMetadata said = AprFromGguf.Write(AprMetadataSamples.SourceOf(file));
        using AprFile apr = AprMetadataSamples.ToFile(said);
        GgufMetadataFrom read = GgufFromApr.Read(apr);
        foreach (MetadataEntry entry in file.Metadata)
        {
            bool isExcused = entry.Key.StartsWith("split.", StringComparison.Ordinal)
                || entry.Key is "general.alignment" or "modelpack.origin" or "modelpack.carried"
                || said.Notes.Concat(read.Notes).Any(note => note.Text.Contains(entry.Key, StringComparison.Ordinal));
            GgufValue value = ((GgufValue)entry.Value).ToStandardEncoding();
            bool isBack = read.Find(entry.Key) is { } back && back.Type == value.Type
                && (back.RawBytes.Span.SequenceEqual(value.RawBytes.Span) || value.Type == GgufValueType.Bool
                    || value.ElementType == GgufValueType.Bool);
            Assert.IsTrue(isBack || isExcused, $"{entry.Key}: {value.TypeName} {value.Display()} came back as {read.Shown(entry.Key)}");
        }
    }

    private static IEnumerable<object[]> CorpusNames => GgufCorpus.Names.Select(name => new object[] { name });

    private static GgufFile Renamed(SmallGguf gguf, string architecture) => gguf.Text("general.architecture", architecture).Open();
}
