using System.Buffers.Binary;
using System.Text;
using ModelPack.Codec.Tests.Formats.Apr;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Verification.Mutations;

/// <summary>Bytes of the file that belong to no tensor and no key.</summary>
internal static class ContainerMutations
{
    private static readonly ModelFormat[] Gguf = [ModelFormat.Gguf];
    private static readonly ModelFormat[] Apr = [ModelFormat.Apr];
    private static readonly ModelFormat[] SafeTensors = [ModelFormat.SafeTensors];

    public static IEnumerable<Mutation> All =>
        Kept.Select(mutation => mutation with { Level = ProofLevel.L3, Kind = DifferenceKind.Container }).Concat(Refused);

    private static IEnumerable<Mutation> Kept =>
    [
        new("padding that is not zero", model => model.Padding = 0x20) { Formats = [ModelFormat.Gguf, ModelFormat.Apr] },
        new("one bit in the last padding", _ => { }) { Formats = Gguf, Bytes = bytes => Flip(bytes, bytes.Length - 1) },
        new("a tail", model => model.Tail = "trailing text"u8.ToArray()) { Formats = Gguf },
        new("a tail that is a program", model => model.Tail = [0x7F, 0x45, 0x4C, 0x46, 2])
        {
            Formats = Gguf,
            Finding = ValidationErrors.Tail,
            FindingPlace = _ => "bytes outside the tensors",
        },
        new("the last padding cut off", _ => { }) { Formats = Gguf, Bytes = bytes => bytes[..^8] },
        new("another version with the same layout", model => ((EditableGguf)model).Version = 2) { Formats = Gguf },
        new("another minor version", model => ((EditableApr)model).Minor = 1) { Formats = Apr },
        new("a reserved byte", _ => { }) { Formats = Apr, Bytes = bytes => FixChecksums(Flip(bytes, 60)) },
        new("the footer cut off", _ => { }) { Formats = Apr, Bytes = bytes => bytes[..^4] },
        new("a header padded with line ends", model => ((EditableSafeTensors)model).HeaderPadding = '\n') { Formats = SafeTensors },
        new("a text spelled with an escape", model => ((EditableJson)model).SetJson("format", "\"p\\u0074\"")) { Formats = SafeTensors },
    ];

    private static IEnumerable<Mutation> Refused =>
    [
        new("one byte cut off", _ => { })
        {
            Bytes = bytes => bytes[..^1],
            Formats = [ModelFormat.Apr, ModelFormat.SafeTensors],
            Refusal = format => format == ModelFormat.Apr ? AprErrors.Tail : SafeTensorsErrors.MetadataIncompleteBuffer,
        },
        new("the last payload cut off", _ => { })
        {
            Bytes = bytes => bytes[..^200],
            Refusal = format => Pick(format, GgufErrors.EndOfFile, AprErrors.Extent, SafeTensorsErrors.MetadataIncompleteBuffer),
        },
        new("cut in the middle", _ => { })
        {
            Bytes = bytes => bytes[..(bytes.Length / 2)],
            Refusal = format => Pick(format, GgufErrors.EndOfFile, AprErrors.Extent, SafeTensorsErrors.MetadataIncompleteBuffer),
        },
        new("cut in the header", _ => { })
        {
            Bytes = bytes => bytes[..40],
            Refusal = format => Pick(format, GgufErrors.Count, AprErrors.EndOfFile, SafeTensorsErrors.InvalidHeaderLength),
        },
        new("bytes behind the end", model => model.Tail = [1, 2, 3])
        {
            Formats = [ModelFormat.Apr, ModelFormat.SafeTensors],
            Refusal = format => format == ModelFormat.Apr ? AprErrors.Tail : SafeTensorsErrors.MetadataIncompleteBuffer,
        },
        new("a wrong header checksum", _ => { })
        {
            Formats = Apr,
            Bytes = bytes => Flip(bytes, 60),
            Refusal = _ => AprErrors.HeaderChecksum,
        },
        new("a wrong footer", model => ((EditableApr)model).FooterFlip = 1)
        {
            Formats = Apr,
            Kind = DifferenceKind.Container,
            WrongChecksum = AprErrors.Footer,
        },
        new("a payload bit below an unchanged footer", _ => { })
        {
            Formats = Apr, Bytes = bytes => Flip(bytes, bytes.Length - 10_000), Kind = DifferenceKind.Payload,
                WrongChecksum = AprErrors.Footer,
        },
        new("a padding bit below an unchanged footer", _ => { })
        {
            Formats = Apr, Bytes = bytes => Flip(bytes, 64 + BitConverter.ToInt32(bytes, 20)), Kind = DifferenceKind.Container,
                WrongChecksum = AprErrors.Footer,
        },
        new("the magic", _ => { }) { Formats = Gguf, Bytes = bytes => Flip(bytes, 3), Refusal = _ => GgufErrors.Magic },
        new("an offset that points elsewhere", model => model.Tail = new byte[64])
        {
            Formats = Gguf,
            Bytes = MoveLastOffset,
            Refusal = _ => GgufErrors.Gap,
        },
        new("a tensor count that is too small", _ => { })
        {
            Formats = Apr,
            Bytes = bytes => AprBytes.FixHeaderChecksum(Flip(bytes, 8)),
            Refusal = _ => AprErrors.Tail,
        },
    ];

    private static ErrorCode Pick(ModelFormat format, ErrorCode gguf, ErrorCode apr, ErrorCode safeTensors) => format switch
    {
        ModelFormat.Gguf => gguf,
        ModelFormat.Apr => apr,
        _ => safeTensors,
    };

    private static byte[] Flip(byte[] bytes, int offset)
    {
        bytes[offset] ^= 1;
        return bytes;
    }

    private static byte[] FixChecksums(byte[] bytes)
    {
        AprBytes.FixHeaderChecksum(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(bytes.Length - 4), System.IO.Hashing.Crc32.HashToUInt32(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }

    // The record of the last tensor ends with its offset, which is followed by padding.
    private static byte[] MoveLastOffset(byte[] bytes)
    {
        int name = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("lookup"));
        bytes[name + "lookup".Length + 4 + 8 + 4] ^= 32;
        return bytes;
    }
}
