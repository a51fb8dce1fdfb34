using System.Collections;

namespace ModelPack.Formats.Apr;

/// <summary>The index entries of a file, made when they are asked for: but for its type byte, an entry says what its tensor says.</summary>
/// <param name="tensors">The tensors that are present.</param>
/// <param name="typeBytes">The type byte of each entry.</param>
/// <param name="dataOffset">Start of the data section.</param>
/// <param name="absent">The entry that counts as absent, and its place; null if there is none. Names differ, so there is one at
/// most.</param>
internal sealed class AprEntries(
    IReadOnlyList<TensorInfo> tensors, byte[] typeBytes, long dataOffset, (int Place, AprIndexEntry Entry)? absent)
        : IReadOnlyList<AprIndexEntry>
{
    public int Count => typeBytes.Length;

    public AprIndexEntry this[int index]
    {
        get
        {
            if (absent is { } missing && index == missing.Place)
            {
                return missing.Entry;
            }

            TensorInfo tensor = tensors[absent is { Place: var place } && place < index ? index - 1 : index];
            return new()
            {
                Name = tensor.Name,
                TypeByte = typeBytes[index],
                Dimensions = tensor.Shape,
                Offset = tensor.Offset - dataOffset,
                Size = tensor.ByteLength,
                Type = tensor.Type,
            };
        }
    }

    public IEnumerator<AprIndexEntry> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
