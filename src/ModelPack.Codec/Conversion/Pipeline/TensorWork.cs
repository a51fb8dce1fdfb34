using ModelPack.Tensors;

namespace ModelPack.Conversion.Pipeline;

/// <summary>What a pass knows of one tensor.</summary>
/// <param name="Info">The tensor.</param>
/// <param name="Scanner">Its finite check; null if its values cannot be looked at, or are looked at for another tensor.</param>
/// <param name="Destination">Where it goes in the output, if it does.</param>
internal readonly record struct TensorWork(TensorInfo Info, FiniteScanner? Scanner, long? Destination)
{
    /// <summary>The first tensor with the same values in the same bytes, whose checks count for this one too: itself, mostly.</summary>
    public int SameAs { get; init; }

    /// <summary>Its check for one value; only beside the finite check.</summary>
    public UniformScanner? Uniform { get; init; }

    /// <summary>True if the payload is stored highest byte first, and it is known which bytes to swap.</summary>
    public bool IsReversed => Info.ByteOrder == ByteOrder.BigEndian && PayloadByteOrder.Support(Info.Type) == ByteSwapSupport.Exact;

    public static TensorWork[] For(PassRequest request)
    {
        TensorWork[] work = new TensorWork[request.Tensors.Count];
        int[] first = request.Work.HasFlag(PassWork.FiniteScan) ? SharedPayloads.First(request.Tensors) : [];
        for (int i = 0; i < work.Length; i++)
        {
            TensorInfo info = request.Tensors[i];
            FiniteScanner? scanner = request.Work.HasFlag(PassWork.FiniteScan) && first[i] == i && CanScan(info)
                ? FiniteScanner.For(info.Type, info.Shape.AsSpan())
                : null;
            work[i] = new(info, scanner, request.Destinations.Count == 0 ? null : request.Destinations[i])
            {
                SameAs = first.Length == 0 ? i : first[i],
                Uniform = scanner is not null && request.Work.HasFlag(PassWork.UniformScan)
                    ? UniformScanner.For(info.Type, info.Shape.AsSpan())
                    : null,
            };
        }

        return work;
    }

    /// <summary>Whether the values of a tensor can be checked: whether its byte order is understood.</summary>
    public static bool CanScan(TensorInfo info) =>
        info.ByteOrder == ByteOrder.LittleEndian || PayloadByteOrder.Support(info.Type) != ByteSwapSupport.DerivedOnly;
}
