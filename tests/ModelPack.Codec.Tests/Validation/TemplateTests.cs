using System.Text.Json;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Validation;
using ModelPack.Validation.Templates;

namespace ModelPack.Codec.Tests.Validation;

[TestClass]
public sealed class TemplateTests : ValidationTest
{
    private const string Attack = "{{ ''.__class__.__mro__[1].__subclasses__() }}";

    [TestMethod]
    [DataRow("{{ ''.__class__ }}", "__class__")]
    [DataRow("{{ x['__globals__'] }}", "__globals__")]
    [DataRow("{{ x['\\x5f\\x5fglobals\\x5f\\x5f'] }}", "__globals__")]
    [DataRow("{{ x['\\u005f_globals\\137_'] }}", "__globals__")]
    [DataRow("{{ x['__glo' ~ 'bals__'] }}", "__globals__")]
    [DataRow("{{ x['__glo' 'bals__'] }}", "__globals__")]
    [DataRow("{{ x|attr('y') }}", "attr")]
    [DataRow("{{ x | attr('y') }}", "attr")]
    [DataRow("{{ xs | map('attr', 'y') | list }}", "attr")]
    [DataRow("{{ xs | map(attribute='__class__') }}", "__class__")]
    [DataRow("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "__init__")]
    [DataRow("{{ lipsum.os.popen('id') }}", "os")]
    [DataRow("{%- import 'os' as o %}", "import")]
    [DataRow("{% from 'x' import y %}", "from")]
    [DataRow("{% include '/etc/passwd' %}", "include")]
    [DataRow("{%+ extends 'x' %}", "extends")]
    [DataRow("{{ eval('1') }}", "eval")]
    [DataRow("{% set x = exec ('1') %}", "exec")]
    [DataRow("{{ open('/etc/passwd').read() }}", "open")]
    [DataRow("{{ m.system('id') }}", "system")]
    [DataRow("{{ subprocess.run('id') }}", "subprocess")]
    [DataRow("{{ f.func_globals }}", "func_globals")]
    [DataRow("{{ g.gi_frame.f_back }}", "gi_frame")]
    [DataRow("{{ '{0.__class__}'.format(x) }}", "__class__")]
    [DataRow("{{ {'a': {'b': 1}}.__class__ }}", "__class__")]
    [DataRow("{{ '}}' }}{{ x.__class__ }}", "__class__")]
    [DataRow("{{ \"it's\" }}{{ x.__class__", "__class__")]
    [DataRow("{# comment #}{{ x.__class__ }}", "__class__")]
    [DataRow("{{ x.__class__ }}{# open comment", "__class__")]
    public void A_construct_that_leads_out_of_the_template_is_found(string template, string what)
    {
        TemplateConstruct construct = TemplateScanner.Scan(template).First();
        StringAssert.Contains(construct.What, what);
        Assert.AreEqual(1, construct.Line);
    }

    [TestMethod]
    [DataRow("Use import os and os.system('x') and __class__ in your answer.")]
    [DataRow("{# {{ x.__class__ }} #}")]
    [DataRow("{% for m in messages %}{{ m['role'] }}: {{ m.content | trim }}{% endfor %}")]
    [DataRow("{{ raise_exception('No user query found; do not eval(x) or import y.') }}")]
    [DataRow("{% if message['content'] is string %}{{ '<__media__>' }}{% endif %}")]
    [DataRow("{{ strftime_now('%d %b %Y') }}{{ tools | tojson(indent=4) }}{% set ns = namespace(found=false) %}")]
    [DataRow(
        "{%- macro render_item_list(items, tag='required') -%}{% for item in items %}{{ '`' ~ item ~ '`' }}{% endfor %}{%- endmacro -%}")]
    [DataRow(
        "{% set system_message = messages[0].content %}{% set from_user = 1 %}{{ xs | map(attribute='name') | join(', ') }}{{ x.os }}")]
    [DataRow("{% if '</think>' in content %}{% set content = content.split('</think>')[-1].lstrip('\\n') %}{% endif %}")]
    [DataRow("{")]
    [DataRow("{{")]
    [DataRow("{{ '\\")]
    [DataRow("{{ '\\x")]
    [DataRow("{{ '\\U0011")]
    public void What_templates_do_is_not_found(string template) => Assert.IsEmpty(TemplateScanner.Scan(template));

    [TestMethod]
    public void The_line_and_the_code_are_shown_without_control_characters()
    {
        TemplateConstruct construct = TemplateScanner.Scan("one\ntwo\n{{ \u001b[2J x.__class__ }}\n").Single();
        Assert.AreEqual(3, construct.Line);
        StringAssert.Contains(construct.Excerpt, "x.__class__");
        Assert.IsFalse(construct.Excerpt.Any(char.IsControl));
    }

    [TestMethod]
    public void Of_a_template_that_repeats_itself_each_kind_is_told_once()
    {
        string template = "{{ " + string.Concat(Enumerable.Repeat("x.__class__ 'a' ", 200_000)) + "}}";
        Assert.HasCount(1, TemplateScanner.Scan(template));
    }

    [TestMethod]
    [DataRow("tokenizer.chat_template")]
    [DataRow("tokenizer.chat_template.tool_use")]
    public void The_templates_of_a_GGUF_file_are_read(string key)
    {
        EditableGguf model = TinyModel.Gguf();
        model.SetText(key, Attack);
        Check(Findings(model), key);
        byte[] file = File.ReadAllBytes(Folder["model.gguf"]);
        int text = (int)Findings(model)[0].ByteOffset!.Value + sizeof(ulong);
        Assert.AreEqual(Attack, System.Text.Encoding.UTF8.GetString(file, text, Attack.Length));
    }

    [TestMethod]
    [DataRow("chat_template")]
    [DataRow("tokenizer.chat_template")]
    public void The_templates_of_an_APR_file_are_read(string key)
    {
        EditableApr model = TinyModel.Apr();
        model.SetText(key, Attack);
        Check(Findings(model), key);
    }

    [TestMethod]
    public void The_templates_of_a_folder_are_read()
    {
        (string Name, object Content, string Place)[] companions =
        [
            ("tokenizer_config.json", new { chat_template = Attack }, "tokenizer_config.json"),
            ("tokenizer_config.json", new { chat_template = new[] { new { name = "rag", template = Attack } } },
                "tokenizer_config.json: rag"),
            ("chat_template.json", new { chat_template = Attack }, "chat_template.json"),
            ("chat_template.jinja", Attack, "chat_template.jinja"),
        ];
        for (int i = 0; i < companions.Length; i++)
        {
            string folder = TinyFolder.Write(Folder, $"tiny{i}", null, (companions[i].Name, companions[i].Content));
            Check(ModelValidator.Validate(folder).Findings, companions[i].Place);
            Check(ModelValidator.Validate(Path.Combine(folder, "model.safetensors")).Findings, companions[i].Place);
        }
    }

    private static void Check(IReadOnlyCollection<Finding> findings, string place)
    {
        Assert.HasCount(3, findings, JsonSerializer.Serialize(findings.Select(finding => finding.Text)));
        Assert.IsTrue(findings.All(finding => finding.Code == ValidationErrors.Template && finding.Place == place));
    }
}
