using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Rules;

/// <summary>How an embedding model makes one vector of many: modules.json names the module, its config.json the kind. Every architecture
/// may have it (llama.cpp pools by the way of its default otherwise).</summary>
internal static class Pooling
{
    public const string Key = "pooling_type";
    public const string Modules = "modules.json";
    public const string UsualFolder = "1_Pooling";

    private const string Suffix = "Pooling";
    private const string ModeField = "pooling_mode";

    /// <summary>What GGUF has numbers for.</summary>
    public static readonly (string Field, string Mode, uint Type)[] Types =
    [
        ("pooling_mode_mean_tokens", "mean", 1), ("pooling_mode_cls_token", "cls", 2), ("pooling_mode_lasttoken", "lasttoken", 3),
    ];

    public static void Write(ConfigReader draft)
    {
        try
        {
            Read(draft);
        }
        catch (ModelPackException exception) when (HuggingFaceErrors.IsUnread(exception))
        {
            draft.Note($"{Key} is left out: {exception.Detail}", NoteRank.ChangesResults);
        }
    }

    private static void Read(ConfigReader draft)
    {
        if (FindFile(draft) is not { } file)
        {
            return;
        }

        ConfigObject pooling = ConfigObject.Parse(draft.Folder.Path, file);
        uint[] stated = [
            .. Types.Where(type => pooling.Bool(type.Field) == true || pooling.IsWord(ModeField, type.Mode)).Select(type => type.Type)];
        string[] others = [
            .. pooling.Fields()
                .Where(field => field.StartsWith(ModeField + "_", StringComparison.Ordinal) && Types.All(type => type.Field != field)
                    && pooling.IsTrue(field))];
        if (stated is [uint only] && others.Length == 0)
        {
            draft.Count(Key, only);
        }
        else
        {
            draft.Note(stated.Length + others.Length > 1
                ? $"{Key} is left out: {file.Name} names more than one way, for which there is no number"
                : $"{Key} is left out: {file.Name} names none of {string.Join(", ", Types.Select(type => type.Field))}",
                NoteRank.ChangesResults);
        }
    }

    private static Companion? FindFile(ConfigReader draft)
    {
        string folder = UsualFolder;
        if (draft.Folder.Find(Modules) is { } modules)
        {
            if (ConfigObject.ParseList(draft.Folder.Path, modules)
                .FirstOrDefault(module => module.Text("type")?.EndsWith(Suffix, StringComparison.Ordinal) == true) is not { } module)
            {
                return null;
            }

            folder = module.Text("path")?.TrimEnd('/') ?? "";
        }

        string name = $"{folder}/{CompanionNames.Config}";
        if (draft.Folder.Find(name) is { } file)
        {
            return file;
        }

        // A decoder without both generates; an encoder cannot.
        if (draft.Folder.Find(Modules) is not null || draft.Has(Directions.Key))
        {
            draft.Note($"{Key} is left out: there is no {name}", NoteRank.ChangesResults);
        }

        return null;
    }
}
