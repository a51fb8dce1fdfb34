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

    /// <summary>For each model_type, the architecture and what reads its config.json.</summary>
    public static IEnumerable<KeyValuePair<string, (string Architecture, Action<ConfigReader> Describe)>> Rules =>
        from family in All
        from model in family.Models
        where model.Within is null
        select KeyValuePair.Create(
            model.Type, (family.Architecture, (Action<ConfigReader>)(draft => family.Read(draft, model))));

    /// <summary>The same for language models that are another architecture within the config of a larger model than alone.</summary>
    public static (string Architecture, Action<ConfigReader> Describe)? FindWithin(string? outer, string type) =>
        (from family in All
         from model in family.Models
         where model.Within is not null && model.Within == outer && model.Type == type
         select ((string, Action<ConfigReader>)?)(family.Architecture, draft => family.Read(draft, model))).FirstOrDefault();

    /// <summary>What APR files may call the architecture: its model types.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Slugs =>
        Rules.Select(rule => KeyValuePair.Create(rule.Key, rule.Value.Architecture));

    public static Family? Find(string architecture) => Families.GetValueOrDefault(architecture);
}
