using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Architectures.Names;

namespace ModelPack.Architectures.Families;

/// <summary>Reads the embedded files of families; docs/families.md says what their fields mean.</summary>
internal static class FamilyReader
{
    private const string Prefix = "ModelPack.Codec.Architectures.Families.";

    public static IEnumerable<Family> All() =>
        from name in typeof(FamilyReader).Assembly.GetManifestResourceNames()
        where name.StartsWith(Prefix, StringComparison.Ordinal)
        select Read(name);

    private static Family Read(string resource)
    {
        using Stream stream = typeof(FamilyReader).Assembly.GetManifestResourceStream(resource)!;
        using JsonDocument document = JsonDocument.Parse(stream);
        JsonElement root = document.RootElement;
        JsonElement rows = root.GetProperty("tensors");
        ImmutableArray<ConfigPart> parts = Parts(root, "config");
        JsonElement needs = root.GetProperty("needs");
        return new(
            resource[Prefix.Length..],
            [.. root.GetProperty("models").EnumerateArray().Select(
                model => new FamilyModel(
                    Text(model, "type")!, Text(model, "class")!, Parts(model, "config"), Text(model, "sign_key"), Text(model, "sign_tensor")))],
            NameTableReader.Table(rows, Pairs(root, "prefixes"), Pairs(root, "endings")),
            Shapes(rows),
            parts,
            new(
                string.Join(' ', parts.SelectMany(part => part.RequiredKeys).Distinct()), Text(needs, "outside") ?? "",
                Text(needs, "layer") ?? ""),
            Text(root, "rope") switch
            {
                null or "none" => RopePairs.None,
                "halves" => RopePairs.Halves,
                "neighbours" => RopePairs.Neighbours,
                "moved" => RopePairs.Moved,
                { } other => throw new InvalidOperationException($"{resource}: unknown rope '{other}'"),
            })
        {
            LayersField = Text(root, "layers") ?? "num_hidden_layers",
            FurtherLayersField = Text(root, "further_layers"),
            Experts = Numbered(rows).Where(row => row.Row.TryGetProperty("experts", out _)).ToImmutableDictionary(
                row => row.Order, row => Text(row.Row, "experts")!),
            NamedTokens = Pairs(root, "tokens"),
        };
    }

    private static ImmutableDictionary<int, ImmutableArray<ShapeTerm>> Shapes(JsonElement rows) =>
        Numbered(rows).Where(row => row.Row.TryGetProperty("shape", out _)).ToImmutableDictionary(
            row => row.Order,
            row => row.Row.GetProperty("shape").EnumerateArray().Select(term => new ShapeTerm(term.GetString()!)).ToImmutableArray());

    private static IEnumerable<(JsonElement Row, int Order)> Numbered(JsonElement rows) =>
        rows.EnumerateArray().Select((row, order) => (row, order));

    private static ImmutableArray<ConfigPart> Parts(JsonElement owner, string field) =>
        owner.TryGetProperty(field, out JsonElement parts) ? [.. parts.EnumerateArray().Select(ConfigPartReader.Read)] : [];

    private static ImmutableArray<(string, string)> Pairs(JsonElement owner, string field) =>
        owner.TryGetProperty(field, out JsonElement pairs)
        ? [.. pairs.EnumerateObject().Select(pair => (pair.Name, pair.Value.GetString()!))]
        : [];

    private static string? Text(JsonElement owner, string field) =>
        owner.TryGetProperty(field, out JsonElement value) ? value.GetString() : null;
}
