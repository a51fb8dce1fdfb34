using System.Text;
using CsCheck;
using ModelPack.Codec.Tests.Formats.Apr;

namespace ModelPack.Codec.Tests.Conversion.Models;

/// <summary>APR files with every type, odd JSON, gaps, shared payloads, and with or without a footer.</summary>
internal static class AprGen
{
    private sealed record Tensor(byte TypeByte, long[] Shape, byte[] Payload);

    private static readonly (byte Byte, TensorType Type)[] Types =
    [
        (0, TensorType.F32), (1, TensorType.F16), (3, TensorType.F64), (4, TensorType.I32), (5, TensorType.I64), (6, TensorType.I8),
        (7, TensorType.U8),
        (30, TensorType.BF16), (12, TensorType.Q4_K), (14, TensorType.Q6_K), (128, TensorType.AprQ4), (129, TensorType.AprQ8),
        (8, TensorType.AprQ4),
        (9, TensorType.AprQ8), (2, TensorType.BF16), (12, TensorType.AprQ4KRows), (12, TensorType.AprQ4KFlat), (8, TensorType.Q8_0),
        (3, TensorType.Q4_1),
    ];

    private static readonly Gen<Tensor> AnyTensor =
        from type in Gen.OneOf(Types)
        let info = TensorTypes.Get(type.Type)
        from free in ModelGen.Shape(8, info.Rule == PayloadRule.Blocks ? info.BlockElements : 1)
        let shape = info.Rule == PayloadRule.PaddedRows ? [2, 300] : free
        from pattern in ModelGen.Payload
        select new Tensor(type.Byte, shape, ModelGen.Fill(ModelGen.PayloadBytes(type.Type, shape), pattern));

    private static readonly Gen<string> Member = Gen.OneOf(
        "\"name\":\"n\"", "\"name\" : \"\\u00e9\\ud83e\\udd99\"", "\"architecture\":\"qwen2\"", "\"architecture\":\"llama\"",
        "\"hidden_size\":64", "\"rope_theta\":1e6",
        "\"x\":1.0000000000000000000001", "\"x\":-0", "\"big\":123456789012345678901234567890", "\"deep\":[[[{\"a\":[]}]]]", "\"\":\"\"",
        "\"a\\u0000b\":null",
        "\"unicode\":\"名前 🦙\"", "\"esc\":\"\\/\\b\\f\\n\\r\\t\\\"\\\\\"", "\n\"spaced\"\t:\r\n[ 1 , 2 ]", "\"twice\":1,\"twice\":2",
        "\"chat_template\":\"{{ m }}\"");

    private static readonly Gen<string> Metadata =
        from members in Member.Array[0, 4]
        from space in Gen.OneOf("", "", " ", "\n\t ")
        select AprBytes.PlainMetadata[..^1] + string.Concat(members.Distinct().Select(member => "," + member)) + space + "}" + space;

    /// <summary>A file, and how it is laid out.</summary>
    public static Gen<GeneratedModel> Model { get; } =
        from tensors in AnyTensor.Array[0, 5]
        from names in ModelGen.Names(tensors.Length, name => ModelGen.Utf8Length(name) is > 0 and <= 256)
        from metadata in Metadata
        from flags in Gen.OneOf<ushort>(0x0400, 0x0400, 0x0020, 0, 0x8400)
        from padding in Gen.OneOf<byte>(0, 0, 0, 0xFF)
        from reserved in Gen.OneOf<byte>(0, 0, 1)
        from gap in Gen.OneOf(0, 0, 0, 64, 192)
        from twins in Gen.Int[0, 4]
        from footer in Gen.OneOf(true, true, false)
        select Build(names, tensors, new AprBytes
        {
            Metadata = Encoding.UTF8.GetBytes(metadata),
            Flags = flags,
            Padding = padding,
            FirstReserved = reserved,
            HasFooter = footer || gap != 0 || flags == 0x0020, // without one, blk. names would make it realizar's dialect
        }, gap, twins == 0);

    private static GeneratedModel Build(string[] names, Tensor[] tensors, AprBytes file, int gap, bool sharesFirst)
    {
        AprEntryBytes[] entries =
        [
            .. names.Zip(tensors, (name, tensor) => new AprEntryBytes(
                Encoding.UTF8.GetBytes(name), tensor.TypeByte, [.. tensor.Shape.Select(dimension => (ulong)dimension)], tensor.Payload))
                .OrderBy(entry => entry.Name, Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right))),
        ];
        if (gap != 0 && entries.Sum(entry => entry.Payload.Length + gap + 64) < AprBytes.PlacedOffsets)
        {
            ulong offset = 0;
            for (int i = 0; i < entries.Length; i++)
            {
                offset += i == 0 ? 0 : (ulong)gap;
                entries[i] = entries[i] with { Offset = offset };
                offset += (ulong)((entries[i].Payload.Length + 63) / 64 * 64);
            }
        }
        else if (sharesFirst && entries.Length > 0 && entries.Sum(entry => entry.Payload.Length + 64) < AprBytes.PlacedOffsets)
        {
            byte[] twin = [.. entries[^1].Name.Take(200), .. "~"u8];
            AprEntryBytes last = entries[^1] with { Offset = (ulong)entries[..^1].Sum(entry => (entry.Payload.Length + 63) / 64 * 64) };
            entries = [.. entries[..^1], last, last with { Name = twin }];
            entries = entries[^1].Name.AsSpan().SequenceCompareTo(entries[^2].Name) > 0 ? entries : entries[..^1];
        }

        string shown = string.Join(
            ", ", entries.Select(entry => $"'{Encoding.UTF8.GetString(entry.Name)}' {entry.Type} [{string.Join(", ", entry.Dimensions)}]"));
        byte[] bytes = (file with { Entries = entries }).Build();
        return new(
            ModelFormat.Apr, bytes,
            $"flags {file.Flags:x4}, gap {gap}, footer {file.HasFooter}, {Encoding.UTF8.GetString(file.Metadata)}, {shown}");
    }
}
