using System.Buffers.Binary;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Architectures;
using ModelPack.Codec.Tests.Architectures.Rules;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Tables of RoPE factors of a GGUF on their way to a folder without an origin record.</summary>
[TestClass]
public sealed class RopeFactorTableTests : IDisposable
{
    private readonly TempFolder folder = new();

    [TestMethod]
    public void Tables_that_config_states_come_back_bit_for_bit()
    {
        // Subnormals, a last bit, and a value that no short decimal gives.
        SmallGguf phi = SmallGguf.Decoder("phi3").FusedLayers().Own("rope.dimension_count", 8).Own("rope.freq_base", 10000f)
            .Own("rope.scaling.original_context_length", 1024)
            .Own("rope.scaling.attn_factor", 1.25f).Own("attention.sliding_window", 0)
            .Floats("rope_factors_long.weight", float.Epsilon, 1.0000001f, 64.5f, MathF.PI)
            .Floats("rope_factors_short.weight", 1, 1.1f, 1.2f, float.MaxValue);
        (string restored, Certificate certificate) = ThereAndBack(phi);
        Assert.AreEqual(ProofLevel.L1, certificate.Level);
        foreach (string table in (string[])["rope_factors_long.weight", "rope_factors_short.weight"])
        {
            CollectionAssert.AreEqual(Payload(folder.At("source.gguf"), table), Payload(restored, table), table);
        }
    }

    [TestMethod]
    public void Table_of_a_published_scaling_comes_back_bit_for_bit()
    {
        (string restored, _) = ThereAndBack(Llama3(Llama3Table()));
        CollectionAssert.AreEqual(Payload(folder.At("source.gguf"), "rope_freqs.weight"), Payload(restored, "rope_freqs.weight"));
    }

    /// <summary>config.json is derived from such a table too, but another table follows from it.</summary>
    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Table_with_the_last_bit_of_another_math_library_is_refused_by_value()
    {
        float[] table = Llama3Table();
        (int item, float other) = Enumerable.Range(0, table.Length)
            .SelectMany(i => (IEnumerable<(int I, float Value)>)[(i, MathF.BitIncrement(table[i])), (i, MathF.BitDecrement(table[i]))])
            .First(change => Llama3([.. table[..change.I], change.Value, .. table[(change.I + 1)..]])
                .Derive().Files.Any(file => file.Name == "config.json"));
        float own = table[item];
        table[item] = other;
        AssertRefused(
            Llama3(table), "model/", "rope_freqs.weight",
            FormattableString.Invariant(
                $"SafeTensors has no place for it, and without an origin record it would be lost: converting config.json again gives {own:R} at {item}, where the table holds {other:R}"));
    }

    [TestMethod]
    public void Table_without_a_config_is_refused_with_the_reason_of_the_config()
    {
        float[] table = Llama3Table();
        table[0] = 1.5f;
        AssertRefused(
            Llama3(table), "model/", "rope_freqs.weight",
            "SafeTensors has no place for it, and without an origin record it would be lost: config.json: config.json cannot be derived: "
                + "rope_freqs.weight is not the table of "
            + "low_freq_factor 1, high_freq_factor 4, original_max_position_embeddings 8192 and factor 8.0: value 0 is 1.5");
    }

    [TestMethod]
    public void Table_is_refused_where_no_config_is_written() => AssertRefused(
        Llama3(Llama3Table()), "model.safetensors", "rope_freqs.weight",
        "SafeTensors has no place for it, and without an origin record it would be lost: config.json, tokenizer.json and the like are "
            + "written into a folder only: name one as target, with a separator at its end");

    [TestMethod]
    public void Table_that_no_config_speaks_of_is_refused() => AssertRefused(
        SmallGguf.Decoder("llama").Layers().Own("rope.dimension_count", 16).Floats("rope_fancy.weight", 1, 2), "model/",
        "rope_fancy.weight",
        "SafeTensors has no place for it, and without an origin record it would be lost: converting config.json again gives no such table");

    public void Dispose() => folder.Dispose();

    private (string Restored, Certificate Certificate) ThereAndBack(SmallGguf gguf)
    {
        string source = folder.Write("source.gguf", gguf.Bytes());
        string model = folder.At("model/");
        Certificate certificate = ModelConverter.Convert(source, model, ModelFormat.SafeTensors, new() { Origin = OriginMode.None });
        using (ModelFile file = ModelFiles.Open(model))
        {
            Assert.IsFalse(file.Tensors.Any(tensor => tensor.Name.StartsWith("rope", StringComparison.Ordinal)));
        }

        string restored = folder.At("restored.gguf");
        ModelConverter.Convert(model, restored, ModelFormat.Gguf, new() { Origin = OriginMode.None });
        return (restored, certificate);
    }

    private void AssertRefused(SmallGguf gguf, string target, string tensor, string message)
    {
        string source = folder.Write("source.gguf", gguf.Bytes());
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(source, folder.At(target), ModelFormat.SafeTensors, new() { Origin = OriginMode.None }));
        Assert.AreEqual(message, error.Detail);
        Assert.AreEqual(tensor, error.TensorName);
        Assert.AreEqual("MP2011", error.Code.Id);
        Assert.AreEqual(ProofLevel.L3, ModelConverter.Convert(source, folder.At(target), ModelFormat.SafeTensors, new()).Level);
    }

    private static byte[] Payload(string path, string name)
    {
        using ModelFile file = ModelFiles.Open(path);
        TensorInfo tensor = file.Tensors.Single(tensor => tensor.Name == name);
        return file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength);
    }

    private static SmallGguf Llama3(float[] table) =>
        SmallGguf.Decoder("llama").Layers(128).Own("attention.key_length", 128).Own("attention.value_length", 128)
        .Own("rope.dimension_count", 128).Own("rope.freq_base", 500000f).Floats("rope_freqs.weight", table);

    /// <summary>What a folder of Llama 3.1 gives.</summary>
    private static float[] Llama3Table()
    {
        ExtraTensor table = SmallFolder.With("""
            {
              "model_type": "llama", "hidden_size": 64, "intermediate_size": 160, "max_position_embeddings": 2048, "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 2,
              "head_dim": 128, "rms_norm_eps": 1e-05, "vocab_size": 96, "tie_word_embeddings": true, "rope_theta": 500000.0,
              "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
            }
            """).Tensor("model.embed_tokens.weight", 96, 64).Layers(2, "model.layers.", ("mlp.down_proj.weight", 64, 160)).Derive().Extra.Single();
        float[] values = new float[table.Shape[0]];
        for (int item = 0; item < values.Length; item++)
        {
            values[item] = BinaryPrimitives.ReadSingleLittleEndian(table.F32LittleEndian.Span[(item * sizeof(float))..]);
        }

        return values;
    }
}
