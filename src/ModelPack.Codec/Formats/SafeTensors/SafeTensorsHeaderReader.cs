using System.Text.Json;
using ModelPack.IO.Json;
using ModelPack.Tensors;

namespace ModelPack.Formats.SafeTensors;

/// <summary>Parses the header in one pass. Beyond the format's own rules it refuses what safetensors.md §7 lists.</summary>
internal sealed class SafeTensorsHeaderReader
{
    private readonly ReadOnlyMemory<byte> header;
    private readonly ByteSource source;
    private readonly List<SafeTensorsEntry> entries = [];
    private readonly List<MetadataEntry> metadata = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly ShapeCache shapes = new();

    private SafeTensorsHeaderReader(ReadOnlyMemory<byte> header, ByteSource source) => (this.header, this.source) = (header, source);

    /// <param name="header">The header.</param>
    /// <param name="source">The file that it stands in.</param>
    public static SafeTensorsHeader Read(ReadOnlyMemory<byte> header, ByteSource source)
    {
        JsonOrigin origin = new(source.Name, SafeTensorsFormat.LengthBytes, SafeTensorsErrors.NotJson, SafeTensorsErrors.WrongStructure);
        StrictJson json = new(header.Span, origin, SafeTensorsFormat.MaxHeaderDepth);
        SafeTensorsHeaderReader reader = new(header, source);
        try
        {
            reader.ReadTop(ref json);
        }
        catch (JsonException fault)
        {
            throw json.NotJson(fault);
        }

        return new SafeTensorsHeader(reader.entries, reader.metadata);
    }

    private void ReadTop(ref StrictJson json)
    {
        json.Next(JsonTokenType.StartObject, "the header");
        while (json.Next() && json.Token == JsonTokenType.PropertyName)
        {
            string name = json.Text();
            if (!names.Add(name))
            {
                throw name == SafeTensorsFormat.MetadataName
                    ? json.Error(SafeTensorsErrors.WrongStructure, "__metadata__ stands twice", json.Position)
                    : json.Error(SafeTensorsErrors.DuplicateName, "the name stands twice in the header", json.Position, name);
            }

            if (name == SafeTensorsFormat.MetadataName)
            {
                ReadMetadata(ref json);
            }
            else
            {
                TensorLimit.Read((ulong)entries.Count + 1, source.Name, SafeTensorsFormat.LengthBytes + json.Position);
                entries.Add(SafeTensorsEntryReader.Read(ref json, header.Span, name, shapes));
            }
        }

        json.Next();
    }

    private void ReadMetadata(ref StrictJson json)
    {
        json.Next();
        if (json.Token == JsonTokenType.Null)
        {
            throw json.Error(SafeTensorsErrors.MetadataIsNull, "__metadata__ is null instead of an object", json.Position);
        }

        json.Expect(JsonTokenType.StartObject, "__metadata__");
        HashSet<string> keys = new(StringComparer.Ordinal);
        while (json.Next() && json.Token == JsonTokenType.PropertyName)
        {
            string key = json.Text();
            if (!keys.Add(key))
            {
                throw json.Error(SafeTensorsErrors.DuplicateMetadataKey, $"the metadata key '{key}' stands twice", json.Position);
            }

            if (metadata.Count == SafeTensorsFormat.MaximumKeys)
            {
                throw json.Error(
                    SafeTensorsErrors.KeyLimit, $"the header has more than {SafeTensorsFormat.MaximumKeys} metadata keys", json.Position);
            }

            json.Next();
            json.Expect(JsonTokenType.String, $"the metadata value of '{key}'");
            metadata.Add(new MetadataEntry(key, SafeTensorsValue.Of(json.Utf8(), source, json.Position, json.Spelling.Length)));
        }
    }
}
