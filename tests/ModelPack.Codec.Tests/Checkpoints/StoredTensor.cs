using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>A tensor of a SafeTensors file that a test writes in another way.</summary>
internal sealed record StoredTensor(string Type, long[] Shape, byte[] Bytes)
{
    public static SortedDictionary<string, StoredTensor> Read(byte[] file)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        SortedDictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);
        foreach ((string name, JsonNode? entry) in JsonNode.Parse(file.AsSpan(8, length))!.AsObject())
        {
            if (name != "__metadata__")
            {
                int[] range = entry!["data_offsets"].Deserialize<int[]>()!;
                tensors[name] = new(
                    entry["dtype"]!.GetValue<string>(), entry["shape"].Deserialize<long[]>()!,
                    file[(8 + length + range[0])..(8 + length + range[1])]);
            }
        }

        return tensors;
    }

    public static byte[] Write(SortedDictionary<string, StoredTensor> tensors)
    {
        JsonObject header = [];
        int at = 0;
        foreach ((string name, StoredTensor tensor) in tensors)
        {
            header[name] = new JsonObject
            {
                ["dtype"] = tensor.Type,
                ["shape"] = new JsonArray([.. tensor.Shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray((JsonNode)at, (JsonNode)(at + tensor.Bytes.Length)),
            };
            at += tensor.Bytes.Length;
        }

        string text = header.ToJsonString();
        byte[] bytes = Encoding.UTF8.GetBytes(text.PadRight((text.Length + 7) / 8 * 8));
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
        return [.. length, .. bytes, .. tensors.Values.SelectMany(tensor => tensor.Bytes)];
    }
}
