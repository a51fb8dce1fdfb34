using ModelPack.Codec.HuggingFace.Json;
using ModelPack.Codec.HuggingFace.ToGguf;

namespace ModelPack.Codec.HuggingFace.Config;

/// <summary>What makes an embedder of a model: the direction of its attention, and how its vectors become one (hf-companions.md §1.1).</summary>
internal static class EmbeddingFields
{
    private const string Encoder = "sentence_transformers.models.Transformer";
    private const string Pooler = "sentence_transformers.models.Pooling";
    private const long None = 0;
    private const long Rank = 4;

    /// <summary>Decoders say it in a field of their own; the rule of an encoder has said it.</summary>
    public static void Direction(this ConfigBuilder config)
    {
        if (config.Architecture is not ("bert" or "nomic-bert") && config.OptionalBool(Directions.Key) == false)
        {
            config.Fields.Set(Directions.CausalField, false);
        }
    }

    /// <summary>modules.json and the module that it names, as sentence-transformers writes them.</summary>
    public static void Pooling(this ConfigBuilder config)
    {
        if (config.OptionalCount(ToGguf.Pooling.Key) is not { } stated)
        {
            return;
        }

        if (Array.Find(ToGguf.Pooling.Types, known => known.Type == stated) is not { Field: { } chosen })
        {
            if (stated is not (None or Rank))
            {
                config.Note($"{config.Key(ToGguf.Pooling.Key)} is {stated}, for which there is no module");
            }

            return;
        }

        JsonFields pooling = new();
        foreach ((string field, _, _) in ToGguf.Pooling.Types)
        {
            pooling.Set(field, field == chosen);
        }

        if (config.OptionalCount("embedding_length") is { } width)
        {
            pooling.Set("word_embedding_dimension", width);
        }

        config.AddFile(ToGguf.Pooling.Modules, Modules());
        config.AddFile($"{ToGguf.Pooling.UsualFolder}/{CompanionNames.Config}", text => pooling.Write(text));
        config.Note($"{ToGguf.Pooling.Modules} is made from {config.Key(ToGguf.Pooling.Key)}; whether a module normalizes the vectors is lost");
    }

    private static Action<JsonText> Modules() => text =>
    {
        text.StartArray();
        foreach ((long place, string path, string type) in (ReadOnlySpan<(long, string, string)>)[(0, "", Encoder), (1, ToGguf.Pooling.UsualFolder, Pooler)])
        {
            JsonFields module = new();
            module.Set("idx", place);
            module.Set("name", place == 0 ? "0" : "1");
            module.Set("path", path);
            module.Set("type", type);
            module.Write(text);
        }

        text.EndArray();
    };
}
