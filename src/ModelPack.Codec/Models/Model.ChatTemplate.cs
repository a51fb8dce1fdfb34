using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ModelPack.IO.Names;

namespace ModelPack;

/// <content>The chat template, wherever the format keeps it.</content>
public sealed partial class Model
{
    private const string TemplateField = "chat_template";

    /// <summary>
    /// The chat template that is used by default, as text: a metadata key of GGUF and APR, a file or a field of tokenizer_config.json in a
    /// folder. Null if the model has none. It is never rendered.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("qwen.gguf");
    /// Console.WriteLine(model.ChatTemplate ?? "no template");
    /// </code>
    /// </example>
    public string? ChatTemplate => Format == ModelFormat.SafeTensors
        ? TemplateFile() ?? TemplateIn(CompanionNames.TokenizerConfig) ?? TemplateIn("chat_template.json")
        : TextOf($"tokenizer.{TemplateField}") ?? TextOf(TemplateField);

    private string? TextOf(string key) => Metadata.TryGet(key, out MetadataValue? value) ? value.Text : null;

    private string? TemplateFile() =>
        Metadata.TryGet(CompanionNames.ChatTemplate, out MetadataValue? file) && Utf8.IsValid(file.RawBytes.Span)
            ? Encoding.UTF8.GetString(file.RawBytes.Span)
            : null;

    // Several templates are a list of objects with a name and a template each; transformers takes the one that is called "default".
    private string? TemplateIn(string name)
    {
        if (!Metadata.TryGet(name, out MetadataValue? file))
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(file.RawBytes);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(TemplateField, out JsonElement field)
                ? field.ValueKind == JsonValueKind.Array ? Default(field) : Text(field)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Default(JsonElement templates)
    {
        foreach (JsonElement item in templates.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out JsonElement name) && Text(name) == "default"
                && item.TryGetProperty("template", out JsonElement template))
            {
                return Text(template);
            }
        }

        return null;
    }

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
