using System.Collections.Concurrent;
using ModelPack.Codec.Tests.Conversion;

namespace ModelPack.Interop.Tests.Models;

/// <summary>The folders of the small models, and what ModelPack makes of them.</summary>
internal static class ConvertedFolders
{
    private static readonly ConversionOptions Options = new() { Existing = ExistingTarget.Replace };
    private static readonly ConcurrentDictionary<string, string> Folders = [];
    private static readonly ConcurrentDictionary<string, string> Converted = [];

    /// <summary>The folder as transformers would have written it.</summary>
    public static string Folder(TinyModel model) => Folders.GetOrAdd(model.Label, label =>
    {
        string folder = Path.Combine(WrittenFiles.Folder, $"{label}.folder");
        HuggingFaceFolder.Write(model, folder);
        return folder;
    });

    /// <summary>The folder as a GGUF file.</summary>
    public static string Gguf(TinyModel model) => Converted.GetOrAdd(model.Label, label =>
    {
        string target = Path.Combine(WrittenFiles.Folder, $"{label}.converted.gguf");
        Unflushed.Convert(Folder(model), target, ModelFormat.Gguf, Options);
        return target;
    });

    /// <summary>The GGUF file as a folder again.</summary>
    public static string Back(TinyModel model)
    {
        string target = Path.Combine(WrittenFiles.Folder, $"{model.Label}.back") + Path.DirectorySeparatorChar;
        Unflushed.Convert(Gguf(model), target, ModelFormat.SafeTensors, Options);
        return target;
    }
}
