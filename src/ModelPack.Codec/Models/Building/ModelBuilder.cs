using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.Models;
using ModelPack.Models.Building;

namespace ModelPack;

/// <summary>
/// Builds a new model, or edits one that is open. Nothing is written before it is saved; payloads are read then, chunk by chunk, so that
/// the size of a model does not matter. What is saved is read back by the strict reader and compared before it takes its name. An edited
/// model has to stay open until it is saved. Members may not be called from several threads at once.
/// </summary>
/// <example>
/// <code>
/// new ModelBuilder(ModelFormat.SafeTensors)
///     .Set("format", "pt")
///     .Add("w", [64, 32], new float[64 * 32])
///     .Save("new.safetensors");
/// </code>
/// </example>
public sealed partial class ModelBuilder
{
    private readonly ContainerTarget target;
    private readonly ModelFile? source;
    private readonly List<BuilderFile> files = [];
    private readonly Dictionary<string, (BuilderFile File, BuilderTensor Tensor)> tensors = new(StringComparer.Ordinal);

    /// <summary>Begins an empty model.</summary>
    /// <param name="format">Its format.</param>
    public ModelBuilder(ModelFormat format)
    {
        target = FormatCatalog.Of(format).Target;
        files.Add(new() { Name = "" });
    }

    internal ModelBuilder(ModelFile source)
    {
        target = FormatCatalog.Of(source.Format).Target;
        this.source = source;
        files.AddRange(source.AllMembers.Select(member => BuilderFile.Of(source, member)));
        IEnumerable<(BuilderFile File, BuilderTensor Tensor)> all = files.Where(file => !file.IsCompanion)
            .SelectMany(file => file.Tensors.Select(tensor => (file, tensor)));
        foreach (((BuilderFile, BuilderTensor) stored, TensorInfo logical) in all.Zip(TensorDescriptions.Logical(source)))
        {
            // A tensor that has another name here than the model means goes by the latter.
            tensors.Add(logical.Name, stored);
        }
    }

    /// <summary>The format that is saved.</summary>
    public ModelFormat Format => target.Format;

    private BuilderFile First => files.First(file => !file.IsCompanion);

    /// <summary>Adds a tensor of float32 values. They are not copied: change them only after the model is saved.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its dimensions, outermost first.</param>
    /// <param name="values">The values, row by row.</param>
    /// <exception cref="ModelPackException">The name is taken, the format cannot store the tensor, or there are too few or too many
    /// values.</exception>
    public ModelBuilder Add(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<float> values) =>
        Add(name, TensorType.F32, shape, _ => new FloatByteSource(values));

    /// <summary>Adds a tensor as its bytes are stored, numbers with their lowest byte first. They are not copied: change them only after
    /// the model is saved.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="shape">Its dimensions, outermost first.</param>
    /// <param name="payload">The bytes.</param>
    /// <exception cref="ModelPackException">The name is taken, the format cannot store the tensor, or the payload has another
    /// length.</exception>
    public ModelBuilder Add(string name, TensorType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> payload) =>
        Add(name, type, shape, _ => new MemoryByteSource(payload));

    /// <summary>Adds a tensor whose bytes are read when the model is saved. The source is not disposed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="shape">Its dimensions, outermost first.</param>
    /// <param name="payload">The bytes, of any length.</param>
    /// <exception cref="ModelPackException">The name is taken, the format cannot store the tensor, or the payload has another
    /// length.</exception>
    public ModelBuilder Add(string name, TensorType type, ReadOnlySpan<long> shape, ByteSource payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        return Add(name, type, shape, _ => payload);
    }

    /// <summary>Adds a tensor whose bytes a stream gives. It is opened when the model is saved, read to its end and disposed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="shape">Its dimensions, outermost first.</param>
    /// <param name="open">Opens the stream, each time that the model is saved.</param>
    /// <exception cref="ModelPackException">The name is taken, or the format cannot store the tensor. That the stream has another length
    /// shows when the model is saved.</exception>
    public ModelBuilder Add(string name, TensorType type, ReadOnlySpan<long> shape, Func<Stream> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        return Add(name, type, shape, bytes => new DeferredByteSource(name, open, bytes));
    }

    /// <summary>Gives a tensor another name.</summary>
    /// <param name="name">The name that it has.</param>
    /// <param name="newName">The name that it gets.</param>
    /// <exception cref="ModelPackException">There is no such tensor, the new name is taken, or the format cannot store it.</exception>
    public ModelBuilder Rename(string name, string newName)
    {
        (BuilderFile file, BuilderTensor tensor) = Find(name);
        if (name == newName)
        {
            return this;
        }

        BuilderTensors.CheckName(target, newName);
        EnsureFree(newName);
        tensors.Remove(name);
        tensors.Add(newName, (file, tensor));
        tensor.Name = newName;
        return this;
    }

    /// <summary>Removes a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ModelPackException">There is no such tensor.</exception>
    public ModelBuilder Remove(string name)
    {
        (BuilderFile file, BuilderTensor tensor) = Find(name);
        file.Tensors.Remove(tensor);
        tensors.Remove(name);
        return this;
    }

    /// <summary>Puts a file beside the tensors of a SafeTensors folder, or replaces one: a tokenizer, a configuration, a
    /// template.</summary>
    /// <param name="name">Its name; in a sub-folder its path with <c>/</c>.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="ModelPackException">The format has no such files, or the name is not that of one.</exception>
    public ModelBuilder SetFile(string name, ReadOnlyMemory<byte> content)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Format != ModelFormat.SafeTensors)
        {
            throw new ModelPackException(
                BuildingErrors.WrongTarget,
                $"'{name}' would stand beside a {Format.Name()} file, and only SafeTensors folders have such files");
        }

        if (!MemberName.IsLegal(name) || !MemberName.IsCompanion(name) || MemberName.IsWeights(name))
        {
            throw new ModelPackException(
                BuildingErrors.IllegalName,
                $"'{name}' is no name of a file beside tensors: they end in .json, .jinja, .model, .txt or the like, and an index is "
                    + $"written by itself");
        }

        int at = files.FindIndex(file => file.IsCompanion && file.Name == name);
        BuilderFile file = new() { Name = name, IsCompanion = true, Bytes = new MemoryByteSource(content) };
        if (at < 0)
        {
            files.Add(file);
        }
        else if (files[at].Bytes is not { } before || before.Length != content.Length
            || !before.ReadBytes(0, content.Length).AsSpan().SequenceEqual(content.Span))
        {
            files[at] = file;
        }

        return this;
    }

    /// <summary>Removes a file that stands beside the tensors.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ModelPackException">There is no such file.</exception>
    public ModelBuilder RemoveFile(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return files.RemoveAll(
            file => file.IsCompanion && file.Name == name && !SideFile.IsName(name) && SafeTensorsSetNotes.SingleFileName(name) is null) > 0
            ? this
            : throw new ModelPackException(BuildingErrors.UnknownName, $"there is no file '{name}' beside the tensors");
    }

    private ModelBuilder Add(string name, TensorType type, ReadOnlySpan<long> shape, Func<long, ByteSource> payload)
    {
        BuilderTensor tensor = BuilderTensors.Check(target, name, type, shape, payload);
        EnsureFree(name);
        BuilderFile file = files.Last(file => !file.IsCompanion);
        tensor = file.Model is GgufFile { ByteOrder: ByteOrder.BigEndian }
            ? new() { Name = name, Type = type, Shape = tensor.Shape, Payload = SavePlan.Reversed(type, tensor.Payload) }
            : tensor;
        file.Tensors.Add(tensor);
        tensors.Add(name, (file, tensor));
        return this;
    }

    private (BuilderFile File, BuilderTensor Tensor) Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return tensors.TryGetValue(name, out (BuilderFile, BuilderTensor) found)
            ? found
            : throw new ModelPackException(BuildingErrors.UnknownName, $"there is no tensor '{name}'") { TensorName = name };
    }

    private void EnsureFree(string name)
    {
        if (tensors.ContainsKey(name))
        {
            throw new ModelPackException(BuildingErrors.DuplicateName, "there is a tensor of this name already") { TensorName = name };
        }
    }
}
