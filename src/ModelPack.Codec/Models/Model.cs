using ModelPack.Formats;

namespace ModelPack;

/// <summary>
/// A model that was opened for reading: its tensors, its metadata, and what the container says. The header was read and checked; payloads
/// stay where they are until they are asked for.
/// </summary>
/// <remarks>
/// All members may be used by several threads at once, but <see cref="Dispose"/> by one, when the others are done. Disposing closes the
/// files: whatever reads throws <see cref="ObjectDisposedException"/> from then on, and a span that
/// <see cref="Tensor.TryGetSpan{T}(out ReadOnlySpan{T})"/> lent must not be touched any more. Arrays, names and shapes stay.
/// </remarks>
/// <example>
/// <code>
/// using Model model = Model.Open("qwen.gguf");
/// Console.WriteLine($"{model.Format}, {model.Architecture}: {model.Tensors.Count} tensors");
/// </code>
/// </example>
public sealed partial class Model : IDisposable
{
    private readonly ModelFile file;
    private readonly TensorList tensors;
    private readonly MetadataList metadata;
    private bool isDisposed;

    private Model(ModelFile file)
    {
        this.file = file;
        tensors = new(this, file.Source, TensorDescriptions.Logical(file));
        metadata = new(file.Metadata);
    }

    /// <summary>The container format.</summary>
    public ModelFormat Format => File.Format;

    /// <summary>The architecture, in the words of the container (<c>llama</c>, <c>qwen2</c>); null if the metadata names none.</summary>
    public string? Architecture => File.Architecture;

    /// <summary>
    /// The tensors in the order of the file, those of all shards. A tensor that the container can only hold as bytes, such as Q5_K in
    /// SafeTensors, has the type and shape that the model means.
    /// </summary>
    public TensorList Tensors
    {
        get
        {
            ThrowIfDisposed();
            return tensors;
        }
    }

    /// <summary>The metadata in the order of the file.</summary>
    public MetadataList Metadata
    {
        get
        {
            ThrowIfDisposed();
            return metadata;
        }
    }

    /// <summary>What is odd but legal, and how the path was understood.</summary>
    public IReadOnlyList<Note> Notes => File.Notes;

    /// <summary>The container with the details of its format: a GgufFile, AprFile or SafeTensorsFile (namespaces
    /// <c>ModelPack.Formats.*</c>), or a <see cref="ModelSet"/> of them.</summary>
    public ModelFile File
    {
        get
        {
            ThrowIfDisposed();
            return file;
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        isDisposed = true;
        file.Dispose();
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(isDisposed, this);
}
