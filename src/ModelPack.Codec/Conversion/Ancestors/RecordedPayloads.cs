using System.Collections;
using ModelPack.Conversion.Pipeline;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Ancestors;

/// <summary>The payload of each tensor of a record, as it stood in the file described; opened when it is asked for.</summary>
/// <param name="record">A record that fits the container (<see cref="RestoredFile.Check"/>).</param>
/// <param name="container">The file that the payloads are read from. It has to outlive them.</param>
internal sealed class RecordedPayloads(OriginRecord record, ModelFile container) : IReadOnlyList<ByteSource>
{
    // What is stored as it is costs nothing to open, and is most of a model.
    private readonly Lazy<ByteSource?[]> made = new(() => new ByteSource?[record.Tensors.Length]);

    public int Count => record.Tensors.Length;

    public ByteSource this[int index] => record.Tensors[index].Payload is StoredPayload stored
        ? container.OpenPayload(stored.Tensor)
        : made.Value[index] ??= MadePayloads.Open(container, record.Tensors[index].Payload);

    public IEnumerator<ByteSource> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
