using System.Collections.Frozen;
using System.Collections.Immutable;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>The families that this folder has a file for.</summary>
internal static class FamilyCatalog
{
    private static readonly FrozenDictionary<string, Family> Families = FamilyFile.All.Select(FamilyReader.Read).ToFrozenDictionary(
        family => family.Architecture, StringComparer.Ordinal);

    public static ImmutableArray<Family> All { get; } = [.. Families.Values.OrderBy(family => family.Architecture, StringComparer.Ordinal)];

    /// <summary>The model types and their architectures: of a type that becomes several, the one that needs no word more first.</summary>
    public static IEnumerable<(string ModelType, string Architecture)> ModelTypes =>
        from family in All
        from model in family.Models
        where model.Within is null
        orderby model.IsConditional
        select (model.Type, family.Architecture);

    /// <summary>What APR files may call the architecture: its model types.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Slugs =>
        ModelTypes.DistinctBy(type => type.ModelType).Select(type => KeyValuePair.Create(type.ModelType, type.Architecture));

    /// <summary>The family and the class of a config.json; null if this folder has none.</summary>
    public static (Family Family, FamilyModel Model)? Find(ConfigObject config) =>
        (from family in All
         from model in family.Models
         where model.Is(config)
         orderby model.IsConditional descending
         select ((Family, FamilyModel)?)(family, model)).FirstOrDefault();

    /// <summary>The family that a GGUF of another architecture belongs to, if one says that it stands for it.</summary>
    public static Family? Standing(string architecture, Func<string, bool> hasKey) =>
        FamilyFile.Standing(architecture, hasKey) is { } name ? Find(name) : null;

    public static Family? Find(string architecture) => Families.GetValueOrDefault(architecture);
}
