using System.Collections.Immutable;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;

namespace ModelPack.Validation.Facts;

/// <summary>The hyperparameters that shapes follow from.</summary>
internal enum SettingName
{
    Layers,
    Hidden,
    FeedForward,
    Heads,
    KeyValueHeads,
    KeyLength,
    ValueLength,
    Vocabulary,
    Experts,
    ExpertFeedForward,
    SharedFeedForward,
}

/// <summary>A hyperparameter as the model states it: one number, or one for each layer.</summary>
internal sealed record Setting(string Key, ImmutableArray<long> Values, long? ByteOffset)
{
    public long? At(int? layer) => Values.Length == 1 ? Values[0] : layer is { } n && n < Values.Length ? Values[n] : null;
}

/// <summary>What a model says of its own size, whichever format says it.</summary>
internal sealed class ModelSettings
{
    private readonly Dictionary<SettingName, Setting> settings = [];

    /// <summary>The architecture as stated.</summary>
    public string? Architecture { get; init; }

    /// <summary>The family, if shapes are known for it.</summary>
    public ModelFamily? Family => Architecture is null ? null : ModelFamily.Of(Architecture);

    /// <summary>False for a part of a model, an adapter or another thing that need not be complete.</summary>
    public bool IsWholeModel { get; init; } = true;

    public Setting? this[SettingName name] => settings.GetValueOrDefault(name);

    public static ModelSettings Of(ModelFile file, CompanionFiles companions) => file.First switch
    {
        GgufFile gguf => GgufSettings.Read(gguf, isSet: file is ModelSet),
        AprFile apr => AprSettings.Read(apr),
        _ => ConfigSettings.Read(companions),
    };

    public void Add(SettingName name, Setting setting) => settings.TryAdd(name, setting);
}
