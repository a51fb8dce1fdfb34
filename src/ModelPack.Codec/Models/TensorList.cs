using System.Collections;
using System.Diagnostics.CodeAnalysis;
using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>The tensors of a model in the order of the file, also by name.</summary>
/// <example>
/// <code>
/// using Model model = Model.Open("qwen.gguf");
/// foreach (Tensor tensor in model.Tensors)
/// {
///     Console.WriteLine($"{tensor.Name}: {tensor.Type} [{string.Join(", ", tensor.Shape)}]");
/// }
///
/// if (model.Tensors.TryGet("output.weight", out Tensor? output))
/// {
///     Console.WriteLine($"its own output layer, {output.ByteLength} bytes");
/// }
/// </code>
/// </example>
public sealed class TensorList : IReadOnlyList<Tensor>
{
    private readonly Tensor[] tensors;
    private readonly Dictionary<string, Tensor> names;

    internal TensorList(Model model, ByteSource source, IReadOnlyList<TensorInfo> infos)
    {
        tensors = [.. infos.Select(info => new Tensor(model, source, info))];
        names = new(tensors.Length, StringComparer.Ordinal);
        foreach (Tensor tensor in tensors)
        {
            names.TryAdd(tensor.Name, tensor);
        }
    }

    /// <inheritdoc/>
    public int Count => tensors.Length;

    /// <summary>The tensor at a place in the order of the file.</summary>
    /// <param name="index">The place, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many tensors.</exception>
    public Tensor this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, tensors.Length);
            return tensors[index];
        }
    }

    /// <summary>The tensor of a name, which has to be spelled as in the file.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">No tensor has this name. The message names those that come near.</exception>
    public Tensor this[string name] =>
        TryGet(name, out Tensor? tensor) ? tensor : throw NearNames.NotFound("no tensor is called", name, names.Keys);

    /// <summary>Whether there is a tensor of this name.</summary>
    /// <param name="name">The name.</param>
    public bool Contains(string name) => TryGet(name, out _);

    /// <summary>Finds a tensor by its name.</summary>
    /// <param name="name">The name, spelled as in the file.</param>
    /// <param name="tensor">The tensor; null if no tensor has this name.</param>
    public bool TryGet(string name, [NotNullWhen(true)] out Tensor? tensor)
    {
        ArgumentNullException.ThrowIfNull(name);
        return names.TryGetValue(name, out tensor);
    }

    /// <inheritdoc/>
    public IEnumerator<Tensor> GetEnumerator() => ((IEnumerable<Tensor>)tensors).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
