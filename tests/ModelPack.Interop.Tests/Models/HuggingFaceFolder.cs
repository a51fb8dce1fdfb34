using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelPack.Formats;
using ModelPack.Formats.SafeTensors;

namespace ModelPack.Interop.Tests.Models;

/// <summary>Writes a small model as transformers does: config, tokenizer and weights in a folder (hf-companions.md §1, §2).</summary>
internal static class HuggingFaceFolder
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(TinyModel model, string folder)
    {
        Directory.CreateDirectory(folder);
        WriteWeights(model, model.Tensors, Path.Combine(folder, "model.safetensors"));
        File.WriteAllText(Path.Combine(folder, "config.json"), Config(model));
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), model.Tokenizer.Json().ToJsonString(Indented));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), TokenizerConfig(model).ToJsonString(Indented) + "\n");
        File.WriteAllText(Path.Combine(folder, "special_tokens_map.json"), SpecialTokens(model.Tokenizer).ToJsonString(Indented) + "\n");
        if (!model.IsEncoder)
        {
            File.WriteAllText(Path.Combine(folder, "generation_config.json"), Sorted(Generation(model.Tokenizer)) + "\n");
        }

        foreach ((string name, string text) in model.FurtherFiles)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    public static void WriteWeights(TinyModel model, IEnumerable<ModelTensor> weights, string path)
    {
        ModelTensor[] tensors = [.. weights];
        byte[][] payloads = [.. tensors.Select(tensor => tensor.Payload(model.Type))];
        SafeTensorsModel layout = new(
            [new("format", "pt")],
            [.. tensors.Select(
                (tensor, index) => new StoredTensor(tensor.Name, model.Type, tensor.Shape, payloads[index].Length))]);
        PlanWriter.Write(SafeTensorsWriter.Plan(layout), payloads, path);
    }

    private static string Config(TinyModel model)
    {
        TinyTokenizer tokenizer = model.Tokenizer;
        Dictionary<string, string> fields = new(model.Config())
        {
            ["architectures"] = $"[\n    \"{model.Names.Class}\"\n  ]",
            ["model_type"] = $"\"{model.Names.ModelType}\"",
            ["torch_dtype"] = model.Type == TensorType.F32 ? "\"float32\"" : "\"bfloat16\"",
            ["transformers_version"] = "\"4.51.3\"",
            ["use_cache"] = "true",
            ["vocab_size"] = $"{tokenizer.VocabularySize}",
        };
        foreach ((string field, string id) in TokenIds(tokenizer))
        {
            fields[field] = id;
        }

        return Sorted(fields) + "\n";
    }

    private static Dictionary<string, string> Generation(TinyTokenizer tokenizer) =>
        new(TokenIds(tokenizer)) { ["_from_model_config"] = "true", ["transformers_version"] = "\"4.51.3\"" };

    private static Dictionary<string, string> TokenIds(TinyTokenizer tokenizer)
    {
        Dictionary<string, string> fields = tokenizer.Roles.Where(role => role.Role is "bos" or "eos" or "pad")
            .ToDictionary(role => $"{role.Role}_token_id", role => $"{tokenizer.Id(role.Token)}");
        if (tokenizer.Eos is not null && tokenizer.Bos is null)
        {
            // Qwen names one, though its tokenizer does not know it.
            fields["bos_token_id"] = fields["pad_token_id"];
        }

        return fields;
    }

    private static string Sorted(Dictionary<string, string> fields) =>
        "{\n" + string.Join(
            ",\n", fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"  \"{field.Key}\": {field.Value}")) + "\n}";

    private static JsonObject TokenizerConfig(TinyModel model)
    {
        TinyTokenizer tokenizer = model.Tokenizer;
        JsonObject fields = new()
        {
            ["added_tokens_decoder"] = new JsonObject(tokenizer.Special.Select(token =>
            {
                JsonObject entry = tokenizer.AddedToken(token);
                entry.Remove("id");
                return KeyValuePair.Create($"{tokenizer.Id(token)}", (JsonNode?)entry);
            })),
            ["clean_up_tokenization_spaces"] = tokenizer.CleansUp,
            ["model_max_length"] = model.Context,
            ["tokenizer_class"] = tokenizer.Class,
        };
        if (!model.IsEncoder)
        {
            fields["bos_token"] = null;
            fields["chat_template"] = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}";
        }

        foreach ((string role, string token) in tokenizer.Roles)
        {
            fields[$"{role}_token"] = token;
        }

        return fields;
    }

    private static JsonObject SpecialTokens(TinyTokenizer tokenizer) =>
        new(tokenizer.Roles.Select(role => KeyValuePair.Create($"{role.Role}_token", (JsonNode?)role.Token)));
}
