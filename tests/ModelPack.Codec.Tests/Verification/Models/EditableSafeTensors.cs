using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace ModelPack.Codec.Tests.Verification.Models;

internal sealed class EditableSafeTensors : EditableJson
{
    public override ModelFormat Format => ModelFormat.SafeTensors;

    /// <summary>What the header is padded with.</summary>
    public char HeaderPadding { get; set; } = ' ';

    public override byte[] Build()
    {
        StringBuilder header = new("{\"__metadata__\":" + MetadataJson());
        long offset = 0;
        foreach (EditableTensor tensor in Tensors)
        {
            string name = JsonSerializer.Serialize(tensor.Name);
            string type = TensorTypes.Get(tensor.Type).Name;
            header.Append(
                $",{name}:{{\"dtype\":\"{type}\",\"shape\":[{string.Join(",", tensor.Shape)}],\"data_offsets\":[{offset},{offset + tensor.Payload.Length}]}}");
            offset += tensor.Payload.Length;
        }

        header.Append('}');
        int length = (Encoding.UTF8.GetByteCount(header.ToString()) + 8) / 8 * 8;
        byte[] text = Encoding.UTF8.GetBytes(header.ToString());
        byte[] start = new byte[8 + length];
        start.AsSpan().Fill((byte)HeaderPadding);
        BinaryPrimitives.WriteInt64LittleEndian(start, length);
        text.CopyTo(start, 8);
        using MemoryStream file = new();
        file.Write(start);
        Tensors.ForEach(tensor => file.Write(tensor.Payload));
        file.Write(Tail);
        return file.ToArray();
    }
}
