using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace ModelPack.Architectures.Names;

/// <summary>Reads the embedded table of names, hf-names.json.</summary>
internal static class NameTableReader
{
    private const string Resource = "ModelPack.Codec.Architectures.Names";

    private static readonly (string, string)[] UsualEndings = [(".weight", ".weight"), (".bias", ".bias")];

    private static readonly (string, string)[] BlockEndings = [
        (".weight", ""), (".bias", "_bias"), (".weight", BlockTransforms.Codes), (".weight", BlockTransforms.Scales)];

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
                    JoinedExperts.With(architecture.Value), Pairs(root.GetProperty("prefixes"), architecture.Name),
                    Pairs(root.GetProperty("endings"), architecture.Name))))
            .Concat(FamilyFile.All.Concat(FamilyFile.Towers).Select(file => KeyValuePair.Create(
                file.Architecture, Table(file.Tensors, file.Pairs("prefixes"), file.Pairs("endings")))))
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static NameTable Table(
        JsonElement rows, ImmutableArray<(string, string)> prefixes, ImmutableArray<(string, string)> endings) =>
        new(
            [.. rows.EnumerateArray().Select(Rule)],
            prefixes.Contains(("", LanguageModels.Alone)) ? [.. LanguageModels.Prefixes, .. prefixes] : prefixes, endings);

    private static NameRule Rule(JsonElement row, int order)
    {
        string? both = Text(row, "suffix");
        string? gguf = Text(row, "gguf_suffix") ?? both;
        string? huggingFace = Text(row, "hf_suffix") ?? both;
        NameTransform transform = Transform(row);
        (string, string)[] endings = gguf is not null ? [(gguf, huggingFace!)]
            : transform == NameTransform.Interleaved ? BlockEndings : UsualEndings;
        return new NameRule(
            order, new NamePattern(Text(row, "gguf")!), new NamePattern(Text(row, "hf")!), endings, transform, Sides(row))
        {
            With = Text(row, "with") is { } with ? new NamePattern(with) : null,
            Without = Text(row, "without") is { } without ? new NamePattern(without) : null,
            Tokenizers = row.TryGetProperty("tokenizer", out JsonElement kinds)
                ? [.. kinds.EnumerateArray().Select(kind => kind.GetString()!)]
                : [],
            HuggingFaceWith = Text(row, "hf_with") is { } module ? new NamePattern(module) : null,
            HuggingFaceRank = row.TryGetProperty("hf_rank", out JsonElement rank) ? rank.GetInt32() : 0,
            Experts = row.TryGetProperty("experts", out JsonElement experts)
                && experts.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? experts.GetBoolean()
                : null,
            Turns = row.TryGetProperty("turns", out JsonElement turns) && turns.GetBoolean(),
            IsDeep = row.TryGetProperty("deepstack", out JsonElement deep) && deep.GetBoolean(),
            Predicts = row.TryGetProperty("predicts", out JsonElement predicts) && predicts.GetBoolean(),
            Cut = CutRows.Cut(row),
            Take = CutRows.Take(row),
            Parts = Text(row, "parts") is { } parts ? new SizeExpression(parts, CutRows.Letters(row)) : null,
        };
    }

    // What is only a new form (T5, T21) is said by the row's own "form"; it may stand beside another transform.
    private static NameTransform Transform(JsonElement row) =>
        !row.TryGetProperty("transform", out JsonElement transforms) ? NameTransform.None : transforms[0].GetString() switch
    {
        "T1" => NameTransform.HeadRows,
        "T2" => NameTransform.NormPlusOne,
        "T3" => NameTransform.NegativeExponential,
        "T4" => NameTransform.Squeeze,
        "T5" or "T21" => NameTransform.None,
        "T6" => NameTransform.Transpose,
        "T7" => NameTransform.HeadsApart,
        "T8" => NameTransform.GroupsApart,
        "T9" => NameTransform.Stack,
        "T10" => NameTransform.Halves,
        "T11" => NameTransform.Interleaved,
        "T13" => NameTransform.LatentSplit,
        "T15" => NameTransform.Positions,
        "T14" => NameTransform.HeadStack,
        "T22" => NameTransform.Cut,
        "T23" => NameTransform.ZeroRows,
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
