using System.Globalization;
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
        if (!config.IsEncoder && config.Architecture != "nomic-bert" && config.OptionalBool(Directions.Key) == false)
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

        config.AddFile(ModelPack.Architectures.Rules.Pooling.Modules, Modules(config.Modules));
        config.AddFile($"{ModelPack.Architectures.Rules.Pooling.UsualFolder}/{CompanionNames.Config}", text => pooling.Write(text));
        config.Note(
            $"{ModelPack.Architectures.Rules.Pooling.Modules} is made from {config.Key(ModelPack.Architectures.Rules.Pooling.Key)}; "
                + $"whether a module normalizes the vectors is lost");
    }

    private static Action<JsonText> Modules(List<(string Path, string Type)> further) => text =>
    {
        text.StartArray();
        long place = 0;
        foreach ((string path, string type) in (ReadOnlySpan<(string, string)>)[
            ("", Encoder), (ModelPack.Architectures.Rules.Pooling.UsualFolder, Pooler), .. further])
        {
            JsonFields module = new();
            module.Set("idx", place);
            module.Set("name", place.ToString(CultureInfo.InvariantCulture));
            place++;
            module.Set("path", path);
            module.Set("type", type);
            module.Write(text);
        }

        text.EndArray();
    };
}
