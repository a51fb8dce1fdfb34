using System.Text.Json;
using ModelPack.Architectures;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>Falcon Mamba is Mamba with norms of the steps, B and C: a key tells it, and the epsilon of these norms has none.</summary>
[TestClass]
public sealed class FalconMambaTests
{
    [TestMethod]
    public void Its_norms_have_a_key()
    {
        Assert.AreEqual("true", Shown(Derive("{}"), "mamba.ssm.dt_b_c_rms"));
        using FamilyCheckpoint mamba = Mamba();
        Assert.AreEqual("false", Shown(mamba.Derive(), "mamba.ssm.dt_b_c_rms"));
    }

    [TestMethod]
    [DataRow("""{"mixer_rms_eps": 0.001}""", "mixer_rms_eps 0.001 has no key")]
    [DataRow("""{"layer_norm_epsilon": 0.001}""", "mixer_rms_eps 1E-06 has no key")]
    [DataRow("""{"layer_norm_epsilon": null, "mixer_rms_eps": 0.001}""", "mixer_rms_eps 0.001 has no key")]
    [DataRow("""{"layer_norm_epsilon": 0.001, "mixer_rms_eps": 0.001}""", "")]
    [DataRow("""{"layer_norm_epsilon": null, "mixer_rms_eps": 1e-5}""", "")]
    public void An_epsilon_that_the_runtime_does_not_take_is_noted(string edit, string expected)
    {
        string[] notes = [.. Derive(edit).Notes];
        Assert.AreEqual(expected.Length > 0, notes.Any(note => note.Contains("mixer_rms_eps")), string.Join('\n', notes));
        Assert.IsTrue(expected.Length == 0 || notes.Any(note => note.Contains(expected)), string.Join('\n', notes));
    }

    [TestMethod]
    public void A_GGUF_with_the_key_is_its_class_again()
    {
        using FamilyCheckpoint mamba = Mamba();
        using GgufFile file = GgufFile.Open(new MemoryByteSource(mamba.Gguf));
        Assert.AreEqual(("mamba", "no"), Type(file, file.Metadata));
        Assert.AreEqual(
            ("falcon_mamba", "1e-05"),
            Type(file, [.. file.Metadata.Where(entry => entry.Key != "mamba.ssm.dt_b_c_rms"),
                new("mamba.ssm.dt_b_c_rms", GgufValue.FromBool(true))]));
    }

    private static FamilyCheckpoint Mamba() => FamilyCheckpoint.Of(FamilyCatalog.Find("mamba")!).First();

    private static (string Type, string Epsilon) Type(GgufFile file, IReadOnlyList<MetadataEntry> entries)
    {
        DerivedFolder derived = DerivedCompanions.Derive(entries, file.Tensors, file.Source);
        Assert.IsNull(derived.ConfigRefusal, derived.ConfigRefusal?.Text);
        using JsonDocument config = JsonDocument.Parse(
            derived.Files.Single(made => made.Name == "config.json").Bytes);
        return (
            config.RootElement.GetProperty("model_type").GetString()!,
            config.RootElement.TryGetProperty("mixer_rms_eps", out JsonElement epsilon) ? epsilon.GetRawText() : "no");
    }

    private static DerivedGguf Derive(string edit)
    {
        using FamilyCheckpoint mamba = Mamba();
        DerivedGguf derived = mamba.Derive(config =>
        {
            config["model_type"] = "falcon_mamba";
            FamilyRuleTests.Merge(config, edit);
        });
        Assert.AreEqual("mamba", derived.Architecture, string.Join('\n', derived.Notes));
        return derived;
    }

    private static string? Shown(DerivedGguf derived, string key) =>
        derived.Entries.SingleOrDefault(entry => entry.Key == key)?.Value.Display();
}
