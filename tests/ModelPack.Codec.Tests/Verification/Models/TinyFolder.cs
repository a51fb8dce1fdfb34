using System.Text.Json;

namespace ModelPack.Codec.Tests.Verification.Models;

/// <summary>The small model as a Hugging Face folder with companions.</summary>
internal static class TinyFolder
{
    public static Dictionary<string, object?> Config() => new()
    {
        ["architectures"] = new[] { "Qwen2ForCausalLM" },
        ["model_type"] = "qwen2",
        ["num_hidden_layers"] = TinyModel.Layers,
        ["hidden_size"] = TinyModel.Hidden,
        ["intermediate_size"] = TinyModel.FeedForward,
        ["num_attention_heads"] = TinyModel.Heads,
        ["num_key_value_heads"] = TinyModel.KeyValueHeads,
        ["vocab_size"] = TinyModel.Tokens.Count,
        ["eos_token_id"] = TinyModel.End,
    };

    public static Dictionary<string, object?> Tokenizer() => new()
    {
        ["version"] = "1.0",
        ["added_tokens"] = TinyModel.Tokens.Skip(TinyModel.End)
            .Select((text, i) => new { id = TinyModel.End + i, content = text, special = true }),
        ["model"] = new
        {
            type = "BPE",
            vocab = TinyModel.Tokens.Take(TinyModel.End).Select((text, i) => (text, i)).ToDictionary(token => token.text, token => token.i),
            merges = TinyModel.Merges.Select(merge => merge.Split(' ')),
        },
    };

    /// <summary>Writes the folder; a companion that is given replaces the right one, null leaves it out.</summary>
    public static string Write(
        ModelFolder folder, string name = "tiny", EditableModel? model = null, params (string Name, object? Content)[] companions)
    {
        Dictionary<string, object?> files = new()
        {
            ["config.json"] = Config(),
            ["tokenizer.json"] = Tokenizer(),
            ["tokenizer_config.json"] = new { chat_template = TinyModel.Template },
        };
        foreach ((string file, object? content) in companions)
        {
            files[file] = content;
        }

        folder.Write($"{name}/model", model ?? TinyModel.SafeTensors());
        foreach ((string file, object? content) in files.Where(file => file.Value is not null))
        {
            folder.Write($"{name}/{file}", content as string ?? JsonSerializer.Serialize(content));
        }

        return folder[name];
    }
}
