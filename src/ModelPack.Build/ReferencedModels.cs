using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.Packaging;

namespace ModelPack.Build;

/// <summary>What a project says of the models of its packages: by items <c>ModelReference</c>, and by <c>Variant</c> on a
/// <c>PackageReference</c>.</summary>
internal sealed class ReferencedModels(IEnumerable<ITaskItem> references, IEnumerable<ITaskItem> packages)
{
    private const string Variant = "Variant";

    private readonly ILookup<string, ITaskItem> references = ById(references);
    private readonly ILookup<string, ITaskItem> packages = ById(packages);

    /// <summary>An item with all that is said of a model. The package has made one; an Include of the project makes a second.</summary>
    public TaskItem Of(string id)
    {
        TaskItem item = new(id);
        foreach (ITaskItem said in references[id])
        {
            foreach (string name in said.CloneCustomMetadata().Keys)
            {
                item.SetMetadata(name, MSBuildText.Escape(said.GetMetadata(name)));
            }
        }

        string variant = item.GetMetadata(Variant) is { Length: > 0 } own ? own
            : packages[id].Select(package => package.GetMetadata(Variant)).FirstOrDefault(said => said.Length > 0) ?? "";
        item.SetMetadata(Variant, MSBuildText.Escape(variant));
        return item;
    }

    /// <exception cref="ModelPackException">An item names a model that is not there: what it says would have no effect.</exception>
    public void EnsureKnown(IReadOnlyCollection<string> models)
    {
        if (references.FirstOrDefault(group => !models.Contains(group.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new ModelPackException(
                PackagingErrors.UnknownReference,
                $"'{unknown.Key}' is none of the models {string.Join(", ", models.Order(StringComparer.Ordinal))}".TrimEnd(' '))
            {
                FilePath = unknown.First().GetMetadata("DefiningProjectFullPath"),
            };
        }
    }

    private static ILookup<string, ITaskItem> ById(IEnumerable<ITaskItem> items) =>
        items.ToLookup(item => item.ItemSpec, StringComparer.OrdinalIgnoreCase);
}
