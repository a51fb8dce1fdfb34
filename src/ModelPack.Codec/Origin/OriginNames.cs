using ModelPack.Formats;
using ModelPack.IO.Names;

namespace ModelPack.Origin;

/// <summary>
/// Names of the files that a record describes. A restored folder is made of them, so they are those of a model: files with tensors under
/// their format's ending, the model's own side file, an index, companions. Nothing else lies in a folder that a conversion writes, whatever
/// a record says.
/// </summary>
internal static class OriginNames
{
    /// <summary>The names under which a record describes the files of a model. A file with tensors that was called otherwise gets its
    /// format's ending.</summary>
    /// <param name="model">The model.</param>
    /// <param name="names">What its files are called.</param>
    public static string[] Of(ModelFile model, IReadOnlyList<string> names)
    {
        string[] described = [.. names.Select(MemberName.From)];
        for (int i = 0; i < described.Length; i++)
        {
            ModelSetMember member = model.AllMembers[i];
            described[i] = member.Model is null ? described[i]
                : member.IsSideFile && i > 0 ? SideFile.NameFor(described[0])
                : HasEnding(described[i], model.Format) && !SideFile.IsName(described[i]) ? described[i]
                : $"{described[i]}.{model.Format.Extension()}";
        }

        return described;
    }

    /// <exception cref="InvalidDataException">A name is not that of a file of a model, or two files cannot stand in one folder.</exception>
    public static void Check(string[] names, ModelFormat format)
    {
        HashSet<string> taken = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (!MemberName.IsLegal(name))
            {
                throw new InvalidDataException($"'{name}' is no file name within the model's folder");
            }

            if (!taken.Add(name))
            {
                throw new InvalidDataException($"two files are called '{name}'");
            }
        }

        if (MemberName.IsNested(names[0]) || !IsModel(names[0], format))
        {
            throw new InvalidDataException($"its first file '{names[0]}' is no .{format.Extension()} file in the model's own folder");
        }

        bool hasModules = names.Contains(CompanionNames.Modules, StringComparer.Ordinal);
        foreach (string name in names[1..])
        {
            if (SideFile.IsName(name)
                ? name != SideFile.NameFor(names[0])
                : !IsModel(name, format) && !MemberName.IsCompanion(name) && !(hasModules && IsModule(name)))
            {
                throw new InvalidDataException($"'{name}' is neither a file of the model nor a companion");
            }

            for (int end = name.IndexOf('/'); end >= 0; end = name.IndexOf('/', end + 1))
            {
                if (taken.Contains(name[..end]))
                {
                    throw new InvalidDataException($"'{name[..end]}' is both a file and a folder");
                }
            }
        }
    }

    private static bool IsModel(string name, ModelFormat format) => HasEnding(name, format) && !SideFile.IsName(name);

    // Weights of a module that modules.json names lie in a folder of their own.
    private static bool IsModule(string name) => MemberName.IsNested(name) && MemberName.IsModuleWeights(name);

    private static bool HasEnding(string name, ModelFormat format) =>
        name.EndsWith($".{format.Extension()}", StringComparison.OrdinalIgnoreCase);
}
