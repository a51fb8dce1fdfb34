namespace ModelPack.Formats;

/// <summary>How formats are called on the command line, in projects and in file names.</summary>
internal static class ModelFormatNames
{
    /// <summary>The file name extension, without a dot.</summary>
    public static string Extension(this ModelFormat format) => format switch
    {
        ModelFormat.Gguf => "gguf",
        ModelFormat.Apr => "apr",
        ModelFormat.SafeTensors => "safetensors",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>The name as people know it.</summary>
    internal static string Name(this ModelFormat format) => format switch
    {
        ModelFormat.Gguf => "GGUF",
        ModelFormat.Apr => "APR",
        _ => "SafeTensors",
    };

    /// <summary>Finds a format by its extension or name, in any case, with or without a dot.</summary>
    public static bool TryParse(string name, out ModelFormat format)
    {
        string bare = name.TrimStart('.');
        foreach (ModelFormat candidate in Enum.GetValues<ModelFormat>())
        {
            if (bare.Equals(candidate.Extension(), StringComparison.OrdinalIgnoreCase))
            {
                format = candidate;
                return true;
            }
        }

        format = default;
        return false;
    }
}
