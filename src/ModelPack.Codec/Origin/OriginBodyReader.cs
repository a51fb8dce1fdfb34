using System.Collections;
using System.Collections.Immutable;
using ModelPack.Conversion.Ancestors;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Origin;

/// <summary>How a run of bytes is described in an origin record (docs/origin-record.md, Files).</summary>
internal enum OriginSegmentKind : byte
{
    Literal = 0,
    Zeros = 1,
    Payload = 2,
}

/// <summary>
/// Reads the body of an origin record. Each payload goes to one place at most; that all of them together are no longer than a container of
/// that size can mean is checked where the container is at hand (<see cref="RestoredFile"/>), so that a small record cannot describe an
/// endless file.
/// </summary>
internal sealed class OriginBodyReader(BodyReader body, int tensorCount, RecordBudget budget)
{
    private readonly BitArray placed = new(tensorCount);
    private long outsidePayloads;

    /// <exception cref="InvalidDataException">The body breaks a rule of the layout.</exception>
    public OriginRecord Read(Hash128 digest, Hash128[] fileHashes, Hash128[] tensorHashes, Hash128[] viewHashes)
    {
        ModelFormat format = body.TakeEnum<ModelFormat>();
        QuantizedMode quantized = body.TakeEnum<QuantizedMode>();
        NamingMode naming = body.TakeEnum<NamingMode>(OriginCodec.LeftBehindFlag, out bool leftBehind);
        TensorType? dtype = TakeDtype();
        string folder = TakeText();
        long maxShardBytes = body.TakeVarint();
        int sideTensors = body.TakeInt();
        OriginTensor[] tensors = [.. tensorHashes.Select(hash => new OriginTensor(RecipeCodec.Read(body, budget), hash))];
        EnsureLength(tensors);
        ShadowTensor[] views = [.. viewHashes.Select(hash => new ShadowTensor(body.TakeInt(), hash))];
        OriginFile[] files = new OriginFile[fileHashes.Length];
        for (int i = 0; i < files.Length; i++)
        {
            files[i] = ReadFile(tensors, fileHashes[i]);
        }

        body.EnsureEnd();
        OriginNames.Check([.. files.Select(file => file.Name)], format);
        return new()
        {
            Format = format,
            Quantized = quantized,
            Naming = naming,
            LeftBehind = leftBehind,
            Dtype = dtype,
            Form = new(folder.Length == 0 ? null : folder, maxShardBytes == 0 ? null : maxShardBytes),
            ContainerDigest = digest,
            Files = ImmutableArray.Create(files),
            Tensors = ImmutableArray.Create(tensors),
            Views = ImmutableArray.Create(views),
            SideTensors = sideTensors,
        };
    }

    private TensorType? TakeDtype()
    {
        byte value = body.TakeByte();
        return value <= TensorTypes.All.Count
            ? value == 0 ? null : (TensorType)(value - 1)
            : throw new InvalidDataException($"{value} is no tensor type");
    }

    private OriginFile ReadFile(OriginTensor[] tensors, Hash128 hash)
    {
        string name = TakeText();
        int count = body.TakeInt();
        if (count > (2L * tensors.Length) + 1)
        {
            throw new InvalidDataException($"{count} segments are more than {tensors.Length} tensors can have");
        }

        List<Segment> segments = new(Math.Min(count, body.Remaining / 2));
        for (int i = 0; i < count; i++)
        {
            segments.Add(body.TakeEnum<OriginSegmentKind>() switch
            {
                OriginSegmentKind.Literal => new LiteralSegment(body.TakeBytes((int)TakeOutside(body.TakeInt()))),
                OriginSegmentKind.Zeros => ZeroSegment.Of(TakeOutside(body.TakeVarint())),
                _ => TakePayload(tensors),
            });
        }

        return new(name, new FilePlan(segments), hash);
    }

    // Sums of lengths are taken in many places: those of the payloads, and what may lie beside them, are numbers.
    private static void EnsureLength(OriginTensor[] tensors)
    {
        Int128 total = OriginPlanner.MaximumLiteralBytes;
        foreach (OriginTensor tensor in tensors)
        {
            total += tensor.Payload.Length;
        }

        if (total > long.MaxValue)
        {
            throw new InvalidDataException($"it describes {total} bytes");
        }
    }

    private string TakeText() => StrictUtf8.Encoding.GetString(body.TakeBytes(body.TakeInt()).Span);

    private long TakeOutside(long length)
    {
        outsidePayloads = checked(outsidePayloads + length);
        return outsidePayloads <= OriginPlanner.MaximumLiteralBytes
            ? length
            : throw new InvalidDataException($"{outsidePayloads} bytes outside of payloads are more than a record can hold");
    }

    private PayloadSegment TakePayload(OriginTensor[] tensors)
    {
        int tensor = body.TakeInt();
        if (tensor >= tensors.Length || placed[tensor])
        {
            throw new InvalidDataException($"tensor {tensor} does not exist, or has its place already");
        }

        placed[tensor] = true;
        return new(tensor, tensors[tensor].Payload.Length);
    }
}
