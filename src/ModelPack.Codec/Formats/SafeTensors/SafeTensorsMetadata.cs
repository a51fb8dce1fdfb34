using System.Buffers;
using System.Buffers.Text;

namespace ModelPack.Formats.SafeTensors;

/// <summary>The metadata keys that have a meaning to this library.</summary>
internal static class SafeTensorsMetadata
{
    /// <summary>The format has no field for the architecture; some writers leave one of these.</summary>
    private static readonly string[] ArchitectureKeys = ["general.architecture", "modelspec.architecture", "architecture"];

    public static string? FindArchitecture(IReadOnlyList<MetadataEntry> metadata) =>
        ArchitectureKeys.Select(key => Find(metadata, key)?.Text).FirstOrDefault(text => text is not null);

    public static ReadOnlyMemory<byte>? DecodeOrigin(IReadOnlyList<MetadataEntry> metadata, string path)
    {
        if (Find(metadata, ModelFile.OriginKey) is not { } value)
        {
            return null;
        }

        ReadOnlySpan<byte> base64 = value.RawBytes.Span;
        byte[] decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        OperationStatus status = Base64.DecodeFromUtf8(base64, decoded, out int consumed, out int written);

        // The decoder skips whitespace, which the length of the encoding gives away.
        return status == OperationStatus.Done && consumed == base64.Length && Base64.GetMaxEncodedToUtf8Length(written) == base64.Length
            ? decoded.AsMemory(0, written)
            : throw new ModelFormatException(
                SafeTensorsErrors.OriginNotBase64, $"the metadata value '{ModelFile.OriginKey}' is not base64", value.Position)
            {
                FilePath = path,
            };
    }

    private static SafeTensorsValue? Find(IReadOnlyList<MetadataEntry> metadata, string key) =>
        metadata.FirstOrDefault(entry => entry.Key == key)?.Value as SafeTensorsValue;
}
