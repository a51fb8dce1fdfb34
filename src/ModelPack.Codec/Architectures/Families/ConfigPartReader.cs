using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Reads a line of a family's config: what it is stands in its first field.</summary>
internal static class ConfigPartReader
{
    public static ConfigPart Read(JsonElement line) => line.EnumerateObject().First().Name switch
    {
        "count" or "count_key" => new CountPart(Texts(line, "count"), Keys(line))
        {
            Absent = Number(line, "absent"),
            Missing = Number(line, "missing"),
            Unwritten = Number(line, "unwritten"),
            Allowed = Items(line, "is", item => item.GetInt64()),
            IsOptional = Flag(line, "optional"),
            Least = Number(line, "least") ?? 0,
            Most = Text(line, "most"),
        },
        "float" or "float_key" => new FloatPart(Texts(line, "float"), Keys(line))
        {
            Absent = Single(line, "absent"),
            Missing = Single(line, "missing"),
            Unwritten = Single(line, "unwritten"),
            Allowed = Items(line, "is", item => item.GetSingle()),
            IsOptional = Flag(line, "optional"),
        },
        "flag" or "flag_key" => new FlagPart(Texts(line, "flag"), Keys(line))
        {
            Absent = Optional(line, "absent")?.GetBoolean(),
            Missing = Optional(line, "missing")?.GetBoolean(),
            Unwritten = Optional(line, "unwritten")?.GetBoolean(),
            Allowed = Items(line, "is", item => item.GetBoolean()),
            IsOptional = Flag(line, "optional"),
            Tensor = Optional(line, "tensor")?.GetString(),
        },
        "word" => new WordPart(
            line.GetProperty("word").GetString()!, line.GetProperty("key").GetString()!,
            line.GetProperty("words").EnumerateObject().ToFrozenDictionary(pair => pair.Name, pair => pair.Value.GetInt64()))
        {
            Absent = Optional(line, "absent")?.GetString(),
            Missing = Optional(line, "missing")?.GetString(),
        },
        "text" => new TextPart(line.GetProperty("text").GetString()!, Texts(line, "is")),
        "text_key" => new ConstantTextPart(line.GetProperty("text_key").GetString()!, line.GetProperty("absent").GetString()!),
        "lost" => new LostPart(Texts(line, "lost")),
        "unset" => new UnsetPart(Texts(line, "unset")),
        "no_window" => new NoWindowPart(line.GetProperty("no_window").GetBoolean()),
        "sizes" => Sizes(line),
        "rope" => Rope(line),
        "windows" => new WindowLayersPart(
            line.GetProperty("windows").GetInt32(), Flag(line, "key"), Text(line, "layers") ?? "num_hidden_layers"),
        "tied" => new TiedPart(Text(line, "output") ?? "lm_head.weight", line.GetProperty("tied").GetBoolean())
        {
            Only = Optional(line, "only")?.GetBoolean(),
        },
        "dense_layers" => new DenseLayersPart(line.GetProperty("dense_layers").GetString()!, Number(line, "absent")),
        "mamba2" => Mamba2(line),
        "sections" => new SectionsPart([.. Items(line, "sections", item => item.GetInt64())]),
        "rule" => FamilyRules.Find(line.GetProperty("rule").GetString()!),
        { } other => throw new InvalidOperationException($"unknown line '{other}' in the config of a family"),
    };

    private static SizesPart Sizes(JsonElement line)
    {
        SizeNames usual = SizeNames.Usual;
        return new(
            new(
                Names("layers", usual.Layers), Names("context", usual.Context), Names("hidden", usual.Hidden),
                Names("feed_forward", usual.FeedForward), Names("heads", usual.Heads), Names("kv_heads", usual.KvHeads)),
            line.GetProperty("sizes").GetString() switch
            {
                "head_dim" => HeadWidth.Stated,
                "heads" => HeadWidth.Implied,
                "no_heads" => HeadWidth.None,
                { } other => throw new InvalidOperationException($"unknown sizes '{other}'"),
                null => HeadWidth.Implied,
            },
            Number(line, "head_absent"))
        {
            FurtherLayers = Text(line, "further_layers"),
            PositionsBehind = Text(line, "positions_behind"),
        };

        // An empty list, or an empty name: other lines are about that size.
        string[] Names(string field, string[] others) =>
            Optional(line, field) is null ? others : [.. Texts(line, field).Where(name => name.Length > 0)];
    }

    private static Mamba2Part Mamba2(JsonElement line)
    {
        JsonElement names = line.GetProperty("mamba2");
        return new(
            new(
                Text(names, "kernel")!, Text(names, "state")!, Text(names, "groups")!, Text(names, "heads")!, Text(names, "head")!,
                Text(names, "inner"), Text(names, "expand")),
            Optional(line, "absent")?.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetInt64()) ?? []);
    }

    private static RopePart Rope(JsonElement line) => new(
        line.GetProperty("rope").GetString() switch
        {
            "whole" => RotaryPart.Whole,
            "whole_with_key" => RotaryPart.WholeWithKey,
            "partial" => RotaryPart.Partial,
            "counted" => RotaryPart.Counted,
            { } other => throw new InvalidOperationException($"unknown rope '{other}'"),
            null => RotaryPart.Whole,
        },
        Texts(line, "part") is { IsEmpty: false } names ? names : ["partial_rotary_factor"],
        Optional(line, "part_absent")?.GetDouble())
    {
        BaseAbsent = Single(line, "base_absent"),
        Truncates = Optional(line, "truncates")?.GetBoolean() ?? true,
        FactorField = Text(line, "factor"),
        Scalings = Text(line, "scaling") switch
        {
            null => RopeScalings.Any,
            "stated" => RopeScalings.Stated,
            "none" => RopeScalings.None,
            "unit" => RopeScalings.Unit,
            { } other => throw new InvalidOperationException($"unknown scaling '{other}'"),
        },
        LocalAbsent = Single(line, "local_absent"),
    };

    // A constant has its key in the first field.
    private static ImmutableArray<string> Keys(JsonElement line) =>
        line.EnumerateObject().First() is { Name: var name } first && name.EndsWith("_key", StringComparison.Ordinal)
        ? [first.Value.GetString()!]
        : Texts(line, "key");

    private static ImmutableArray<string> Texts(JsonElement line, string field) => Items(line, field, item => item.GetString()!);

    private static ImmutableArray<T> Items<T>(JsonElement line, string field, Func<JsonElement, T> read) => Optional(line, field) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } items => [.. items.EnumerateArray().Select(read)],
        { } item => [read(item)],
    };

    private static long? Number(JsonElement line, string field) => Optional(line, field)?.GetInt64();

    private static float? Single(JsonElement line, string field) => Optional(line, field)?.GetSingle();

    private static bool Flag(JsonElement line, string field) => Optional(line, field)?.GetBoolean() ?? false;

    private static string? Text(JsonElement line, string field) => Optional(line, field)?.GetString();

    private static JsonElement? Optional(JsonElement line, string field) =>
        line.TryGetProperty(field, out JsonElement value) ? value : null;
}
