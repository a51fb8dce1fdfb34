using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Verification.Models;

internal sealed class EditableGguf : EditableModel
{
    public List<MetadataEntry> Metadata { get; } = [];

    public int Version { get; set; } = 3;

    public int Alignment { get; set; } = 32;

    public override ModelFormat Format => ModelFormat.Gguf;

    public override int KeyCount => Metadata.Count;

    public override string KeyAt(int index) => Metadata[index].Key;

    public override void RemoveKey(string key) => Metadata.RemoveAt(Find(key));

    public override void SwapKeys(int left, int right) => (Metadata[left], Metadata[right]) = (Metadata[right], Metadata[left]);

    public override void RenameKey(string key, string name) => Metadata[Find(key)] = new(name, Metadata[Find(key)].Value);

    public override void SetText(string key, string value) => Set(key, GgufValue.FromString(value));

    public void Set(string key, GgufValue value)
    {
        int place = Metadata.FindIndex(entry => entry.Key == key);
        if (place < 0)
        {
            Metadata.Add(new(key, value));
        }
        else
        {
            Metadata[place] = new(key, value);
        }
    }

    public List<string> Strings(string key)
    {
        List<string> strings = [];
        foreach (ReadOnlyMemory<byte> bytes in ((GgufValue)Metadata[Find(key)].Value).EnumerateStrings())
        {
            strings.Add(System.Text.Encoding.UTF8.GetString(bytes.Span));
        }

        return strings;
    }

    public override byte[] Build()
    {
        GgufBytes bytes = new GgufBytes(Version).Header((ulong)Tensors.Count, (ulong)Metadata.Count);
        foreach (MetadataEntry entry in Metadata)
        {
            bytes.Key(entry.Key, ((GgufValue)entry.Value).Type).Raw(entry.Value.RawBytes.Span);
        }

        ulong offset = 0;
        foreach (EditableTensor tensor in Tensors)
        {
            ulong[] dimensions = [.. tensor.Shape.Reverse().Select(dimension => (ulong)dimension)];
            bytes.Record(tensor.Name, (uint)TensorTypes.Get(tensor.Type).GgmlId!.Value, offset, dimensions);
            offset += (ulong)((tensor.Payload.Length + Alignment - 1) / Alignment * Alignment);
        }

        bytes.Pad(Alignment, Padding);
        foreach (EditableTensor tensor in Tensors)
        {
            bytes.Raw(tensor.Payload).Pad(Alignment, Padding);
        }

        return bytes.Raw(Tail).ToArray();
    }

    private int Find(string key)
    {
        int place = Metadata.FindIndex(entry => entry.Key == key);
        Assert.IsGreaterThanOrEqualTo(0, place, key);
        return place;
    }
}
