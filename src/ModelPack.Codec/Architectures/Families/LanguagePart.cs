using System.Collections.Frozen;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>A model that sees or hears keeps what its language model states in an object of its own (formats/architectures, gemma3): the
/// architectures of GGUF are those of the language model.</summary>
internal static class LanguagePart
{
    /// <summary>What the outer object says of the model as a whole.</summary>
    private static readonly FrozenSet<string> Shared = new[]
    {
        "architectures", "_name_or_path", "torch_dtype", "dtype", "tie_word_embeddings", "bos_token_id", "eos_token_id", "pad_token_id",
        "quantization_config", "vision_config",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The config of the language model: the whole config, where there is no other.</summary>
    public static ConfigObject Of(ConfigObject config)
    {
        foreach (string field in LanguageModels.Objects)
        {
            if (config.IsObject(field) && config.Object(field) is { } inner && inner.Text("model_type") is not null)
            {
                return inner.With(config, Shared);
            }
        }

        return config;
    }
}
