using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Reads the files of families; docs/families.md says what their fields mean.</summary>
internal static class FamilyReader
{
    public static Family Read(FamilyFile file) => new(
        file.Architecture,
        [.. file.Root.GetProperty("models").EnumerateArray().Select(Model)],
        file.Rows.Where(row => row.Row.TryGetProperty("shape", out _)).ToImmutableDictionary(
            row => row.Order,
            row => row.Row.GetProperty("shape").EnumerateArray().Select(term => new ShapeTerm(term.GetString()!)).ToImmutableArray()),
        Parts(file.Root),
        Text(file.Root, "rope") switch
        {
            null or "none" => RopePairs.None,
            "halves" => RopePairs.Halves,
            "neighbours" => RopePairs.Neighbours,
            "moved" => RopePairs.Moved,
            { } other => throw new InvalidOperationException($"{file.Architecture}: unknown rope '{other}'"),
        })
    {
        LayersField = Text(file.Root, "layers") ?? "num_hidden_layers",
        FurtherLayersField = Text(file.Root, "further_layers"),
        Experts = file.Rows
            .Where(row => row.Row.TryGetProperty("experts", out JsonElement counted) && counted.ValueKind == JsonValueKind.String)
            .ToImmutableDictionary(row => row.Order, row => Text(row.Row, "experts")!),
        NamedTokens =
        [
            .. file.Pairs("tokens").Select(pair => new NamedToken(pair.Name, pair.Text, null)),
            .. file.Numbers("ids").Select(pair => new NamedToken(pair.Name, null, pair.Number) { IsDefault = true }),
        ],
        Quantized = file.Root.TryGetProperty("quantized", out JsonElement methods)
            ? [.. methods.EnumerateArray().Select(method => method.GetString()!)]
            : [],
        Defaults = file.Root.TryGetProperty("defaults", out JsonElement defaults) ? defaults : null,
        IsEncoder = file.Root.TryGetProperty("encoder", out JsonElement encoder) && encoder.GetBoolean(),
    };

    private static FamilyModel Model(JsonElement model) => new(
        Text(model, "type")!, Text(model, "class")!, Parts(model), Text(model, "sign_key"), Text(model, "sign_tensor"))
    {
        ArchitectureOf = Text(model, "architecture") is { } rule ? FamilyRules.Architecture(rule) : null,
        Sign = Text(model, "sign_rule") is { } sign ? FamilyRules.Sign(sign) : null,
        Within = Text(model, "within"),
        Needs = model.TryGetProperty("needs", out JsonElement needs) ? RequiredTensors.OfClass(needs) : null,
        SignTokenizer = Text(model, "sign_tokenizer"),
        HeadClass = Text(model, "head"),
        When = Text(model, "when"),
        WhenNot = Text(model, "when_not"),
        WhenClass = model.TryGetProperty("when_class", out JsonElement classes)
            ? [.. classes.EnumerateArray().Select(name => name.GetString()!)]
            : [],
    };

    private static ImmutableArray<ConfigPart> Parts(JsonElement owner) =>
        owner.TryGetProperty("config", out JsonElement parts) ? [.. parts.EnumerateArray().Select(ConfigPartReader.Read)] : [];

    private static string? Text(JsonElement owner, string field) =>
        owner.TryGetProperty(field, out JsonElement value) ? value.GetString() : null;
}
