using ModelPack.IO.Json;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Rules;

/// <summary>What makes an embedder of a model: the direction of its attention, and how its vectors become one (hf-companions.md
/// §1.1).</summary>
internal static class EmbeddingFields
{
    private const string Encoder = "sentence_transformers.models.Transformer";
    private const string Pooler = "sentence_transformers.models.Pooling";
    private const long None = 0;
    private const long Rank = 4;

    /// <summary>Decoders say it in a field of their own; the rule of an encoder has said it.</summary>
    public static void Direction(this ConfigWriter config)
    {
        if (config.Architecture is not ("bert" or "nomic-bert") && config.OptionalBool(Directions.Key) == false)
        {
            config.Fields.Set(Directions.CausalField, false);
        }
    }

    /// <summary>modules.json and the module that it names, as sentence-transformers writes them.</summary>
    public static void Pooling(this ConfigWriter config)
    {
        if (config.OptionalCount(ModelPack.Architectures.Rules.Pooling.Key) is not { } stated)
        {
            return;
        }

        if (Array.Find(ModelPack.Architectures.Rules.Pooling.Types, known => known.Type == stated) is not { Field: { } chosen })
        {
            if (stated is not (None or Rank))
            {
                config.Note($"{config.Key(ModelPack.Architectures.Rules.Pooling.Key)} is {stated}, for which there is no module");
            }

            return;
        }

        JsonFields pooling = new();
        foreach ((string field, _, _) in ModelPack.Architectures.Rules.Pooling.Types)
        {
            pooling.Set(field, field == chosen);
        }

        if (config.OptionalCount("embedding_length") is { } width)
        {
            pooling.Set("word_embedding_dimension", width);
        }

        config.AddFile(ModelPack.Architectures.Rules.Pooling.Modules, Modules());
        config.AddFile($"{ModelPack.Architectures.Rules.Pooling.UsualFolder}/{CompanionNames.Config}", text => pooling.Write(text));
        config.Note(
            $"{ModelPack.Architectures.Rules.Pooling.Modules} is made from {config.Key(ModelPack.Architectures.Rules.Pooling.Key)}; "
                + $"whether a module normalizes the vectors is lost");
    }

    private static Action<JsonText> Modules() => text =>
    {
        text.StartArray();
        foreach ((long place, string path, string type) in (ReadOnlySpan<(long, string, string)>)[
            (0, "", Encoder), (1, ModelPack.Architectures.Rules.Pooling.UsualFolder, Pooler)])
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
