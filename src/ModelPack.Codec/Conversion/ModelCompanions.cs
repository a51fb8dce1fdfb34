using ModelPack.Architectures;
using ModelPack.Conversion;
using ModelPack.Conversion.Ancestors;
using ModelPack.Formats;

namespace ModelPack;

/// <summary>The files that stand beside a model in a Hugging Face folder, without a conversion.</summary>
/// <example>
/// <code>
/// using Model model = Model.Open("qwen.gguf");
/// if (model.DeriveFile("tokenizer.json") is { } tokenizer)
/// {
///     await File.WriteAllBytesAsync("tokenizer.json", tokenizer);
/// }
/// </code>
/// </example>
public static class ModelCompanions
{
    /// <summary>
    /// A companion file such as config.json, tokenizer.json, tokenizer_config.json or generation_config.json: of a folder its own, of a
    /// file that was converted from a folder that folder's, and of any other GGUF or APR file what a conversion to a folder would write
    /// beside the tensors.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="name">Name of the file; in a sub-folder with <c>/</c>.</param>
    /// <returns>The bytes; null if there is no such file, or the model does not say enough for it. A conversion to a folder says in its
    /// notes why.</returns>
    /// <exception cref="ModelPackException">The description of a carried tensor is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[]? DeriveFile(this Model model, string name)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ModelFile root = Ancestry.Of(model.File).Root;
        if (root.AllMembers.FirstOrDefault(member => member is { Model: null } && member.Name == name) is { } own)
        {
            return root.Source.ReadBytes(own.Start, checked((int)own.Length));
        }

        if (root.Format == ModelFormat.SafeTensors)
        {
            return null;
        }

        ModelDescription words = ModelDescription.Of(root, NamingMode.Native).In(ModelFormat.SafeTensors);
        return FolderCompanions.For(root, words, ModelFormat.SafeTensors, AnyFolder).Files.FirstOrDefault(
            file => file.Name == name)?.Bytes.ToArray();
    }

    private static OutputForm AnyFolder { get; } = new("model", null);
}
