using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Architectures.Names;

namespace ModelPack.Architectures.Families;

/// <summary>What is known of a part that sees: a file like that of a family (docs/families.md), and what of a folder is its.</summary>
/// <param name="Family">Names, shapes and lines of its config.</param>
/// <param name="Parts">What names of its tensors begin with.</param>
/// <param name="Left">What names begin with that a GGUF of it does not hold.</param>
/// <param name="Halves">Tensors of the GGUF that are F16 where that holds every number.</param>
internal sealed record Tower(
    Family Family, ImmutableArray<string> Parts, ImmutableArray<string> Left, ImmutableArray<string> Halves)
{
    /// <summary>Whether a tensor of a folder is of the tower.</summary>
    public bool Has(string name) => Begins(name, Parts);

    /// <summary>Whether it is of the tower, and programs compute without it or have another part for it.</summary>
    public bool LeavesOut(string name) => Begins(name, Left);

    private static bool Begins(string name, ImmutableArray<string> stems) => stems.Any(
        stem => name.StartsWith(stem, StringComparison.Ordinal) || name.StartsWith("model." + stem, StringComparison.Ordinal));
}

/// <summary>The towers that this folder has a file for.</summary>
internal static class TowerCatalog
{
    /// <summary>What GGUF calls all of them.</summary>
    public const string Architecture = FamilyFile.TowerArchitecture;

    private static readonly ImmutableArray<Tower> Towers = [.. FamilyFile.Towers.Select(Read)];

    /// <summary>The model types of whole models with such a tower.</summary>
    public static ImmutableArray<string> ModelTypes { get; } =
        [.. Towers.SelectMany(tower => tower.Family.Models).Select(model => model.Type).Order(StringComparer.Ordinal)];

    public static Tower? Find(string modelType) =>
        Towers.FirstOrDefault(tower => tower.Family.Models.Any(model => model.Type == modelType));

    private static Tower Read(FamilyFile file) => new(
        FamilyReader.Read(file), Texts(file, "parts"), Texts(file, "left_out"), Texts(file, "halves"));

    private static ImmutableArray<string> Texts(FamilyFile file, string field) =>
        file.Root.TryGetProperty(field, out JsonElement items) ? [.. items.EnumerateArray().Select(item => item.GetString()!)] : [];
}
