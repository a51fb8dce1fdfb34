using ModelPack.Codec.Tests.Conversion;

namespace ModelPack.Codec.Tests.Models;

/// <summary>The chat template of each format.</summary>
[TestClass]
public sealed class OpenedTemplateTests : IDisposable
{
    private const string Template = "{{ messages }}";

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [TestMethod]
    [DataRow(ModelFormat.Gguf, "tokenizer.chat_template")]
    [DataRow(ModelFormat.Apr, "chat_template")]
    public void A_file_has_it_in_its_metadata(ModelFormat format, string key)
    {
        string path = folder.At("m");
        new ModelBuilder(format).Set("general.architecture", "llama").Set("model_type", "llama").Set(key, Template)
            .Add("w", [1], new float[1]).Save(path);
        using Model model = Model.Open(path);
        Assert.AreEqual(Template, model.ChatTemplate);
        using Model other = Model.Open(ModelFixtures.SafeTensors("all_dtypes.safetensors"), PathScope.FileAlone);
        Assert.IsNull(other.ChatTemplate);
    }

    [TestMethod]
    [DataRow("chat_template.jinja", Template, Template)]
    [DataRow("tokenizer_config.json", """{"chat_template":"{{ messages }}"}""", Template)]
    [DataRow("chat_template.json", """{"chat_template":"{{ messages }}"}""", Template)]
    [DataRow(
        "tokenizer_config.json",
        """{"chat_template":[{"name":"rag","template":"x"},{"name":"default","template":"{{ messages }}"}]}""", Template)]
    [DataRow("tokenizer_config.json", """{"chat_template":[{"name":"rag","template":"x"}]}""", null)]
    [DataRow("tokenizer_config.json", """{"chat_template":5}""", null)]
    [DataRow("tokenizer_config.json", "[1", null)]
    public void A_folder_has_it_in_a_file(string name, string content, string? expected)
    {
        string path = folder.At("folder/");
        new ModelBuilder(ModelFormat.SafeTensors).Add("w", [1], new float[1])
            .SetFile("config.json", "{}"u8.ToArray()).SetFile(name, System.Text.Encoding.UTF8.GetBytes(content)).Save(path);
        using Model model = Model.Open(path);
        Assert.AreEqual(expected, model.ChatTemplate);
    }
}
