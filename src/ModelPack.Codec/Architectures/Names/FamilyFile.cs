using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelPack.Architectures.Names;

/// <summary>The embedded file of a family of models: all that is known of it (docs/families.md).</summary>
/// <param name="Architecture">What GGUF calls it.</param>
/// <param name="Root">The file.</param>
internal sealed record FamilyFile(string Architecture, JsonElement Root)
{
    private const string Prefix = "ModelPack.Codec.Architectures.Families.";

    /// <summary>What GGUF calls every part of a model that sees.</summary>
    public const string TowerArchitecture = "clip";

    private const string TowerPrefix = "ModelPack.Codec.Architectures.Towers.";

    private const string Like = "like";

    private static readonly (string Key, string Field)[] Sizes =
    [
        ("block_count", "layers"), ("context_length", "context"), ("embedding_length", "hidden"),
        ("feed_forward_length", "feed_forward"), ("attention.head_count", "heads"),
    ];

    /// <summary>What says that a key may be missing.</summary>
    private static readonly string[] Lenient = ["optional", "missing", "unwritten", "tensor"];

    /// <summary>Lists that a family adds to those of the one that it is like.</summary>
    private static readonly string[] Added = ["config", "tensors"];

    public static ImmutableArray<FamilyFile> All { get; } =
    [
        .. typeof(FamilyFile).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(Read),
    ];

    /// <summary>Parts of models that see, as files of families: the architecture with the projector behind it.</summary>
    public static ImmutableArray<FamilyFile> Towers { get; } =
    [
        .. typeof(FamilyFile).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(TowerPrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(ReadTower),
    ];

    /// <summary>The name of a tower's table.</summary>
    public static string TowerName(string projector) => $"{TowerArchitecture}/{projector}";

    /// <summary>The tensors in both vocabularies.</summary>
    public JsonElement Tensors { get; } = JoinedExperts.With(Root.GetProperty("tensors"));

    /// <summary>The rows of tensors, numbered as the table of names does.</summary>
    public IEnumerable<(int Order, JsonElement Row)> Rows => Tensors.EnumerateArray().Select((row, order) => (order, row));

    /// <summary>The keys behind the architecture's name without which nobody reads the model.</summary>
    public string Keys => string.Join(
        ' ', KeysOf(Root).Concat(Root.GetProperty("needs").TryGetProperty("keys", out JsonElement keys) ? keys.GetString()!.Split(' ') : [])
            .Concat(
            Root.GetProperty("models").EnumerateArray().Select(KeysOf).Aggregate((some, others) => some.Intersect(others))).Distinct());

    /// <summary>The fields of an object and their texts; none if it is not there.</summary>
    public ImmutableArray<(string Name, string Text)> Pairs(string field) =>
        Root.TryGetProperty(field, out JsonElement pairs)
        ? [.. pairs.EnumerateObject().Select(pair => (pair.Name, pair.Value.GetString()!))]
        : [];

    /// <summary>The fields of an object and their numbers; none if it is not there.</summary>
    public ImmutableArray<(string Name, uint Number)> Numbers(string field) =>
        Root.TryGetProperty(field, out JsonElement pairs)
        ? [.. pairs.EnumerateObject().Select(pair => (pair.Name, pair.Value.GetUInt32()))]
        : [];

    /// <summary>The family that stands for another architecture where a GGUF of that has a key; null if none does.</summary>
    public static string? Standing(string architecture, Func<string, bool> hasKey) => All.FirstOrDefault(
        file => file.Root.TryGetProperty("stands_for", out JsonElement others)
            && others.EnumerateArray().Any(other => other.GetString() == architecture)
            && hasKey(file.Root.GetProperty("stands_key").GetString()!))?.Architecture;

    private static IEnumerable<string> RequiredKeys(JsonElement line)
    {
        if (line.TryGetProperty("sizes", out _))
        {
            return SizeKeys(line);
        }

        if (line.TryGetProperty("dense_layers", out _))
        {
            return ["leading_dense_block_count"];
        }

        if (line.TryGetProperty("mamba2", out _))
        {
            return ["ssm.conv_kernel", "ssm.state_size", "ssm.group_count", "ssm.inner_size", "ssm.time_step_rank"];
        }

        if (line.TryGetProperty("sections", out _))
        {
            return ["rope.dimension_sections"];
        }

        JsonProperty first = line.EnumerateObject().First();
        return first.Name is "count_key" or "float_key" or "flag_key" ? [first.Value.GetString()!]
            : first.Name == "windows" || !line.TryGetProperty("key", out JsonElement key) ? []
            : [key.ValueKind == JsonValueKind.Array ? key[0].GetString()! : key.GetString()!];
    }

    private static IEnumerable<string> KeysOf(JsonElement owner) => !owner.TryGetProperty("config", out JsonElement lines) ? [] : lines
        .EnumerateArray().Where(line => !Lenient.Any(word => line.TryGetProperty(word, out _))).SelectMany(RequiredKeys);

    // A list without names: other lines are about that size.
    private static IEnumerable<string> SizeKeys(JsonElement line) =>
        Sizes.Where(size => !line.TryGetProperty(size.Field, out JsonElement names)
            || (names.ValueKind == JsonValueKind.Array ? names.GetArrayLength() > 0 : names.GetString()!.Length > 0))
            .Select(size => size.Key);

    private static FamilyFile ReadTower(string resource)
    {
        using Stream stream = typeof(FamilyFile).Assembly.GetManifestResourceStream(resource)!;
        using JsonDocument tower = JsonDocument.Parse(stream);
        return new(TowerName(resource[TowerPrefix.Length..]), tower.RootElement.Clone());
    }

    private static FamilyFile Read(string resource)
    {
        string architecture = resource[Prefix.Length..];
        using Stream stream = typeof(FamilyFile).Assembly.GetManifestResourceStream(resource)!;
        using JsonDocument own = JsonDocument.Parse(stream);
        if (!own.RootElement.TryGetProperty(Like, out _))
        {
            return new(architecture, own.RootElement.Clone());
        }

        using JsonDocument whole = JsonDocument.Parse(Whole(architecture).ToJsonString());
        return new(architecture, whole.RootElement.Clone());
    }

    // What a family is like is said once: its fields hold where this one has none, and its lists come before this one's.
    private static JsonObject Whole(string architecture)
    {
        using Stream stream = typeof(FamilyFile).Assembly.GetManifestResourceStream(Prefix + architecture)!;
        JsonObject own = JsonNode.Parse(stream)!.AsObject();
        if (own[Like] is not { } like)
        {
            return own;
        }

        JsonObject whole = Whole(like.GetValue<string>());
        foreach ((string field, JsonNode? value) in own.ToArray())
        {
            own.Remove(field);
            if (value is JsonArray items && Added.Contains(field) && whole[field] is JsonArray list)
            {
                foreach (JsonNode? item in items.ToArray())
                {
                    items.Remove(item);
                    list.Add(item);
                }
            }
            else
            {
                whole[field] = value;
            }
        }

        return whole;
    }
}
