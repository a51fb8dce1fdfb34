using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Rules;

/// <summary>The keys of one architecture in the making, in the order in which the converter of llama.cpp writes them.</summary>
internal sealed class ConfigReader(FolderSource folder, ConfigObject config, string architecture)
{
    private readonly List<MetadataEntry> entries = [];
    private readonly List<ExtraTensor> extra = [];
    private readonly List<(NoteRank Rank, string Text)> notes = [];
    private readonly List<string> obstacles = [];

    public FolderSource Folder => folder;

    /// <summary>Every token sees every other in the architecture, and no key needs to say so.</summary>
    public bool IsEncoder { get; init; }

    /// <summary>The classes with a head that scores and that the architecture has too.</summary>
    public ImmutableArray<string> HeadClasses { get; init; } = [];

    public ConfigObject Config => config;

    public string Architecture => architecture;

    public IReadOnlyList<MetadataEntry> Entries => entries;

    public IReadOnlyList<ExtraTensor> Extra => extra;

    /// <summary>What to say of the keys, if they are written.</summary>
    public IReadOnlyList<(NoteRank Rank, string Text)> Notes => notes;

    /// <summary>The head, if it is rows of a tensor of the folder.</summary>
    public HeadRows? Head { get; set; }

    public IReadOnlyList<string> Obstacles => obstacles;

    /// <summary>Counts by the names of their fields, for the shapes of tensors.</summary>
    public Dictionary<string, long> Numbers { get; } = new(StringComparer.Ordinal);

    /// <summary>The same where they differ between layers: one for each.</summary>
    public Dictionary<string, long[]> LayerNumbers { get; } = new(StringComparer.Ordinal);

    /// <summary>generation_config.json, if it is there and can be read.</summary>
    public ConfigObject? Generation { get; init; }

    /// <summary>Matrices that are multiplied by numbers that have no key.</summary>
    public List<ScaledTensor> Scaled { get; } = [];

    /// <summary>Tokens that the architecture has a role for.</summary>
    public List<NamedToken> NamedTokens { get; } = [];

    /// <summary>Whether a key below the architecture's name was written.</summary>
    public bool Has(string key) => entries.Exists(entry => entry.Key == $"{architecture}.{key}");

    public void Note(string text, NoteRank rank = NoteRank.MayBeMissed) => notes.Add((rank, $"{CompanionNames.Config}: {text}"));

    /// <summary>True if the model has a head of its own that the architecture lacks.</summary>
    public bool IsNoGenerator { get; private set; }

    /// <summary>A head of its own, without which the model would be another one.</summary>
    public void ObstructHead(string reason)
    {
        IsNoGenerator = true;
        Obstruct(reason);
    }

    /// <summary>Something that the architecture cannot say: then nothing is derived.</summary>
    public void Obstruct(string reason) =>
        obstacles.Add($"{CompanionNames.Config}: the model cannot be expressed as GGUF architecture '{architecture}': {reason}");

    public void Count(string key, long? number)
    {
        if (number is { } count)
        {
            Add(key, GgufValue.FromUInt32(count is >= 0 and <= uint.MaxValue
                ? (uint)count
                : throw new ModelPackException(
                    HuggingFaceErrors.WrongField,
                    $"{CompanionNames.Config}: the value {count} of {architecture}.{key} does not fit 32 bits")
                    {
                        FilePath = folder.Path,
                        Companion = CompanionNames.Config,
                    }));
        }
    }

    public void Float(string key, float? number)
    {
        if (number is { } value)
        {
            Add(key, GgufValue.FromFloat32(value));
        }
    }

    public void Flag(string key, bool? flag)
    {
        if (flag is { } value)
        {
            Add(key, GgufValue.FromBool(value));
        }
    }

    public void Text(string key, string text) => Add(key, GgufValue.FromString(text));

    public void Add(string key, GgufValue value) => AddWhole($"{architecture}.{key}", value);

    /// <summary>A key that is not below the architecture's name.</summary>
    public void AddWhole(string key, GgufValue value) => entries.Add(new(key, value));

    public void AddTensor(string name, ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int item = 0; item < values.Length; item++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(item * sizeof(float)), values[item]);
        }

        AddTensor(name, [values.Length], bytes);
    }

    /// <summary>A tensor that stands in no weight file: its numbers as F32.</summary>
    public void AddTensor(string name, ImmutableArray<long> shape, ReadOnlyMemory<byte> bytes) => extra.Add(new(name, shape, bytes));

    /// <summary>A count above zero that the architecture cannot do without; 0 once the draft is obstructed.</summary>
    public long Require(params ReadOnlySpan<string> fields)
    {
        if (config.FirstOf(fields) is not { } field)
        {
            Obstruct($"{string.Join(" and ", fields.ToArray())} {(fields.Length == 1 ? "is" : "are")} missing");
            return 0;
        }

        long count = config.Count(field)!.Value;
        return count > 0 ? count : throw config.WrongValue(field, "is 0");
    }

    /// <summary>As <see cref="Require"/>, for a number that may stand under several names: these have to agree.</summary>
    public long RequireAgreed(params ReadOnlySpan<string> fields)
    {
        long count = Require(fields);
        string? first = config.FirstOf(fields);
        foreach (string field in fields)
        {
            if (config.Count(field) is { } other && other != count)
            {
                throw config.Contradiction($"{config.Path(first!)} is {count}, but {field} is {other}");
            }
        }

        return count;
    }

    /// <summary>A field whose default is the class's own.</summary>
    public void RequireField(string field)
    {
        if (!config.Has(field))
        {
            Obstruct($"{field} is missing");
        }
    }

    public float? RequireFloat(params ReadOnlySpan<string> fields)
    {
        if (config.FirstOf(fields) is { } field)
        {
            return config.Float(field);
        }

        Obstruct($"{string.Join(" and ", fields.ToArray())} {(fields.Length == 1 ? "is" : "are")} missing");
        return null;
    }

    /// <summary>The only values that the architecture computes with; an absent field is the class's default and one of them.</summary>
    public void Allow(string field, params ReadOnlySpan<string> values)
    {
        if (config.Text(field) is { } text && !values.Contains(text))
        {
            Obstruct($"{field} is '{SafeText.Shorten(text)}' instead of '{values[0]}'");
        }
    }

    public void Allow(string field, bool flag, bool absent)
    {
        if ((config.Bool(field) ?? absent) != flag)
        {
            Obstruct($"{field} is {(flag ? "false" : "true")}");
        }
    }

    /// <summary>Notes fields for which there is no key.</summary>
    public void Lose(params string[] fields)
    {
        if (WithoutKey([.. fields.Where(config.Has)]) is { } lost)
        {
            Note(lost, fields.Where(config.Has).Min(NoteRanks.OfLostField));
        }
    }

    /// <summary>What to say of fields without a key; null if there are none.</summary>
    public static string? WithoutKey(string[] fields) => fields.Length switch
    {
        0 => null,
        1 => $"{fields[0]} has no key and is not carried over",
        _ => $"{string.Join(", ", fields)} have no key and are not carried over",
    };
}
