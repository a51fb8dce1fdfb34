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
    private const string TokenizerKey = "tokenizer.ggml.model";

    /// <summary>The kind of tokenizer that only this class has; null if none tells.</summary>
    public string? SignTokenizer { get; init; }

    /// <summary>The class with a head that scores; null if the architecture has none.</summary>
    public string? HeadClass { get; init; }

    /// <summary>The field that a config.json of this type must say yes to, for the model to be of this architecture; null if there is
    /// none.</summary>
    public string? When { get; init; }

    /// <summary>The classes that the type is of this architecture with; none for all.</summary>
    public ImmutableArray<string> WhenClass { get; init; } = [];

    /// <summary>The field that says no where no class is named and one of these is meant; null if there is none.</summary>
    public string? WhenNot { get; init; }

    /// <summary>The model_type of the object around its config without which it is of another architecture; null if it stands
    /// alone.</summary>
    public string? Within { get; init; }

    /// <summary>What else tells it in a GGUF; null if nothing does.</summary>
    public Func<Derivation, string, bool>? Sign { get; init; }

    /// <summary>What a GGUF calls such a model, by its config.json; null for the family's own name.</summary>
    public Func<ConfigObject, string>? ArchitectureOf { get; init; }

    /// <summary>The tensors that this class always has beside those that the architecture needs; null if there are no more.</summary>
    public RequiredTensors? Needs { get; init; }

    /// <summary>Whether it is one of several architectures that a type becomes, and the config says which.</summary>
    public bool IsConditional => When is not null || Within is not null || !WhenClass.IsEmpty;

    /// <summary>Whether a config.json is of this class.</summary>
    public bool Is(ConfigObject config) =>
        config.Text("model_type") == Type && (Within is null || Within == config.OuterType) && (When is null || config.IsYes(When))
        && (WhenClass.IsEmpty || (config.FirstText("architectures") is { } named
            ? WhenClass.Contains(named)
            : WhenNot is not null && config.Bool(WhenNot) == false));

    /// <summary>Whether a GGUF is of this class; true if nothing tells it.</summary>
    public bool Is(Derivation derivation, string architecture) =>
        (SignKey is null || derivation.Keys.Find($"{architecture}.{SignKey}") is not null)
        && (SignTensor is null || derivation.HasTensor(SignTensor))
        && (SignTokenizer is null || derivation.Keys.Text(TokenizerKey).Value == SignTokenizer)
        && (Sign is null || Sign(derivation, architecture));
}
