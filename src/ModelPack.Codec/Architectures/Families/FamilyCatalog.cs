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
        select KeyValuePair.Create(
            model.Type, (family.Architecture, (Action<ConfigReader>)(draft => family.Read(draft, model))));

    /// <summary>What APR files may call the architecture: its model types.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Slugs =>
        Rules.Select(rule => KeyValuePair.Create(rule.Key, rule.Value.Architecture));

    public static Family? Find(string architecture) => Families.GetValueOrDefault(architecture);
}
