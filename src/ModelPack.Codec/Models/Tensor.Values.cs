using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelPack.Diagnostics;
using ModelPack.Tensors;

namespace ModelPack;

/// <content>Values as arrays and spans.</content>
public sealed partial class Tensor
{
    /// <summary>
    /// All values as float32: F32 as stored, F16, BF16 and the small float types widened, block types decoded bit for bit as ggml does.
    /// Whole numbers, F64 and truth values are not rounded to fit; <see cref="ToArray{T}"/> reads them.
    /// </summary>
    /// <exception cref="InvalidOperationException">The type has no float32 values, or there are more than an array holds. The message names
    /// the right call.</exception>
    /// <exception cref="NotSupportedException">No program is known to write this type in big-endian order, so that its values cannot be
    /// told.</exception>
    /// <exception cref="IOException">The file cannot be read, or is shorter than it was.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("qwen.gguf");
    /// float[] weights = model.Tensors["blk.0.attn_k.weight"].ToSingles();
    /// </code>
    /// </example>
    public float[] ToSingles()
    {
        EnsureDecodable();
        float[] values = GC.AllocateUninitializedArray<float>(ArrayLength(ElementCount, "elements", "Slice(start, length).ToSingles"));
        TensorValues.Decode(source, info, values);
        return values;
    }

    /// <summary>Writes all values to a buffer of the caller, as <see cref="ToSingles"/> gives them.</summary>
    /// <param name="destination">At least <see cref="ElementCount"/> places; the rest stays as it is.</param>
    /// <exception cref="ArgumentException">The buffer is too short.</exception>
    /// <exception cref="InvalidOperationException">The type has no float32 values. The message names the right call.</exception>
    /// <exception cref="NotSupportedException">No program is known to write this type in big-endian order, so that its values cannot be
    /// told.</exception>
    /// <exception cref="IOException">The file cannot be read, or is shorter than it was.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("qwen.gguf");
    /// float[] buffer = new float[model.Tensors.Max(tensor =&gt; tensor.ElementCount)];
    /// foreach (Tensor tensor in model.Tensors)
    /// {
    ///     tensor.CopyTo(buffer);                                 // one buffer for all
    /// }
    /// </code>
    /// </example>
    public void CopyTo(Span<float> destination)
    {
        EnsureDecodable();
        if (destination.Length < ElementCount)
        {
            throw new ArgumentException(
                SafeText.Escape(
                    $"tensor '{SafeText.Shorten(Name)}' has {ElementCount} elements, and the buffer {destination.Length} places"),
                    nameof(destination));
        }

        TensorValues.Decode(source, info, destination[..(int)ElementCount]);
    }

    /// <summary>
    /// All values as what they are: <c>float</c> for F32, <c>double</c> for F64, <see cref="Half"/> for F16, <c>bool</c> for BOOL, and
    /// <c>sbyte</c> to <c>ulong</c> for the whole numbers of these widths.
    /// </summary>
    /// <typeparam name="T">Exactly the type of the elements.</typeparam>
    /// <exception cref="InvalidOperationException">The elements are of another type, or there are more than an array holds. The message
    /// names the right call.</exception>
    /// <exception cref="IOException">The file cannot be read, or is shorter than it was.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("bert.safetensors");
    /// long[] positions = model.Tensors["embeddings.position_ids"].ToArray&lt;long&gt;();
    /// </code>
    /// </example>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        model.ThrowIfDisposed();
        EnsureElementsAre<T>();
        T[] values = GC.AllocateUninitializedArray<T>(
            ArrayLength(ElementCount, "elements", $"Slice(start, length).ToArray<{ElementType.NameOf<T>()}>"));
        TensorValues.Read<T>(source, info, values);
        return values;
    }

    /// <summary>
    /// Lends the stored values without a copy, where they lie as this machine reads them: in memory or in a file (which is mapped for it),
    /// little-endian, aligned, and in at most 2 GB. A file must not be cut by another program while it is mapped.
    /// </summary>
    /// <typeparam name="T">Exactly the type of the elements, as for <see cref="ToArray{T}"/>; <c>byte</c> for the stored bytes of any
    /// type.</typeparam>
    /// <param name="values">The values, valid until the model is disposed: afterwards reading them may end the process. Empty if the result
    /// is false.</param>
    /// <returns>False if they cannot be lent: <see cref="ToArray{T}"/> and <see cref="CopyTo"/> copy.</returns>
    /// <exception cref="InvalidOperationException">The elements are of another type. The message names the right call.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("qwen.gguf");
    /// Tensor norm = model.Tensors["output_norm.weight"];
    /// ReadOnlySpan&lt;float&gt; values = norm.TryGetSpan(out ReadOnlySpan&lt;float&gt; lent) ? lent : norm.ToArray&lt;float&gt;();
    /// </code>
    /// </example>
    public bool TryGetSpan<T>(out ReadOnlySpan<T> values)
        where T : unmanaged
    {
        model.ThrowIfDisposed();
        if (typeof(T) != typeof(byte))
        {
            EnsureElementsAre<T>();
        }

        values = default;
        bool isNative = typeof(T) == typeof(byte) || (info.ByteOrder == ByteOrder.LittleEndian && BitConverter.IsLittleEndian);
        if (!isNative || ByteLength > int.MaxValue || !source.TryGetSpan(info.Offset, (int)ByteLength, out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        bool isOdd = typeof(T) == typeof(bool) && bytes.ContainsAnyExceptInRange((byte)0, (byte)1);
        if (isOdd || !TensorValues.IsAligned(bytes, Unsafe.SizeOf<T>()))
        {
            return false;
        }

        values = MemoryMarshal.Cast<byte, T>(bytes);
        return true;
    }

    private void EnsureDecodable()
    {
        model.ThrowIfDisposed();
        if (!TensorDecoder.CanDecode(Type))
        {
            throw Wrong($"is {TypeName}, which has no float32 values: call {RightCall}");
        }

        if (PayloadReader.WhyNotDecoded(info) is { } why)
        {
            throw new NotSupportedException(SafeText.Escape($"tensor '{SafeText.Shorten(Name)}': {why}: call ToBytes"));
        }
    }

    private void EnsureElementsAre<T>()
        where T : unmanaged
    {
        if (!ElementType.Is<T>(Type))
        {
            throw Wrong($"is {TypeName}, not {ElementType.NameOf<T>()}: call {RightCall}");
        }
    }

    private string RightCall =>
        ElementType.NameOf(Type) is { } name ? $"ToArray<{name}>" : TensorDecoder.CanDecode(Type) ? "ToSingles" : "ToBytes";
}
