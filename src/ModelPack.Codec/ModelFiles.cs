namespace ModelPack.Codec;

/// <summary>Opens model files of any format.</summary>
public static class ModelFiles
{
    /// <summary>Detects the format by content and opens the file strictly.</summary>
    /// <exception cref="Diagnostics.ModelFormatException">The file is of no known format, or breaks a rule of its format.</exception>
    public static ModelFile Open(string path) => throw new NotSupportedException();
}
