using System.Collections;
using System.Collections.Immutable;
using System.Text;
using ModelPack.Codec.IO;
using ModelPack.Codec.Proof;

namespace ModelPack.Codec.Conversion.Origin;

/// <summary>How a run of bytes is described in an origin record.</summary>
internal enum OriginSegmentKind : byte
{
    Literal,
    Zeros,
    Payload,
}

/// <summary>
/// Reads the body of an origin record. A restored file can be no larger than the container's payloads and what a planner lets lie between them: each payload
/// goes to one place at most, so that a small record cannot describe an endless file.
/// </summary>
internal sealed class OriginBodyReader(BodyReader body, int tensorCount)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly BitArray placed = new(tensorCount);
    private long outsidePayloads;

    /// <exception cref="InvalidDataException">The body breaks a rule of the layout.</exception>
    public OriginRecord Read(UInt128 digest, UInt128[] fileHashes, UInt128[] tensorHashes)
    {
        ModelFormat format = body.TakeEnum<ModelFormat>();
        QuantizedMode quantized = body.TakeEnum<QuantizedMode>();
        NamingMode naming = body.TakeEnum<NamingMode>();
        string folder = TakeText();
        long maxShardBytes = body.TakeVarint();
        OriginTensor[] tensors = ReadTensors(tensorHashes);
        OriginFile[] files = new OriginFile[fileHashes.Length];
        for (int i = 0; i < files.Length; i++)
        {
            files[i] = ReadFile(tensors, fileHashes[i]);
        }

        body.EnsureEnd();
        return new()
        {
            Format = format,
            Quantized = quantized,
            Naming = naming,
            Form = new(folder.Length == 0 ? null : folder, maxShardBytes == 0 ? null : maxShardBytes),
            ContainerDigest = digest,
            Files = ImmutableArray.Create(files),
            Tensors = ImmutableArray.Create(tensors),
        };
    }

    private OriginTensor[] ReadTensors(UInt128[] hashes)
    {
        OriginTensor[] tensors = new OriginTensor[hashes.Length];
        HashSet<int> containerIndexes = new(tensors.Length);
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = new(body.TakeInt(), body.TakeVarint(), body.TakeEnum<TensorAction>(), hashes[i]);
            if (!containerIndexes.Add(tensors[i].ContainerIndex))
            {
                throw new InvalidDataException($"two tensors have the payload {tensors[i].ContainerIndex}");
            }
        }

        return tensors;
    }

    private OriginFile ReadFile(OriginTensor[] tensors, UInt128 hash)
    {
        string name = TakeText();
        if (!OriginFileName.IsBare(name))
        {
            throw new InvalidDataException($"'{name}' is not a bare file name");
        }

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
                OriginSegmentKind.Zeros => new ZeroSegment(TakeOutside(body.TakeVarint())),
                _ => TakePayload(tensors),
            });
        }

        return new(name, new FilePlan(segments), hash);
    }

    private string TakeText() => StrictUtf8.GetString(body.TakeBytes(body.TakeInt()).Span);

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
        return new(tensor, tensors[tensor].Length);
    }
}
