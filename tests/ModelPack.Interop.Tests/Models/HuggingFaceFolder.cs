using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelPack.Codec.IO;
using ModelPack.Codec.SafeTensors;
using ModelPack.Codec.Tensors;

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
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), Sorted(Generation(model.Tokenizer)) + "\n");
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer(model.Tokenizer).ToJsonString(Indented));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), TokenizerConfig(model.Tokenizer, model.Context).ToJsonString(Indented) + "\n");
        File.WriteAllText(Path.Combine(folder, "special_tokens_map.json"), SpecialTokens(model.Tokenizer).ToJsonString(Indented) + "\n");
    }

    public static void WriteWeights(TinyModel model, IEnumerable<ModelTensor> weights, string path)
    {
        ModelTensor[] tensors = [.. weights];
        byte[][] payloads = [.. tensors.Select(tensor => tensor.Payload(model.Type))];
        SafeTensorsModel layout = new(
            [new("format", "pt")],
            [.. tensors.Select((tensor, index) => new SafeTensorsModelTensor(tensor.Name, model.Type, tensor.Shape, payloads[index].Length))]);
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
        Dictionary<string, string> fields = new()
        {
            ["bos_token_id"] = $"{tokenizer.Id(tokenizer.Bos ?? tokenizer.Pad!)}",
            ["eos_token_id"] = $"{tokenizer.Id(tokenizer.Eos)}",
        };
        if (tokenizer.Pad is not null)
        {
            fields["pad_token_id"] = $"{tokenizer.Id(tokenizer.Pad)}";
        }

        return fields;
    }

    private static string Sorted(Dictionary<string, string> fields) =>
        "{\n" + string.Join(",\n", fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"  \"{field.Key}\": {field.Value}")) + "\n}";

    private static JsonObject Tokenizer(TinyTokenizer tokenizer) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. tokenizer.Special.Select(token => AddedToken(tokenizer, token))]),
        ["normalizer"] = JsonNode.Parse(tokenizer.Normalizer),
        ["pre_tokenizer"] = JsonNode.Parse(tokenizer.PreTokenizer),
        ["post_processor"] = PostProcessor(tokenizer),
        ["decoder"] = JsonNode.Parse(TinyTokenizer.ByteLevel(true, prefixSpace: true)),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = tokenizer.IgnoresMerges,
            ["vocab"] = new JsonObject(Vocabulary(tokenizer).Select(token => KeyValuePair.Create(token, (JsonNode?)tokenizer.Id(token)))),
            ["merges"] = new JsonArray([.. tokenizer.Merges.Select(merge => new JsonArray(merge.Left, merge.Right))]),
        },
    };

    // GPT-2's own special token stands among the ordinary ones too.
    private static IEnumerable<string> Vocabulary(TinyTokenizer tokenizer) =>
        tokenizer.Class == "GPT2Tokenizer" ? tokenizer.Ordinary.Concat(tokenizer.Special) : tokenizer.Ordinary;

    private static JsonObject AddedToken(TinyTokenizer tokenizer, string token) => new()
    {
        ["id"] = tokenizer.Id(token),
        ["content"] = token,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static JsonNode PostProcessor(TinyTokenizer tokenizer)
    {
        JsonNode bytes = JsonNode.Parse(TinyTokenizer.ByteLevel(true, prefixSpace: true, trimOffsets: false))!;
        if (!tokenizer.AddsBos)
        {
            return bytes;
        }

        string bos = tokenizer.Bos!;
        string template = $$$"""
            {"type":"TemplateProcessing",
             "single":[{"SpecialToken":{"id":"{{{bos}}}","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
             "pair":[{"SpecialToken":{"id":"{{{bos}}}","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                     {"SpecialToken":{"id":"{{{bos}}}","type_id":1}},{"Sequence":{"id":"B","type_id":1}}],
             "special_tokens":{"{{{bos}}}":{"id":"{{{bos}}}","ids":[{{{tokenizer.Id(bos)}}}],"tokens":["{{{bos}}}"]} } }
            """;
        return new JsonObject { ["type"] = "Sequence", ["processors"] = new JsonArray(bytes, JsonNode.Parse(template)) };
    }

    private static JsonObject TokenizerConfig(TinyTokenizer tokenizer, int context)
    {
        JsonObject fields = new()
        {
            ["added_tokens_decoder"] = new JsonObject(tokenizer.Special.Select(token =>
            {
                JsonObject entry = AddedToken(tokenizer, token);
                entry.Remove("id");
                return KeyValuePair.Create($"{tokenizer.Id(token)}", (JsonNode?)entry);
            })),
            ["bos_token"] = tokenizer.Bos,
            ["chat_template"] = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}",
            ["clean_up_tokenization_spaces"] = tokenizer.CleansUp,
            ["eos_token"] = tokenizer.Eos,
            ["model_max_length"] = context,
            ["pad_token"] = tokenizer.Pad,
            ["tokenizer_class"] = tokenizer.Class,
        };
        if (tokenizer.Pad is null)
        {
            fields.Remove("pad_token");
        }

        return fields;
    }

    private static JsonObject SpecialTokens(TinyTokenizer tokenizer) => new(
        ((string Key, string? Token)[])[("bos_token", tokenizer.Bos), ("eos_token", tokenizer.Eos), ("pad_token", tokenizer.Pad)] is { } entries
            ? entries.Where(entry => entry.Token is not null).Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Token))
            : []);
}
