using System.Collections.Immutable;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>A model class that a GGUF architecture stands for.</summary>
/// <param name="Type">Its model_type.</param>
/// <param name="Class">The class that its config.json names.</param>
/// <param name="Parts">What it states beside what all classes of the architecture state.</param>
/// <param name="SignKey">The key behind the architecture's name that only this class has; null if none tells.</param>
/// <param name="SignTensor">The tensor that only this class has; null if none tells.</param>
internal sealed record FamilyModel(
    string Type, string Class, ImmutableArray<ConfigPart> Parts, string? SignKey, string? SignTensor)
{
    /// <summary>The model_type of the object around its config without which it is of another architecture; null if it stands
    /// alone.</summary>
    public string? Within { get; init; }

    /// <summary>Whether a GGUF is of this class; true if nothing tells it.</summary>
    public bool Is(Derivation derivation, string architecture) =>
        (SignKey is null || derivation.Keys.Find($"{architecture}.{SignKey}") is not null)
        && (SignTensor is null || derivation.HasTensor(SignTensor));
}

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

    /// <summary>The field that counts layers behind those; null if the architecture has none.</summary>
    public string? FurtherLayersField { get; init; }

    /// <summary>The field that counts the experts, by the row of the table of names that has one tensor for each.</summary>
    public ImmutableDictionary<int, string> Experts { get; init; } = ImmutableDictionary<int, string>.Empty;

    /// <summary>Tokens that the converter looks up by their text or id.</summary>
    public ImmutableArray<NamedToken> NamedTokens { get; init; } = [];

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
        if (Models.FirstOrDefault(model => model.Is(config.Derivation, Architecture)) is not { } meant)
        {
            config.Refuse("nothing tells which model class it is");
            return;
        }

        config.Class(meant.Class, meant.Type);
        foreach (ConfigPart part in Parts.Concat(meant.Parts))
        {
            part.Write(config);
        }

        config.TokenIds();
        config.TorchType();
        FamilyShapes.Check(config, this);
    }
}
