using ModelPack.Formats.Apr;
using ModelPack.Models;
using ModelPack.Tensors;

namespace ModelPack.Qa.Gates;

/// <summary>F-APR-FORMAT-*: the index and the header of an APR file (apr-v2.md).</summary>
internal static class AprFormatGates
{
    /// <summary>Type byte, size and place of every tensor of an APR file (apr-v2.md).</summary>
    public static GateAnswer Look(QaModel output, int part)
    {
        using ModelFile file = ModelFiles.Open(output.Path);
        if (file.First is not AprFile apr)
        {
            return GateAnswer.Skipped("no APR file was written");
        }

        return part switch
        {
            1 => GateAnswer.Of(
                apr.Entries.Count, "tensors have the size of their type byte and shape",
                [.. apr.Entries.Where(entry => !TensorTypes.Get(entry.Type).TryGetPayloadBytes(entry.Dimensions.AsSpan(), out long bytes)
                    || bytes != entry.Size).Select(entry => $"'{entry.Name}': type byte {entry.TypeByte}, {entry.Size} bytes")],
                "type bytes do not fit"),
            2 => GateAnswer.Of(
                apr.Entries.Count, "tensors begin at a multiple of 64 bytes",
                [.. apr.Entries.Where(entry => (apr.DataOffset + entry.Offset) % 64 != 0)
                    .Select(entry => $"'{entry.Name}' begins at {apr.DataOffset + entry.Offset}")],
                "tensors are not aligned"),
            _ => GateAnswer.Of(
                1, "header has magic and version 2",
                apr.VersionMajor == 2 ? [] : [$"version {apr.VersionMajor}.{apr.VersionMinor}"], "the header is wrong"),
        };
    }
}
