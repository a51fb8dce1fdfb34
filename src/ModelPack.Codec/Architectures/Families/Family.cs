using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Which rows of a head rotate together (hf-companions.md §3.2, T1).</summary>
internal enum RopePairs
{
    /// <summary>There is no rotation.</summary>
    None,

    /// <summary>Rows i and i + half, in a folder and in a GGUF.</summary>
    Halves,

    /// <summary>Neighbours, in a folder and in a GGUF.</summary>
    Neighbours,

    /// <summary>Halves in a folder, neighbours in a GGUF: the converter moves the rows.</summary>
    Moved,
}

/// <summary>All that is known of a GGUF architecture: its names, its hyperparameters, its shapes, what it cannot do without. One file of
/// this folder each.</summary>
/// <param name="Architecture">The value of general.architecture.</param>
/// <param name="Models">The model classes: where several may be meant, the first whose sign is there.</param>
/// <param name="Shapes">Shapes of tensors of a folder, in terms of fields of its config.json, by the row of the table of names.</param>
/// <param name="Parts">The hyperparameters.</param>
/// <param name="Rope">How heads rotate.</param>
internal sealed record Family(
    string Architecture, ImmutableArray<FamilyModel> Models, ImmutableDictionary<int, ImmutableArray<ShapeTerm>> Shapes,
    ImmutableArray<ConfigPart> Parts, RopePairs Rope)
{
    /// <summary>The tensors in both vocabularies.</summary>
    public NameTable Names { get; } = NameTable.For(Architecture)!;

    /// <summary>The field that counts the layers.</summary>
    public required string LayersField { get; init; }

    /// <summary>Methods of quantization whose weights a GGUF of the architecture holds bit for bit.</summary>
    public ImmutableArray<string> Quantized { get; init; } = [];

    /// <summary>The field that counts layers behind those; null if the architecture has none.</summary>
    public string? FurtherLayersField { get; init; }

    /// <summary>The field that counts the experts, by the row of the table of names that has one tensor for each.</summary>
    public ImmutableDictionary<int, string> Experts { get; init; } = ImmutableDictionary<int, string>.Empty;

    /// <summary>Tokens that the converter looks up by their text or id.</summary>
    public ImmutableArray<NamedToken> NamedTokens { get; init; } = [];

    /// <summary>What the classes take without a field.</summary>
    public JsonElement? Defaults { get; init; }

    /// <summary>A config.json with what the classes take where a field is missing.</summary>
    public ConfigObject Complete(ConfigObject config) => Defaults is { } fields ? config.WithDefaults(fields) : config;

    /// <summary>Every token sees every other, and no field and no key needs to say so.</summary>
    public bool IsEncoder { get; init; }

    /// <summary>The classes with a head that scores.</summary>
    public ImmutableArray<string> HeadClasses { get; } = [.. Models.Select(model => model.HeadClass).OfType<string>()];

    /// <summary>From config.json to keys.</summary>
    public void Read(ConfigReader draft, FamilyModel model)
    {
        foreach (ConfigPart part in Parts.Concat(model.Parts))
        {
            part.Read(draft);
        }

        draft.NamedTokens.AddRange(NamedTokens);
        FamilyShapes.Check(draft, this);
    }

    /// <summary>From keys to config.json.</summary>
    public void Write(ConfigWriter config)
    {
        if (Models.FirstOrDefault(model => model.Is(config.Derivation, config.Architecture)) is not { } meant)
        {
            config.Refuse("nothing tells which model class it is");
            return;
        }

        config.Class(ClassifierNames.IsWhole(config.Derivation.HasTensor) ? meant.HeadClass ?? meant.Class : meant.Class, meant.Type);
        foreach (ConfigPart part in Parts.Concat(meant.Parts))
        {
            part.Write(config);
        }

        config.TokenIds();
        config.TorchType();
        FamilyShapes.Check(config, this);
    }
}
