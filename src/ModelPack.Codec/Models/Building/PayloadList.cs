using ModelPack.IO;

namespace ModelPack.Models.Building;

/// <summary>The payloads that the plans of an output refer to.</summary>
internal sealed class PayloadList
{
    private readonly Dictionary<BuilderTensor, int> places = [];
    private readonly HashSet<int> tensors = [];

    /// <summary>The payloads; those of tensors, and runs of bytes of a source.</summary>
    public List<ByteSource> Sources { get; } = [];

    /// <summary>The place of a tensor's payload.</summary>
    public int PlaceOf(BuilderTensor tensor) => places[tensor];

    /// <summary>True for the payload of a tensor, false for a run of bytes of a source.</summary>
    public bool IsTensor(PayloadSegment payload) => tensors.Contains(payload.Tensor);

    public PayloadSegment Add(BuilderTensor tensor)
    {
        places.Add(tensor, Sources.Count);
        tensors.Add(Sources.Count);
        return Add(tensor.Payload);
    }

    /// <summary>Another tensor that has the same payload.</summary>
    public void Share(BuilderTensor tensor, PayloadSegment payload) => places.Add(tensor, payload.Tensor);

    public PayloadSegment Add(ByteSource bytes)
    {
        Sources.Add(bytes);
        return new(Sources.Count - 1, bytes.Length);
    }

    /// <summary>A run of bytes of a source; nothing if it is empty.</summary>
    public IEnumerable<Segment> Run(ByteSource source, long start, long length)
    {
        if (length > 0)
        {
            yield return Add(new RangeByteSource(source, start, length));
        }
    }
}
