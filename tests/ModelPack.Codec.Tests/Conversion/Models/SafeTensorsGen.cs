using System.Buffers.Binary;
using System.Text;
using CsCheck;
using ModelPack.Formats.SafeTensors;

namespace ModelPack.Codec.Tests.Conversion.Models;

/// <summary>SafeTensors files with every dtype and any spelling of the header that the reference library reads.</summary>
internal static class SafeTensorsGen
{
    private sealed record Tensor(TensorType Type, long[] Shape, byte[] Payload);

    private sealed record Spelling(string Space, string Padding, bool Escapes, bool Reversed, int MetadataPlace, int FieldOrder);

    private static readonly Gen<Tensor> AnyTensor =
        from type in Gen.OneOf(SafeTensorsTypes.All.ToArray())
        from shape in ModelGen.Shape(12, 1)
        let whole = SafeTensorsTypes.Bits(type) < 8 ? [.. shape, 8L] : shape
        from pattern in ModelGen.Payload
        select new Tensor(type, whole, ModelGen.Fill(ModelGen.PayloadBytes(type, whole), pattern));

    private static readonly Gen<KeyValuePair<string, string>> AnyEntry = Gen.OneOf(
        new KeyValuePair<string, string>("format", "pt"), new("format", ""), new("", "empty key"), new("name", "n\u0000\u001f\"\\"),
        new("unicode", "名前 🦙"), new("nested", "{\"a\":[1,2]}"),
        new("architecture", "qwen2"), new("modelpack", "modelpack.origin"), new("long", new string('v', 500)));

    private static readonly Gen<Spelling> AnySpelling =
        from space in Gen.OneOf("", "", " ", "\n  ", "\t\r\n")
        from padding in Gen.OneOf("", "", "        ", " ", "\n\n\t")
        from escapes in Gen.Bool
        from reversed in Gen.Bool
        from place in Gen.Int[0, 2]
        from order in Gen.Int[0, 2]
        select new Spelling(space, padding, escapes, reversed, place, order);

    /// <summary>A file, and how it is spelled.</summary>
    public static Gen<GeneratedModel> Model { get; } =
        from tensors in AnyTensor.Array[0, 5]
        from names in ModelGen.Names(tensors.Length, name => name != "__metadata__")
        from entries in AnyEntry.Array[0, 4]
        from spelling in AnySpelling
        select Build(names, tensors, [.. entries.DistinctBy(entry => entry.Key)], spelling);

    private static GeneratedModel Build(string[] names, Tensor[] tensors, KeyValuePair<string, string>[] metadata, Spelling spelling)
    {
        List<string> members = [];
        long offset = 0;
        for (int i = 0; i < tensors.Length; i++)
        {
            long end = offset + tensors[i].Payload.Length;
            string[] fields =
            [
                $"{Text("dtype", spelling)}:{spelling.Space}{Text(TensorTypes.Get(tensors[i].Type).Name, spelling with { Escapes = false })}",
                $"\"shape\":[{string.Join("," + spelling.Space, tensors[i].Shape)}]",
                $"\"data_offsets\"{spelling.Space}:[{offset},{spelling.Space}{end}]",
            ];
            string[] ordered = [.. fields[spelling.FieldOrder..], .. fields[..spelling.FieldOrder]];
            members.Add($"{Text(names[i], spelling)}:{spelling.Space}{{{string.Join("," + spelling.Space, ordered)}}}");
            offset = end;
        }

        if (spelling.Reversed)
        {
            members.Reverse();
        }

        if (metadata.Length > 0 || spelling.MetadataPlace == 2)
        {
            string text =
                $"\"__metadata__\":{{{string.Join(",", metadata.Select(entry => $"{Text(entry.Key, spelling)}:{Text(entry.Value, spelling)}"))}}}";
            members.Insert(Math.Min(spelling.MetadataPlace, members.Count), text);
        }

        byte[] header = Encoding.UTF8.GetBytes($"{{{string.Join("," + spelling.Space, members)}{spelling.Space}}}{spelling.Padding}");
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return new(
            ModelFormat.SafeTensors, [.. length, .. header, .. tensors.SelectMany(tensor => tensor.Payload)],
            Encoding.UTF8.GetString(header));
    }

    private static string Text(string text, Spelling spelling)
    {
        StringBuilder json = new("\"");
        foreach (char character in text)
        {
            bool escape = character < ' ' || character is '"' or '\\' || (spelling.Escapes && (character > '~' || character == 'd'));
            json.Append(escape ? $"\\u{(int)character:x4}" : character.ToString());
        }

        return json.Append('"').ToString();
    }
}
