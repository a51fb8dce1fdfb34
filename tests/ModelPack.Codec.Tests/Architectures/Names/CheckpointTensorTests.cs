namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>The tensors of checkpoints against those of the GGUF that llama.cpp's own converter made of them, and back.</summary>
[TestClass]
public sealed class CheckpointTensorTests
{
    // A folder made of a GGUF has ModelOpt's names.
    [TestMethod]
    public void Tensors_of_another_program_are_those_of_the_reference()
    {
        using CheckpointTensors checkpoint = new("qwen3-nvfp4-ct", "qwen3");
        Assert.AreEqual("", string.Join('\n', checkpoint.DifferencesToGguf()));
    }

    // torch's exp is not rounded correctly: in larger lists its last bit differs here and there.
    [TestMethod]
    [DataRow("mamba", "mamba")]
    [DataRow("jamba-spm", "jamba")]
    public void Only_an_exponential_may_differ_from_the_reference(string name, string architecture)
    {
        using CheckpointTensors checkpoint = new(name, architecture);
        Assert.AreEqual(
            "", string.Join('\n', checkpoint.Differences().Where(text => !text.EndsWith(".ssm_a: other bytes", StringComparison.Ordinal))));
    }

    [TestMethod]
    [DataRow("gpt-oss-mxfp4", "gpt-oss")]
    [DataRow("mamba2-spm", "mamba2")]
    [DataRow("llama-nvfp4-modelopt", "llama")]
    [DataRow("granitehybrid-moe", "granitehybrid")]
    [DataRow("nemotronh-dense", "nemotron_h")]
    [DataRow("nemotronh-moe", "nemotron_h_moe")]
    [DataRow("lfm2-adjusted", "lfm2")]
    [DataRow("lfm2moe-bias", "lfm2moe")]
    [DataRow("kimilinear-hybrid", "kimi-linear")]
    [DataRow("nomic-bert-moe", "nomic-bert-moe")]
    [DataRow("llama4-vision", "llama4")]
    [DataRow("qwen35-vision", "qwen35")]
    [DataRow("qwen35moe-packed", "qwen35moe")]
    [DataRow("qwen3next-mtp", "qwen3next")]
    [DataRow("bloom", "bloom")]
    [DataRow("granitemoe", "granitemoe")]
    [DataRow("olmoe", "olmoe")]
    [DataRow("nemotron", "nemotron")]
    [DataRow("t5", "t5")]
    public void Tensors_are_those_of_the_reference_and_come_back(string name, string architecture)
    {
        using CheckpointTensors checkpoint = new(name, architecture);
        Assert.AreEqual("", string.Join('\n', checkpoint.Differences()));
    }
}
