using System.Text;
using CsCheck;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats.Gguf;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Conversion.Models;

/// <summary>GGUF files of every version, byte order, type and value type, with odd padding and tails.</summary>
internal static class GgufGen
{
    private const int NestingLevels = 2;

    private sealed record Tensor(TensorTypeInfo Type, long[] Shape, byte[] Payload);

    private sealed record Value(GgufValueType Type, Action<GgufBytes> Write);

    private static readonly TensorTypeInfo[] Types = [
        .. Enum.GetValues<TensorType>().Select(TensorTypes.Get).Where(type => type.GgmlId is not null)];

    private static readonly Gen<Tensor> AnyTensor =
        from type in Gen.OneOf(Types)
        from shape in ModelGen.Shape(4, type.BlockElements)
        from pattern in ModelGen.Payload
        select new Tensor(type, shape, ModelGen.Fill(ModelGen.PayloadBytes(type.Type, shape), pattern));

    private static readonly Gen<byte[]> AnyText = Gen.OneOf(
        Gen.Byte.Array[0, 12],
        Gen.OneOf("", "qwen2", "llama", "a\0b", "名前🦙", "{}", "\u0000\u001f\"\\").Select(Encoding.UTF8.GetBytes));

    private static readonly Gen<KeyValuePair<string, Value>> KnownEntry = Gen.OneOf(
        Gen.OneOf("qwen2", "qwen3", "llama", "", "Ünknown").Select(name => Entry("general.architecture", Text(name))),
        Gen.OneOf("", "a name", "\"quoted\\\"", "zero\0", "🦙").Select(name => Entry("general.name", Text(name))),
        AnyText.Select(bytes => Entry("general.name", new(GgufValueType.String, file => file.Text(bytes)))),
        AnyText.Select(bytes => Entry("general.architecture", new(GgufValueType.String, file => file.Text(bytes)))),
        Gen.UInt.Select(number => Entry("qwen2.block_count", new(GgufValueType.UInt32, file => file.U32(number)))),
        Gen.UInt.Select(bits => Entry("qwen2.rope.freq_base", new(GgufValueType.Float32, file => file.U32(bits)))),
        Gen.ULong.Select(number => Entry("llama.context_length", new(GgufValueType.UInt64, file => file.U64(number)))),
        Gen.Const(Entry("tokenizer.chat_template", Text("{% for m in messages %}{{ m }}{% endfor %}"))),
        Gen.Const(Entry("general.license", new(GgufValueType.UInt8, file => file.Raw(7)))));

    /// <summary>A file, and how it is laid out.</summary>
    public static Gen<GeneratedModel> Model { get; } =
        from encoding in Gen.OneOf(GgufBytes.Encodings.ToArray())
        from tensors in AnyTensor.Array[0, 5]
        from names in ModelGen.Names(tensors.Length, name => ModelGen.Utf8Length(name) <= 63 && !name.Contains('\0'))
        from known in KnownEntry.Array[0, 4]
        from other in AnyValue(NestingLevels).Array[0, 4]
        from alignment in Gen.OneOf(0, 0, 1, 2, 8, 32, 64, 256)
        from padding in Gen.OneOf<byte>(0, 0, 0, 0xFF, 0x20)
        from end in Gen.OneOf(0, 0, 0, 1, 2)
        from tail in Gen.Byte.Array[0, 40]
        select Build(encoding(), names, tensors, Entries(known, other, alignment), alignment == 0 ? 32 : alignment, padding, end, tail);

    private static GeneratedModel Build(
        GgufBytes file, string[] names, Tensor[] tensors, KeyValuePair<string, Value>[] entries, int alignment, byte padding, int end,
        byte[] tail)
    {
        file.Header((ulong)tensors.Length, (ulong)entries.Length);
        foreach ((string key, Value value) in entries)
        {
            file.Key(key, value.Type);
            value.Write(file);
        }

        ulong offset = 0;
        for (int i = 0; i < tensors.Length; i++)
        {
            file.Record(
                names[i], (uint)tensors[i].Type.GgmlId!.Value, offset,
                [.. tensors[i].Shape.Reverse().Select(dimension => (ulong)dimension)]);
            offset += (ulong)((tensors[i].Payload.Length + alignment - 1) / alignment * alignment);
        }

        for (int i = 0; i < tensors.Length; i++)
        {
            file.Pad(alignment, padding).Raw(tensors[i].Payload);
        }

        string description =
            $"{file}, alignment {alignment}, {entries.Length} keys, "
                + $"{string.Join(", ", names.Zip(tensors, (name, tensor) => $"'{name}' {tensor.Type.Name} "
                + $"{TensorShape.Format(tensor.Shape)}"))}";
        if (end < 2)
        {
            file.Pad(alignment, padding);
        }

        if (end == 1)
        {
            file.Raw(tail);
        }

        return new(ModelFormat.Gguf, file.ToArray(), description);
    }

    private static KeyValuePair<string, Value>[] Entries(KeyValuePair<string, Value>[] known, Value[] other, int alignment)
    {
        IEnumerable<KeyValuePair<string, Value>> all = known.Concat(other.Select((value, i) => Entry($"key.{i}", value)));
        if (alignment != 0)
        {
            all = all.Append(Entry("general.alignment", new(GgufValueType.UInt32, file => file.U32((uint)alignment))));
        }

        return [.. all.DistinctBy(entry => entry.Key)];
    }

    private static Gen<Value> AnyValue(int levels) => levels == 0 ? Scalar : Gen.Frequency((4, Scalar), (1, Array(levels)));

    private static Gen<Value> Scalar { get; } = Gen.OneOf(
        Gen.Byte.Select(number => new Value(GgufValueType.UInt8, file => file.Raw(number))),
        Gen.Byte.Select(number => new Value(GgufValueType.Int8, file => file.Raw(number))),
        Gen.Byte.Select(number => new Value(GgufValueType.Bool, file => file.Raw(number))),
        Gen.UShort.Select(number => new Value(GgufValueType.UInt16, file => file.U16(number))),
        Gen.UShort.Select(number => new Value(GgufValueType.Int16, file => file.U16(number))),
        Gen.UInt.Select(number => new Value(GgufValueType.UInt32, file => file.U32(number))),
        Gen.UInt.Select(number => new Value(GgufValueType.Int32, file => file.U32(number))),
        Gen.UInt.Select(number => new Value(GgufValueType.Float32, file => file.U32(number))),
        Gen.ULong.Select(number => new Value(GgufValueType.UInt64, file => file.U64(number))),
        Gen.ULong.Select(number => new Value(GgufValueType.Int64, file => file.U64(number))),
        Gen.ULong.Select(number => new Value(GgufValueType.Float64, file => file.U64(number))),
        AnyText.Select(text => new Value(GgufValueType.String, file => file.Text(text))));

    // Items of one array have one type: the first one's; the others are copies of it in type.
    private static Gen<Value> Array(int levels) =>
        from item in AnyValue(levels - 1)
        from count in Gen.Int[0, 4]
        select new Value(GgufValueType.Array, file =>
        {
            file.Array(item.Type, (ulong)count);
            for (int i = 0; i < count; i++)
            {
                item.Write(file);
            }
        });

    private static Value Text(string text) => new(GgufValueType.String, file => file.Text(text));

    private static KeyValuePair<string, Value> Entry(string key, Value value) => new(key, value);
}
