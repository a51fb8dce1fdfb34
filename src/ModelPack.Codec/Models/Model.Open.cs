using ModelPack.IO;
using ModelPack.Models;

namespace ModelPack;

/// <content>The ways to open a model.</content>
public sealed partial class Model
{
    /// <summary>
    /// Opens the model at a path: a GGUF, APR or SafeTensors file (the content decides, not the name), the first part of a split GGUF, the
    /// index of SafeTensors shards, or a model folder. The files of one model are read as one. A SafeTensors file among the companions of
    /// its model means their folder.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="scope">Whether the path stands for the model, or for the file alone.</param>
    /// <exception cref="ModelFormatException">The file is of no known format, or breaks a rule of its format.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <example>
    /// <code>
    /// using Model folder = Model.Open("Qwen2.5-0.5B");
    /// using Model file = Model.Open("qwen.gguf");
    /// using Model shard = Model.Open("Qwen2.5-7B/model-00001-of-00004.safetensors", PathScope.FileAlone);
    /// </code>
    /// </example>
    public static Model Open(string path, PathScope scope = PathScope.Model)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Of(ModelFiles.Open(path, scope));
    }

    /// <summary>
    /// Opens a model file that begins where a stream stands. The stream has to seek, and payloads are read from it when they are asked for;
    /// reads of several threads take turns. The model closes the stream when it is disposed; if opening fails, the caller still does.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="ArgumentException">The stream cannot be read or cannot seek, or stands at its end.</exception>
    /// <exception cref="ModelFormatException">The bytes are of no known format, or break a rule of their format.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open(File.OpenRead("qwen.gguf"));
    /// </code>
    /// </example>
    public static Model Open(Stream stream) => Open(new StreamByteSource(stream));

    /// <summary>Opens a model file that lies in memory. The bytes are not copied and must not change while the model is used.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="ModelFormatException">The bytes are of no known format, or break a rule of their format.</exception>
    /// <example>
    /// <code>
    /// byte[] bytes = await File.ReadAllBytesAsync("tiny.safetensors");
    /// using Model model = Model.Open(bytes);
    /// </code>
    /// </example>
    public static Model Open(ReadOnlyMemory<byte> bytes) => Open(new MemoryByteSource(bytes));

    /// <summary>Opens a model file from any source of bytes. The model disposes the source; if opening fails, the caller still
    /// does.</summary>
    /// <param name="source">The whole file.</param>
    /// <exception cref="ModelFormatException">The bytes are of no known format, or break a rule of their format.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open(new MappedByteSource("qwen.gguf"));
    /// </code>
    /// </example>
    public static Model Open(ByteSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new(ModelFiles.Open(source));
    }

    /// <summary>Opens the model at a path, as <see cref="Open(string, PathScope)"/> does, on a thread of the pool: headers of large
    /// vocabularies take a while to read and to check.</summary>
    /// <param name="path">The path.</param>
    /// <param name="cancellation">Stops the work before it begins; a model that is opened all the same is closed again.</param>
    /// <exception cref="ModelFormatException">The file is of no known format, or breaks a rule of its format.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    /// <example>
    /// <code>
    /// using CancellationTokenSource stop = new();
    /// using Model model = await Model.OpenAsync("qwen.gguf", stop.Token);
    /// </code>
    /// </example>
    public static Task<Model> OpenAsync(string path, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Task.Run(
            () =>
            {
                Model model = Open(path);
                if (cancellation.IsCancellationRequested)
                {
                    model.Dispose();
                    cancellation.ThrowIfCancellationRequested();
                }

                return model;
            },
            cancellation);
    }

    private static Model Of(ModelFile file)
    {
        try
        {
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
