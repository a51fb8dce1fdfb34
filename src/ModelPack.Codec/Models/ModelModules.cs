using System.Text.Json;
using ModelPack.IO;
using ModelPack.IO.Names;

namespace ModelPack.Models;

/// <summary>A part of a model of sentence-transformers that lies in a folder of its own (hf-companions.md §5.1).</summary>
/// <param name="Path">The folder.</param>
/// <param name="Type">The class, with what stands before it.</param>
internal readonly record struct ModelModule(string Path, string Type)
{
    /// <summary>True for a module that is nothing without weights.</summary>
    public bool HasWeights => Type.EndsWith(".Dense", StringComparison.Ordinal) || Type.EndsWith(".LayerNorm", StringComparison.Ordinal);

    /// <summary>True for a module that is saved without a file.</summary>
    public bool IsEmpty => Type.EndsWith(".Normalize", StringComparison.Ordinal);
}

/// <summary>The modules that <c>modules.json</c> names. What lies in their folders is the model's, weights included.</summary>
internal static class ModelModules
{
    private const int MaximumBytes = 1 << 20;

    /// <summary>The modules of a folder; none if it does not list any.</summary>
    public static IReadOnlyList<ModelModule> Of(string folder)
    {
        FileInfo file = new(Path.Combine(folder, CompanionNames.Modules));
        return file is { Exists: true, Length: <= MaximumBytes } ? Read(RegularFile.ReadAllBytes(file.FullName)) : [];
    }

    /// <summary>The modules that the file lists. One in the folder itself is the model; a file that lists nothing that can be read has
    /// none.</summary>
    public static IReadOnlyList<ModelModule> Read(ReadOnlyMemory<byte> json)
    {
        List<ModelModule> modules = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            foreach (JsonElement item in document.RootElement.ValueKind == JsonValueKind.Array
                ? document.RootElement.EnumerateArray()
                : default)
            {
                if (item.ValueKind == JsonValueKind.Object && Text(item, "path") is { Length: > 0 } path)
                {
                    modules.Add(new(path.TrimEnd('/'), Text(item, "type") ?? ""));
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }

        return modules;
    }

    /// <summary>True if a file holds the weights that are loaded for its module: SafeTensors go before a pickle.</summary>
    public static bool IsLoaded(string path) =>
        Path.GetFileName(path) is var name
        && (name == MemberName.ModuleWeights
            || (name == MemberName.ModulePickle && !File.Exists(Path.Combine(Path.GetDirectoryName(path)!, MemberName.ModuleWeights))));

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
