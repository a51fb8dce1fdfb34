using System.Text;
using System.Text.Json;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.SafeTensors;

/// <summary>Parses the header in one pass. Beyond the format's own rules it refuses what safetensors.md §7 lists.</summary>
internal sealed class SafeTensorsHeaderReader
{
    private readonly ReadOnlyMemory<byte> header;
    private readonly List<SafeTensorsEntry> entries = [];
    private readonly List<MetadataEntry> metadata = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly ShapeCache shapes = new();

    private SafeTensorsHeaderReader(ReadOnlyMemory<byte> header) => this.header = header;

    public static SafeTensorsHeader Read(ReadOnlyMemory<byte> header, string path)
    {
        JsonOrigin origin = new(path, SafeTensorsFormat.LengthBytes, SafeTensorsErrors.NotJson, SafeTensorsErrors.WrongStructure);
        StrictJson json = new(header.Span, origin, SafeTensorsFormat.MaxHeaderDepth);
        SafeTensorsHeaderReader reader = new(header);
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

            json.Next();
            json.Expect(JsonTokenType.String, $"the metadata value of '{key}'");
            ReadOnlyMemory<byte> value = json.IsEscaped
                ? Encoding.UTF8.GetBytes(json.Text())
                : header.Slice(json.Consumed - 1 - json.Spelling.Length, json.Spelling.Length);
            metadata.Add(new MetadataEntry(key, new SafeTensorsValue(value, json.Position)));
        }
    }
}
