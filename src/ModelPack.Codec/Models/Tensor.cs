using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack;

/// <summary>A tensor of an opened model: what it is, and its values or its stored bytes when they are asked for.</summary>
/// <remarks>
/// Elements come in row-major order: the last dimension of <see cref="Shape"/> runs fastest. All members may be used by several threads at
/// once. A tensor lives as long as its <see cref="Model"/> is open; what describes it stays.
/// </remarks>
/// <example>
/// <code>
/// using Model model = Model.Open("qwen.gguf");
/// Tensor tensor = model.Tensors["token_embd.weight"];
/// float[] values = tensor.ToSingles();                      // all rows, decoded
/// float[] rows = tensor.Slice(300, 10).ToSingles();          // ten of them
/// (long count, long width) = (tensor.Shape[0], tensor.Shape[1]);
/// </code>
/// </example>
public sealed partial class Tensor
{
    private readonly Model model;
    private readonly ByteSource source;
    private readonly TensorInfo info;

    internal Tensor(Model model, ByteSource source, TensorInfo info)
    {
        this.model = model;
        this.source = source;
        this.info = info;
    }

    /// <summary>The name, as the file spells it.</summary>
    public string Name => info.Name;

    /// <summary>Element or block type. <see cref="TensorTypes.Get"/> describes it.</summary>
    public TensorType Type => info.Type;

    /// <summary>Dimensions, outermost first; none for a scalar. GGUF stores the reverse.</summary>
    public ImmutableArray<long> Shape => info.Shape;

    /// <summary>Number of elements.</summary>
    public long ElementCount => info.ElementCount;

    /// <summary>Length of the stored bytes, without padding.</summary>
    public long ByteLength => info.ByteLength;

    /// <summary>Byte order of the stored bytes. Values come in that of this machine.</summary>
    public ByteOrder ByteOrder => info.ByteOrder;

    /// <summary>
    /// A part of the tensor along its first dimension: rows of a matrix, matrices of a stack. It has the same name and the shape
    /// <c>[length, …]</c>, and reads nothing beyond itself.
    /// </summary>
    /// <param name="start">The first row, from 0.</param>
    /// <param name="length">How many rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many rows.</exception>
    /// <exception cref="InvalidOperationException">The tensor is a scalar, or its rows are not stored in whole blocks.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("qwen.gguf");
    /// Tensor embeddings = model.Tensors["token_embd.weight"];                    // [151936, 896]
    /// float[] vector = embeddings.Slice(42, 1).ToSingles();                       // of token 42
    /// float[] buffer = new float[1024 * embeddings.Shape[1]];
    /// for (long row = 0; row &lt; embeddings.Shape[0]; row += 1024)                  // larger than an array holds, piece by piece
    /// {
    ///     Tensor piece = embeddings.Slice(row, Math.Min(1024, embeddings.Shape[0] - row));
    ///     piece.CopyTo(buffer);
    /// }
    /// </code>
    /// </example>
    public Tensor Slice(long start, long length)
    {
        model.ThrowIfDisposed();
        if (Shape.IsEmpty)
        {
            throw Wrong($"is a scalar and has no rows: call {RightCall}");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Shape[0]);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Shape[0] - start);
        TensorRows rows = TensorRows.Of(info)
            ?? throw Wrong($"of shape {TensorShape.Format(Shape.AsSpan())} has rows that do not fill whole blocks: call {RightCall}");
        return new(model, rows.Source(source, start, length), rows.Describe(start, length));
    }

    /// <summary>The stored bytes, in the byte order of the file.</summary>
    /// <exception cref="InvalidOperationException">There are more than an array holds.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public byte[] ToBytes()
    {
        model.ThrowIfDisposed();
        return source.ReadBytes(info.Offset, ArrayLength(ByteLength, "bytes", "OpenRead or Slice(start, length).ToBytes"));
    }

    /// <summary>A stream over the stored bytes, in the byte order of the file. It can seek, and reads what it is asked for.</summary>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("qwen.gguf");
    /// await using Stream bytes = model.Tensors["token_embd.weight"].OpenRead();
    /// await using FileStream file = File.Create("embeddings.bin");
    /// await bytes.CopyToAsync(file);
    /// </code>
    /// </example>
    public Stream OpenRead()
    {
        model.ThrowIfDisposed();
        return new ByteSourceStream(new RangeByteSource(source, info.Offset, info.ByteLength));
    }

    /// <summary>For people: name, type and shape.</summary>
    public override string ToString() => SafeText.Escape($"{Name}: {TypeName} {TensorShape.Format(Shape.AsSpan())}");

    /// <summary>Where the stored bytes lie.</summary>
    internal (ByteSource Source, TensorInfo Info) Stored
    {
        get
        {
            model.ThrowIfDisposed();
            return (source, info);
        }
    }

    private string TypeName => TensorTypes.Get(Type).Name;

    private int ArrayLength(long length, string what, string call) =>
        length <= Array.MaxLength ? (int)length : throw Wrong($"has {length} {what}, more than an array holds: call {call}");

    private InvalidOperationException Wrong(string why) => new(SafeText.Escape($"tensor '{SafeText.Shorten(Name)}' {why}"));
}
