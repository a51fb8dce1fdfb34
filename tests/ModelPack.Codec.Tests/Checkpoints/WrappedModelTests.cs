using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>A language model inside one that sees: its config stands in an object of its own, its tensors behind a prefix, towers beside
/// it. The GGUF is that of the language model alone.</summary>
[TestClass]
public sealed class WrappedModelTests : IDisposable
{
    private const string Model = "model.";

    private readonly TempFolder temp = new();

    private string Folder => temp.At(CheckpointArchive.Folder);

    public void Dispose() => temp.Dispose();

    [TestMethod]
    [DataRow("llama-31-instruct", "llava", "text_config", "language_model.model.", "language_model.")]
    [DataRow("llama-31-instruct", "idefics3", "text_config", "model.text_model.", "")]
    [DataRow("llama-mistral-nemo", "llava", "text_config", "model.language_model.", "")]
    [DataRow("llama-mixtral", "llava_next", "text_config", "language_model.model.", "language_model.")]
    [DataRow("qwen2-untied", "internvl", "text_config", "language_model.model.", "language_model.")]
    [DataRow("qwen3-tied", "internvl", "text_config", "model.language_model.", "")]
    [DataRow("qwen3moe-a3b", "internvl", "text_config", "language_model.model.", "language_model.")]
    [DataRow("gemma2-2b", "llava", "text_config", "language_model.model.", "language_model.")]
    [DataRow("phi3-4k", "llava", "text_config", "language_model.model.", "language_model.")]
    [DataRow("granite-30-2b", "llava_next", "text_config", "language_model.model.", "language_model.")]
    [DataRow("qwen2-untied", "internvl_chat", "llm_config", "language_model.model.", "language_model.")]
    [DataRow("qwen3-tied", "internvl", "text_config", "language_model.", "")]
    [DataRow("smollm3", "llava", "text_config", "language_model.model.", "language_model.")]
    [DataRow("arcee", "llava", "text_config", "model.language_model.", "")]
    [DataRow("hunyuan-dense", "llava", "text_config", "model.text_model.", "")]
    public void It_becomes_the_gguf_of_the_language_model(string name, string type, string field, string prefix, string outer)
    {
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", name + CheckpointArchive.Ending), temp.Root);
        Unflushed.Convert(Folder, temp.At("alone.gguf"), ModelFormat.Gguf, new());
        WrapConfig(type, field);
        WrapTensors(prefix, outer);
        Unflushed.Convert(Folder, temp.At("wrapped.gguf"), ModelFormat.Gguf, new());

        using GgufFile alone = GgufFile.Open(new FileByteSource(temp.At("alone.gguf")));
        using GgufFile wrapped = GgufFile.Open(new FileByteSource(temp.At("wrapped.gguf")));
        CollectionAssert.AreEqual(Keys(alone), Keys(wrapped));
        CollectionAssert.AreEqual(Tensors(alone), Tensors(wrapped));
        Unflushed.Convert(temp.At("wrapped.gguf"), temp.At("back") + Path.DirectorySeparatorChar, ModelFormat.SafeTensors, new());
        ByteAssert.AreEqual(
            File.ReadAllBytes(Path.Combine(Folder, "model.safetensors")),
            File.ReadAllBytes(Path.Combine(temp.At("back"), "model.safetensors")));
    }

    [TestMethod]
    public void A_model_whose_prompts_are_seen_whole_keeps_its_own_names()
    {
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", "gemma2-2b" + CheckpointArchive.Ending), temp.Root);
        WrapConfig("paligemma", "text_config");
        WrapTensors("language_model.model.", "language_model.");
        Unflushed.Convert(Folder, temp.At("wrapped.gguf"), ModelFormat.Gguf, new());
        using GgufFile file = GgufFile.Open(new FileByteSource(temp.At("wrapped.gguf")));
        Assert.IsNull(file.Find("gemma2.block_count"));
        Assert.IsTrue(file.Tensors.Any(tensor => tensor.Name == "language_model.model.embed_tokens.weight"));
    }

    private static string[] Keys(GgufFile file) =>
        [.. file.Metadata.Where(entry => entry.Key != "modelpack.origin").Select(entry => $"{entry.Key}: {entry.Value.Display()}")];

    private static string[] Tensors(GgufFile file) =>
        [.. file.Tensors.Select(tensor => $"{tensor.Name} {tensor.Type} {string.Join('x', tensor.Shape)} "
            + ReferenceTable.HashOf(file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength))).Order(StringComparer.Ordinal)];

    private void WrapConfig(string type, string field)
    {
        string path = Path.Combine(Folder, "config.json");
        JsonObject inner = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        inner.Remove("architectures");
        JsonObject config = new()
        {
            ["architectures"] = new JsonArray("LlavaForConditionalGeneration"),
            ["model_type"] = type,
            [field] = inner,
            ["vision_config"] = new JsonObject { ["model_type"] = "clip_vision_model" },
        };
        File.WriteAllText(path, config.ToJsonString());
    }

    private void WrapTensors(string prefix, string outer)
    {
        string path = Path.Combine(Folder, "model.safetensors");
        byte[] file = File.ReadAllBytes(path);
        int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file));
        JsonObject header = new();
        foreach ((string name, JsonNode? tensor) in JsonNode.Parse(file.AsSpan(8, length))!.AsObject())
        {
            string wrapped = name == "__metadata__" ? name
                : name.StartsWith(Model, StringComparison.Ordinal) ? prefix + name[Model.Length..] : outer + name;
            header[wrapped] = tensor?.DeepClone();
        }

        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, text.Length);
        File.WriteAllBytes(path, [.. size, .. text, .. file[(8 + length)..]]);
    }
}
