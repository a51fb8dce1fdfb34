using System.Text.Json;
using ModelPack.Architectures;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class ChatTemplateTests
{
    [TestMethod]
    public void Template_is_written_untrimmed() =>
        new SmallGguf("none").Text("tokenizer.chat_template", " {{ x }}\r\n\n ").Derive()
        .AssertFile("chat_template.jinja", " {{ x }}\r\n\n ");

    [TestMethod]
    public void Template_stands_in_tokenizer_config_too()
    {
        const string Template = "{{ \"é\" }}\r\n\t ";
        DerivedFolder folder = SmallTokenizers.ByteLevel("gpt-2").Text("tokenizer.chat_template", Template)
            .Text("tokenizer.chat_template.rag", "r").Derive();
        folder.AssertFile("chat_template.jinja", Template);
        using JsonDocument config = JsonDocument.Parse(folder.TextOf("tokenizer_config.json"));
        Assert.AreEqual(Template, config.RootElement.GetProperty("chat_template").GetString());
    }

    [TestMethod]
    public void No_template_gives_no_file() =>
    Assert.IsFalse(new SmallGguf("none").Derive().Files.Any(file => file.Name.EndsWith(".jinja", StringComparison.Ordinal)));

    [TestMethod]
    public void Template_that_is_no_text_is_refused()
    {
        new SmallGguf("none").Count("tokenizer.chat_template", 1).Derive()
            .AssertNoFile(
                "chat_template.jinja",
                "chat_template.jinja: chat_template.jinja cannot be derived: tokenizer.chat_template is u32 1, not a string");
        new SmallGguf("none").Set("tokenizer.chat_template", GgufValue.FromStringBytes([0xC3])).Derive()
            .AssertNoFile(
                "chat_template.jinja", "chat_template.jinja: chat_template.jinja cannot be derived: tokenizer.chat_template is not UTF-8");
    }

    [TestMethod]
    public void Named_templates_have_files_of_their_own()
    {
        DerivedFolder folder = new SmallGguf("none").Text("tokenizer.chat_template.tool_use", "t").Text("tokenizer.chat_template.rag", "r")
            .Set("tokenizer.chat_templates", GgufValue.FromStrings(["tool_use", "rag", "gone"])).Derive();
        folder.AssertFile("additional_chat_templates/tool_use.jinja", "t");
        folder.AssertFile("additional_chat_templates/rag.jinja", "r");
        folder.AssertNote("additional_chat_templates: tokenizer.chat_templates names 'gone', which no key holds");
    }

    [TestMethod]
    [DataRow("../../x")]
    [DataRow("a/b")]
    [DataRow("a\\b")]
    [DataRow("c:x")]
    [DataRow("")]
    [DataRow("RAG")]
    public void Name_that_is_no_file_name_of_its_own_is_refused(string name)
    {
        DerivedFolder folder = new SmallGguf("none").Text("tokenizer.chat_template.rag", "r").Text("tokenizer.chat_template." + name, "x")
            .Derive();
        Assert.HasCount(1, folder.Files.Where(file => file.Name.EndsWith(".jinja", StringComparison.Ordinal)));
        folder.AssertNote(
            $"additional_chat_templates: tokenizer.chat_template.{name} cannot be a file name of its own and is not carried over");
    }
}
