using System.Text.Json;
using ModelPack.Architectures;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class HostileMetadataTests
{
    private static readonly GgufValue[] OddValues =
    [
        GgufValue.FromBool(true), GgufValue.FromInt32(-5), GgufValue.FromUInt32(0), GgufValue.FromUInt64(ulong.MaxValue),
        GgufValue.FromFloat32(float.NaN), GgufValue.FromFloat64(double.MaxValue),
        GgufValue.FromString(""), GgufValue.FromStringBytes([0xFF]), GgufValue.FromStrings([]), GgufValue.FromStrings(["", "\0"]),
        GgufValue.FromArray<byte>([]), GgufValue.FromArray<int>([int.MinValue, 3]),
        GgufValue.FromArray<float>([float.NegativeInfinity]), GgufValue.FromArray<bool>([true]),
        GgufValue.FromString(new string('x', 100_000)), GgufValue.FromUInt32(uint.MaxValue),
        GgufValue.FromRawBytes(GgufValueType.Array, new byte[] { 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }),
    ];

    [TestMethod]
    [DataRow("llama")]
    [DataRow("qwen2moe")]
    [DataRow("qwen3moe")]
    [DataRow("gemma3")]
    [DataRow("phi3")]
    [DataRow("bert")]
    [DataRow("recorded")]
    [DataRow("byte-level")]
    [DataRow("SentencePiece")]
    [DataRow("WordPiece")]
    [DataRow("Unigram")]
    public void Odd_or_missing_value_gives_notes_and_no_exception(string kind)
    {
        Func<SmallGguf> model = () => Model(kind);
        string[] keys;
        string expected;
        using (GgufFile file = model().Open())
        {
            keys = [.. file.Metadata.Select(entry => entry.Key)];
            expected = Show(DerivedCompanions.Derive(file));
        }

        Assert.IsGreaterThan(3, keys.Length);
        foreach (string key in keys)
        {
            string[] found = [Check(model().Without(key)), .. OddValues.Select(odd => Check(model().Set(key, odd)))];
            Assert.IsTrue(found.Any(folder => folder != expected), $"{key} changes nothing");
        }
    }

    [TestMethod]
    public void Nothing_at_all_gives_only_a_report()
    {
        using GgufFile file = new GgufBytes().Header(0, 0).Open();
        DerivedFolder folder = DerivedCompanions.Derive(file);
        Assert.AreEqual("modelpack-report.json", folder.Files.Single().Name);
        folder.AssertNote("config.json: config.json cannot be derived: general.architecture is missing");
    }

    [TestMethod]
    public void Notes_stay_short_whatever_the_file_holds()
    {
        string giant = new('x', 1_000_000);
        DerivedFolder folder = SmallGguf.Decoder(giant[..60_000]).Text("tokenizer.ggml.model", giant)
            .Text("tokenizer.ggml.bos_token_id", giant).Derive();
        Assert.IsLessThan(300, folder.Notes.Max(note => note.Length));
        Assert.IsLessThan(300, SmallTokenizers.ByteLevel(giant).Derive().Notes.Max(note => note.Length));
        Assert.IsLessThan(
            300, SmallGguf.Decoder("llama").Count("llama." + giant[..60_000], 1).Count("tokenizer." + giant[..60_000], 1)
                .Derive().Notes.Max(note => note.Length));
        Assert.IsLessThan(
            300, SmallGguf.Decoder("llama").Own("rope.scaling.type", GgufValue.FromString(giant)).Derive().Notes.Max(note => note.Length));
    }

    private static SmallGguf Model(string kind) => kind switch
    {
        "bert" => SmallBert.New().Own("pooling_type", 1).Own("classifier.output_labels", GgufValue.FromStrings(["a"])),
        "recorded" =>
            SmallTokenizers.ByteLevel("llama-bpe").Text("tokenizer.huggingface.json", "{}").Text("tokenizer.chat_template.x", "x")
            .Set("tokenizer.chat_templates", GgufValue.FromStrings(["x"])),
        "byte-level" => SmallTokenizers.ByteLevel("gpt-2"),
        "SentencePiece" => SmallTokenizers.SentencePiece(("a", 1, 0)),
        "WordPiece" => SmallTokenizers.WordPiece(),
        "Unigram" => SmallTokenizers.Unigram(),
        _ => Decoder(kind),
    };

    private static SmallGguf Decoder(string architecture)
    {
        SmallGguf gguf = SmallGguf.Decoder(architecture).Own("attention.key_length", 16).Own("attention.value_length", 16)
            .Own("rope.dimension_count", 16).Own("rope.freq_base", 5000f)
            .Own("attention.sliding_window", 99).Own("vocab_size", 96).Tensor("blk.0.attn_q.bias", TensorType.F32, 64);
        return architecture switch
        {
            "qwen2moe" or "qwen3moe" =>
                gguf.Own("expert_count", 4).Own("expert_used_count", 2).Own("expert_feed_forward_length", 32)
                .Own("expert_shared_feed_forward_length", 32),
            "gemma3" =>
                gguf.Own("attention.sliding_window_pattern", GgufValue.FromArray<bool>([true, false])).Own("rope.freq_base_swa", 3f)
                .Own("final_logit_softcapping", 2f)
                .Own("rope.scaling.type", GgufValue.FromString("yarn")).Own("rope.scaling.factor", 8f)
                .Own("rope.scaling.original_context_length", 9).Own("rope.scaling.yarn_beta_fast", 4f),
            "phi3" => gguf.Own("rope.scaling.original_context_length", 64).Own("rope.scaling.attn_factor", 1f)
                .Floats("rope_factors_long.weight", 1, 2, 3, 4, 5, 6, 7, 8).Floats("rope_factors_short.weight", 1, 2, 3, 4, 5, 6, 7, 8),
            _ => gguf,
        };
    }

    /// <summary>Derives a folder and reads all JSON in it.</summary>
    private static string Check(SmallGguf gguf)
    {
        DerivedFolder folder = gguf.Derive();
        foreach (Companion file in folder.Files.Where(
            file => file.Name.EndsWith(".json", StringComparison.Ordinal)
                && !folder.Notes.Any(note => note.EndsWith("not JSON", StringComparison.Ordinal))))
        {
            JsonDocument.Parse(file.Bytes).Dispose();
        }

        CollectionAssert.AllItemsAreUnique(folder.Files.Select(file => file.Name).ToArray());
        return Show(folder);
    }

    private static string Show(DerivedFolder folder) =>
        string.Join('\n', folder.Files.Select(file => $"{file.Name} {Convert.ToHexString(file.Bytes.Span)}").Concat(folder.Notes));
}
