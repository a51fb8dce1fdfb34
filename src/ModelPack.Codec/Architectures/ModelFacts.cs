using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Architectures.Names;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures;

/// <summary>What moving or renaming tensors needs to know of a model, read from GGUF keys (hf-companions.md §1.1). Nothing is guessed: a
/// missing key is null, or an error where it is required.</summary>
internal sealed class ModelFacts
{
    private const string HeadCountKey = "attention.head_count";
    private const string HeadCountKvKey = "attention.head_count_kv";
    private const string KeyLengthKey = "attention.key_length";
    private const string ValueLengthKey = "attention.value_length";
    private const string TokenizerKey = "tokenizer.ggml.model";
    private const string TokensKey = "tokenizer.ggml.tokens";
    private const string PaddingKey = "tokenizer.ggml.padding_token_id";
    private const string FeedForwardKey = "feed_forward_length";

    private readonly MetadataKeys keys;

    private ModelFacts(string architecture, MetadataKeys keys)
    {
        Architecture = architecture;
        this.keys = keys;
    }

    public string Architecture { get; }

    /// <summary>The kind of tokenizer; null if no key says it.</summary>
    public string? Tokenizer => keys.Text(TokenizerKey).Value;

    /// <summary>The token that fills up a text; null if no key says it.</summary>
    public long? PaddingToken => Accept(keys.Count(PaddingKey));

    /// <summary>What brings pictures to the language model, where the file holds the part that sees; null for every other one.</summary>
    public string? Projector => Architecture != FamilyFile.TowerArchitecture ? null
        : keys.Text(Key("projector_type")).Value ?? keys.Text(Key("vision.projector_type")).Value;

    /// <summary>The layers of it into which a picture enters too.</summary>
    public ImmutableArray<int> DeepLayers => keys.Bools(Key("vision.is_deepstack_layers")).Value is { } flags
        ? [.. Enumerable.Range(0, flags.Length).Where(layer => flags[layer])]
        : [];

    /// <summary>Rows of tables before the zeros at their ends, by the names of the tables.</summary>
    public ImmutableDictionary<string, long> OwnRows { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>The number of tokens; null if no key lists them.</summary>
    public long? TokenCount => keys.Find(TokensKey) is { Type: GgufValueType.Array } tokens ? tokens.Count : null;

    public long? ContextLength => Find("context_length");

    public long? LayerCount => Find("block_count");

    /// <summary>The first of the layers behind the others that predict further tokens; null if it is not known.</summary>
    public int? FirstPredictingLayer =>
        LayerCount - (Find("nextn_predict_layers") ?? 0) is >= 0 and <= int.MaxValue and { } first ? (int)first : null;

    public long? EmbeddingLength => Find("embedding_length");

    /// <summary>Width of a head in q and k, if a key states it.</summary>
    public long? KeyLength => Find(KeyLengthKey);

    public long? KeyLengthMla => Find("attention.key_length_mla");

    public long? ValueLengthMla => Find("attention.value_length_mla");

    public long? KvLoraRank => Find("attention.kv_lora_rank");

    public long? RopeDimension => Find("rope.dimension_count");

    public long? ExpertCount => Find("expert_count");

    public static ModelFacts From(
        string architecture, IReadOnlyList<MetadataEntry> entries, ImmutableDictionary<string, long>? ownRows = null) =>
        new(architecture, new MetadataKeys(entries)) { OwnRows = ownRows ?? ImmutableDictionary<string, long>.Empty };

    /// <summary>Whether there is a key behind the architecture's name.</summary>
    public bool Has(string name) => keys.Find(Key(name)) is not null;

    public string Key(string name) => $"{Architecture}.{name}";

    /// <summary>Query heads of a layer.</summary>
    public long? HeadCount(int layer) => OfLayer(HeadCountKey, layer);

    /// <summary>Key and value heads of a layer; as many as query heads if no key says otherwise.</summary>
    public long? HeadCountKv(int layer) => OfLayer(HeadCountKvKey, layer) ?? HeadCount(layer);

    public long? FeedForwardLength(int layer) => OfLayer(FeedForwardKey, layer);

    public long RequireHeadCount(int layer) => Require(HeadCount(layer), HeadCountKey);

    public long RequireHeadCountKv(int layer) => Require(HeadCountKv(layer), HeadCountKvKey);

    public long RequireRopeDimension() => Require(RopeDimension, "rope.dimension_count");

    public long RequireKeyLengthMla() => Require(KeyLengthMla, "attention.key_length_mla");

    public long RequireValueLengthMla() => Require(ValueLengthMla, "attention.value_length_mla");

    /// <summary>The numbers behind keys, as sizes of a layer's tensors: a list has one for each layer. What llama.cpp takes where a key is
    /// missing counts.</summary>
    /// <param name="layer">The layer; -1 outside the layers.</param>
    public Func<string, long> Sizes(int layer) => name => name switch
    {
        HeadCountKvKey => RequireHeadCountKv(Math.Max(layer, 0)),
        KeyLengthKey or ValueLengthKey when Find(name) is null =>
            Require(EmbeddingLength, "embedding_length") / RequireHeadCount(Math.Max(layer, 0)),
        _ => Require(OfLayer(name, Math.Max(layer, 0)), name),
    };

    private long? Find(string name) => Accept(keys.Count(Key(name)));

    /// <summary>One number for all layers, or an array with one for each (hf-companions.md §1.1).</summary>
    private long? OfLayer(string name, int layer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        string key = Key(name);
        if (keys.Find(key) is not { Type: GgufValueType.Array } array)
        {
            return Find(name);
        }

        if (array.ElementType is not { } element || GgufValueTypes.FixedBytes(element) == 0
            || element is GgufValueType.Bool or GgufValueType.Float32 or GgufValueType.Float64)
        {
            throw Error($"{key} is {MetadataKeys.Show(array)}, not a list of counts");
        }

        if (layer >= array.Count)
        {
            throw Error($"{key} has {Plural.Of(array.Count, "item")}, but there is a layer {layer}");
        }

        int size = GgufValueTypes.FixedBytes(element);
        Int128 count = GgufValue.ReadInteger(element, array.ItemBytes.Span.Slice(layer * size, size), array.Encoding);
        return count >= 0 && count <= uint.MaxValue ? (long)count : throw Error($"{key} is {count} at {layer}, not a count");
    }

    private static long? Accept(Reading<long> reading) =>
        reading.Problem is { } problem ? throw Error(problem) : reading.IsRead ? reading.Value : null;

    private long Require(long? found, string name) =>
        found is { } count ? count > 0 ? count : throw Error($"{Key(name)} is 0") : throw Error($"{Key(name)} is missing");

    private static ModelPackException Error(string detail) => new(HuggingFaceErrors.UnusableKey, detail);
}
