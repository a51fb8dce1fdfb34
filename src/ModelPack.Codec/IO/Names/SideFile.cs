namespace ModelPack.IO.Names;

/// <summary>
/// The side file of an output: a SafeTensors file of U8 tensors beside it, with the payloads that the output's own tensors show in another
/// form (the blocks of widened tensors), or that have no place in the target's words. Its name is one that loaders ignore
/// (quantized-in-safetensors.md §2).
/// </summary>
internal static class SideFile
{
    public const string Ending = ".ggml-blocks.safetensors";

    private const string SafeTensorsEnding = ".safetensors";

    /// <summary>
    /// The name of the side file of a model: <c>model.ggml-blocks.safetensors</c> beside <c>model.safetensors</c>, and
    /// <c>model.apr.ggml-blocks.safetensors</c> beside <c>model.apr</c>, so that models in several formats can stand in one folder.
    /// </summary>
    /// <param name="firstFile">Name of the model's first file.</param>
    public static string NameFor(string firstFile)
    {
        string ending = Path.GetExtension(firstFile);
        string whole = ShardName.TryParse(firstFile, out string prefix, out _, out _) ? prefix + ending : firstFile;
        return (ending.Equals(SafeTensorsEnding, StringComparison.OrdinalIgnoreCase) ? whole[..^ending.Length] : whole) + Ending;
    }

    /// <summary>The stem of a model whose first file has a name: <c>qwen-00001-of-00003.gguf</c> gives <c>qwen</c>.</summary>
    public static string StemOf(string firstFile) =>
        ShardName.TryParse(firstFile, out string prefix, out _, out _) ? prefix : Path.GetFileNameWithoutExtension(firstFile);

    /// <summary>
    /// Another model beside a model whose side file would be the same one: <c>model</c> and <c>model.safetensors</c>, <c>m.gguf</c> and
    /// <c>m-00001-of-00003.gguf</c>. Null if there is none.
    /// </summary>
    public static string? SharerOf(string path) => SharerOf([path]);

    /// <summary>The same for a model of several files.</summary>
    public static string? SharerOf(IReadOnlyList<string> files)
    {
        string[] names = [.. files.Select(file => Path.GetFileName(file))];
        string side = NameFor(names[0]);
        string folder = Path.GetDirectoryName(Path.GetFullPath(files[0]))!;
        return !Directory.Exists(folder) ? null : Directory.EnumerateFiles(folder)
            .Select(file => Path.GetFileName(file))
            .FirstOrDefault(other => NameFor(other) == side && !names.Contains(other));
    }

    public static bool IsName(string name) => name.EndsWith(Ending, StringComparison.OrdinalIgnoreCase);
}
