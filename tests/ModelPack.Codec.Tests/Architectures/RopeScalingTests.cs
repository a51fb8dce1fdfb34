using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Architectures.Rules;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class RopeScalingTests
{
    /// <summary>The forward formula of hf-companions.md §1.4 for a head of 16, base 500000, factor 8, low 1, high 4, original context 8192;
    /// double arithmetic, rounded.</summary>
    private static readonly float[] Llama3Table = [
        .. Enumerable.Range(0, 8).Select(item => Llama3Value(item * 2, 16, 500000, 8, 1, 4, 8192))];

    [TestMethod]
    public void Llama_3_table_is_recognized_and_the_guess_is_said()
    {
        CollectionAssert.Contains(Llama3Table, 8f);
        CollectionAssert.Contains(Llama3Table, 1f);
        DerivedFolder folder = Llama3(FloatTable());
        Assert.Contains("""
              "rope_scaling": {
                "factor": 8.0,
                "high_freq_factor": 4.0,
                "low_freq_factor": 1.0,
                "original_max_position_embeddings": 8192,
                "rope_type": "llama3"
              },
            """.Replace("\r\n", "\n", StringComparison.Ordinal), folder.TextOf("config.json"));
        folder.AssertNote(
            "config.json: rope_scaling: low_freq_factor, high_freq_factor and original_max_position_embeddings are guesses that give every "
                + "value of rope_freqs.weight");
    }

    [TestMethod]
    [DataRow(0, 1.0000001f)]
    [DataRow(3, 1.5f)]
    [DataRow(7, 7.9999995f)]
    public void Table_that_differs_in_one_bit_is_not_explained_by_the_guess(int item, float value)
    {
        float[] table = FloatTable();
        table[item] = value;
        DerivedFolder folder = Llama3(table);
        Assert.IsFalse(folder.Files.Any(file => file.Name == "config.json"));
        Assert.IsTrue(
            folder.Notes.Any(
                note => note.StartsWith(
                    "config.json: config.json cannot be derived: rope_freqs.weight is not the table of low_freq_factor 1,",
                    StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Table_of_another_length_or_value_is_refused()
    {
        Llama3(FloatTable()[..7])
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: the tensor rope_freqs.weight has 7 values of type F32, but the rotary part of "
                    + "a head is 16");
        float[] table = FloatTable();
        table[2] = float.PositiveInfinity;
        Assert.IsTrue(Llama3(table).Notes.Any(note => note.Contains("the tensor rope_freqs.weight holds", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void None_is_null() =>
    Assert.Contains(
        "\"rope_scaling\": null,", SmallGguf.Decoder("llama").Own("rope.scaling.type", GgufValue.FromString("none")).Derive()
            .TextOf("config.json"));

    [TestMethod]
    public void All_yarn_keys_have_a_field()
    {
        string config = SmallGguf.Decoder("llama").Own("rope.scaling.type", GgufValue.FromString("yarn")).Own("rope.scaling.factor", 2.5f)
            .Own("rope.scaling.yarn_ext_factor", 1f).Own("rope.scaling.yarn_attn_factor", 0.1f).Own("rope.scaling.yarn_beta_slow", 1f)
            .Own("rope.scaling.yarn_beta_fast", 32f).Derive().TextOf("config.json");
        Assert.Contains(
            "\"rope_scaling\": {\n    \"attention_factor\": 0.1,\n    \"beta_fast\": 32.0,\n    \"beta_slow\": 1.0,\n    "
                + "\"extrapolation_factor\": 1.0,\n    \"factor\": 2.5,\n    \"rope_type\": \"yarn\"\n  },", config);
    }

    [TestMethod]
    public void Scaling_that_config_cannot_say_is_refused()
    {
        SmallGguf.Decoder("llama").Own("rope.scaling.type", GgufValue.FromString("spiral")).Derive()
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: llama.rope.scaling.type is spiral, which with the tensors of the file is no "
                    + "scaling that config.json can say");
        SmallGguf.Decoder("llama").Own("rope.scaling.type", GgufValue.FromString("linear")).Derive()
            .AssertNoFile("config.json", "config.json: config.json cannot be derived: llama.rope.scaling.factor is missing");
        SmallGguf.Decoder("llama").Own("rope.scaling.factor", 2f).Derive()
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: llama.rope.scaling.factor is 2.0, but llama.rope.scaling.type is missing");
        SmallGguf.Decoder("llama").Own("rope.scaling.type", GgufValue.FromString("linear")).Own("rope.scaling.factor", 2f)
            .Tensor("rope_freqs.weight", TensorType.F32, 8).Derive()
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: llama.rope.scaling.type is linear, which with the tensors of the file is no "
                    + "scaling that config.json can say");
        SmallGguf.Decoder("phi3").Floats("rope_factors_long.weight", 1, 1, 1, 1, 1, 1, 1, 1).Derive()
            .AssertNoFile("config.json", "config.json: config.json cannot be derived: the tensor rope_factors_short.weight is missing");
    }

    [TestMethod]
    [DataRow(1.5f)]
    [DataRow(1f)]
    [DataRow(1.0488089f)]
    [DataRow(1.0488087f)]
    public void Attention_factor_that_does_not_follow_from_the_contexts_is_stated_and_comes_back(float factor)
    {
        DerivedFolder folder = LongRope().Own("rope.scaling.attn_factor", factor).Derive();
        float stated = (float)JsonNode.Parse(folder.TextOf("config.json"))!["rope_scaling"]!["attention_factor"]!;
        Assert.AreEqual(factor, stated);
        folder.AssertNote(
            "config.json: rope_scaling: attention_factor is stated, since phi3.rope.scaling.attn_factor is not what follows from the "
                + "context lengths; versions of transformers before 5 refuse it");
        Assert.AreEqual(factor, AttentionFactorOf(folder));
    }

    /// <summary>1.0488088 is √(1 + ln(2048/1024)/ln(1024)) = √1.1, the nearest float.</summary>
    [TestMethod]
    public void Attention_factor_that_follows_from_the_contexts_needs_no_field_and_comes_back()
    {
        DerivedFolder folder = LongRope().Own("rope.scaling.attn_factor", 1.0488088f).Derive();
        Assert.DoesNotContain("attention_factor", folder.TextOf("config.json"));
        Assert.AreEqual(1.0488088f, AttentionFactorOf(folder));
    }

    [TestMethod]
    public void Missing_attention_factor_is_the_1_of_runtimes()
    {
        DerivedFolder folder = LongRope().Derive();
        Assert.Contains("\"attention_factor\": 1.0,", folder.TextOf("config.json"));
        folder.AssertNote(
            "config.json: rope_scaling: phi3.rope.scaling.attn_factor is missing, which runtimes take for 1.0: attention_factor says so");
        Assert.DoesNotContain("attention_factor", LongRope().Own("context_length", 1024).Derive().TextOf("config.json"));
    }

    [TestMethod]
    public void Long_rope_without_a_usable_original_context_is_refused()
    {
        LongRope().Without("phi3.rope.scaling.original_context_length").Derive()
            .AssertNoFile(
                "config.json", "config.json: config.json cannot be derived: phi3.rope.scaling.original_context_length is missing");
        LongRope().Own("rope.scaling.original_context_length", 1).Derive()
            .AssertNoFile("config.json", "config.json: config.json cannot be derived: phi3.rope.scaling.original_context_length is 1");
    }

    [TestMethod]
    public void Long_rope_of_a_class_without_a_place_for_the_original_context_is_refused() =>
        SmallGguf.Decoder("llama").Own("rope.dimension_count", 16).Own("rope.scaling.type", GgufValue.FromString("longrope"))
            .Floats("rope_factors_long.weight", 1, 1, 1, 1, 1, 1, 1, 1).Floats("rope_factors_short.weight", 1, 1, 1, 1, 1, 1, 1, 1).Derive()
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: llama.rope.scaling.type is longrope, which with the tensors of the file is no "
                    + "scaling that config.json can say");

    private static SmallGguf LongRope() =>
        SmallGguf.Decoder("phi3").Own("rope.dimension_count", 4).Own("rope.scaling.original_context_length", 1024)
        .Own("attention.sliding_window", 0).Floats("rope_factors_long.weight", 1, 8).Floats("rope_factors_short.weight", 1, 2);

    /// <summary>What the folder's config.json says in GGUF's words.</summary>
    private static double AttentionFactorOf(DerivedFolder folder)
    {
        DerivedGguf back = SmallFolder.With(folder.TextOf("config.json")).Tensor("model.embed_tokens.weight", 96, 64)
            .Layers(2, "model.layers.", ("mlp.down_proj.weight", 64, 160)).Derive();
        Assert.IsTrue(back.Find("phi3.rope.scaling.attn_factor")!.TryGetFloat(out double factor));
        return factor;
    }

    private static DerivedFolder Llama3(float[] table) =>
        SmallGguf.Decoder("llama").Own("rope.dimension_count", 16).Own("rope.freq_base", 500000f).Floats("rope_freqs.weight", table)
        .Derive();

    private static float[] FloatTable() => [.. Enumerable.Range(0, 8).Select(item => SingleValue(item * 2, 16, 500000, 8, 1, 4, 8192))];

    private static float Llama3Value(int i, int d, double theta, double factor, double low, double high, double original)
    {
        double wavelength = 2 * Math.PI * Math.Pow(theta, (double)i / d);
        double smooth = ((original / wavelength) - low) / (high - low);
        return wavelength < original / high
            ? 1
            : wavelength > original / low ? (float)factor : (float)(1 / (((1 - smooth) / factor) + smooth));
    }

    /// <summary>The same in single precision, as the converter computes it.</summary>
    private static float SingleValue(int i, int d, float theta, float factor, float low, float high, float original)
    {
        float frequency = 1 / MathF.Pow(theta, (float)i / d);
        float wavelength = 1 / frequency * (2 * MathF.PI);
        float smooth = ((original / wavelength) - low) / (high - low);
        float single = wavelength < original / high ? 1 : wavelength > original / low ? factor : 1 / (((1 - smooth) / factor) + smooth);
        Assert.AreEqual(Llama3Value(i, d, theta, factor, low, high, original), single, 1e-5f);
        return single;
    }
}
