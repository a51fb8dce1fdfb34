using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace ModelPack.Architectures.Names;

/// <summary>Reads the embedded table of names, hf-names.json.</summary>
internal static class NameTableReader
{
    private const string Resource = "ModelPack.Codec.Architectures.Names";

    private static readonly (string, string)[] UsualEndings = [(".weight", ".weight"), (".bias", ".bias")];

    public static FrozenDictionary<string, NameTable> Read()
    {
        using Stream stream = typeof(NameTableReader).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"resource {Resource} is missing");
        using JsonDocument document = JsonDocument.Parse(stream);
        JsonElement root = document.RootElement;
        return root.GetProperty("architectures").EnumerateObject()
            .Select(architecture => KeyValuePair.Create(
                architecture.Name,
                Table(
                    architecture.Value, Pairs(root.GetProperty("prefixes"), architecture.Name),
                    Pairs(root.GetProperty("endings"), architecture.Name))))
            .Concat(FamilyFile.All.Select(file => KeyValuePair.Create(
                file.Architecture, Table(file.Tensors, file.Pairs("prefixes"), file.Pairs("endings")))))
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static NameTable Table(
        JsonElement rows, ImmutableArray<(string, string)> prefixes, ImmutableArray<(string, string)> endings) =>
        new([.. rows.EnumerateArray().Select(Rule)], prefixes, endings);

    private static NameRule Rule(JsonElement row, int order)
    {
        string? both = Text(row, "suffix");
        string? gguf = Text(row, "gguf_suffix") ?? both;
        string? huggingFace = Text(row, "hf_suffix") ?? both;
        (string, string)[] endings = gguf is null ? UsualEndings : [(gguf, huggingFace!)];
        return new NameRule(
            order, new NamePattern(Text(row, "gguf")!), new NamePattern(Text(row, "hf")!), endings, Transform(row), Sides(row))
        {
            With = Text(row, "with") is { } with ? new NamePattern(with) : null,
            HuggingFaceWith = Text(row, "hf_with") is { } module ? new NamePattern(module) : null,
            HuggingFaceRank = row.TryGetProperty("hf_rank", out JsonElement rank) ? rank.GetInt32() : 0,
        };
    }

    /// <summary>Where a row states two, the first alone decides that its values are out of reach.</summary>
    private static NameTransform Transform(JsonElement row) =>
        !row.TryGetProperty("transform", out JsonElement transforms) ? NameTransform.None : transforms[0].GetString() switch
    {
        "T1" => NameTransform.HeadRows,
        "T2" => NameTransform.NormPlusOne,
        "T3" => NameTransform.NegativeExponential,
        "T4" => NameTransform.Squeeze,
        "T5" => NameTransform.Column,
        "T6" => NameTransform.Transpose,
        "T7" => NameTransform.HeadsApart,
        "T8" => NameTransform.GroupsApart,
        "T9" => NameTransform.Stack,
        "T10" => NameTransform.Halves,
        "T11" => NameTransform.Interleaved,
        "T13" => NameTransform.LatentSplit,
        "T14" => NameTransform.HeadStack,
        string other => throw new InvalidOperationException($"unknown transform {other} in the table of names"),
        null => throw new InvalidOperationException("a transform without a name in the table of names"),
    };

    private static NameSides Sides(JsonElement row) => Text(row, "only") switch
    {
        null => NameSides.Both,
        "gguf" => NameSides.Gguf,
        "hf" => NameSides.HuggingFace,
        string other => throw new InvalidOperationException($"unknown side {other} in the table of names"),
    };

    private static ImmutableArray<(string, string)> Pairs(JsonElement all, string architecture) =>
        all.TryGetProperty(architecture, out JsonElement pairs)
        ? [.. pairs.EnumerateObject().Select(pair => (pair.Name, pair.Value.GetString()!))]
        : [];

    private static string? Text(JsonElement row, string field) =>
        row.TryGetProperty(field, out JsonElement value) ? value.GetString() : null;
}
