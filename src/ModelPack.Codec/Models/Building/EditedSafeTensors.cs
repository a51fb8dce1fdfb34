using System.Buffers.Binary;
using System.Text;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.IO.Json;

namespace ModelPack.Models.Building;

/// <summary>Plans an edited SafeTensors file: spelling, order and padding of the header stay where nothing changed (safetensors.md §2,
/// §4).</summary>
internal static class EditedSafeTensors
{
    private const int LargestStep = 4096;

    public static FilePlan Plan(BuilderFile file, PayloadList payloads)
    {
        SafeTensorsFile source = (SafeTensorsFile)file.Model!;
        BuilderTensor[] order = Order(file.Tensors, source);
        Dictionary<BuilderTensor, long> offsets = [];
        List<Segment> data = [];
        long offset = 0;
        foreach (BuilderTensor tensor in order)
        {
            offsets.Add(tensor, offset);
            data.Add(payloads.Add(tensor));
            offset = checked(offset + tensor.Payload.Length);
        }

        ReadOnlyMemory<byte> header = Header(file, source, order, offsets);
        byte[] length = new byte[SafeTensorsFormat.LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return new([new LiteralSegment(length), new LiteralSegment(header), .. data]);
    }

    // New tensors go where the writer of the reference would put them: before narrower types, so that nothing behind them loses its
    // alignment.
    private static BuilderTensor[] Order(List<BuilderTensor> tensors, SafeTensorsFile source)
    {
        List<BuilderTensor> order =
            [.. tensors.Where(tensor => tensor.Place is not null).OrderBy(tensor => source.Tensors[tensor.Place!.Value].Offset)
                .ThenBy(tensor => tensor.Payload.Length).ThenBy(tensor => tensor.Place)];
        foreach (BuilderTensor tensor in tensors.Where(tensor => tensor.Place is null))
        {
            int before = order.FindIndex(other => SafeTensorsTypes.Rank(other.Type) < SafeTensorsTypes.Rank(tensor.Type));
            order.Insert(before < 0 ? order.Count : before, tensor);
        }

        return [.. order];
    }

    private static ReadOnlyMemory<byte> Header(
        BuilderFile file, SafeTensorsFile source, BuilderTensor[] order, Dictionary<BuilderTensor, long> offsets)
    {
        ReadOnlyMemory<byte> before = source.HeaderBytes;
        JsonObjectText text = JsonObjectText.Parse(before, SafeTensorsFormat.MaxHeaderDepth);
        Dictionary<string, BuilderTensor> byName = new(file.Kept, StringComparer.Ordinal);
        List<JsonMember> members = [.. text.Members];
        text.Members.Clear();
        foreach (JsonMember member in members)
        {
            if (member.Name == SafeTensorsFormat.MetadataName)
            {
                // The reference writes no empty object; one that was there is left alone.
                if (file.Entries.Count == 0 && source.Metadata.Count > 0)
                {
                    continue;
                }

                text.Members.Add(member with { Value = Metadata(member.Value, file) });
            }
            else if (byName.TryGetValue(member.Name, out BuilderTensor? tensor))
            {
                text.Members.Add(Changed(member, tensor, offsets[tensor]));
            }
        }

        if (file.Entries.Count > 0 && !members.Exists(member => member.Name == SafeTensorsFormat.MetadataName))
        {
            text.Insert(0, SafeTensorsFormat.MetadataName, Spelled(SafeTensorsFormat.MetadataName), Metadata("{}"u8.ToArray(), file));
        }

        string previous = SafeTensorsFormat.MetadataName;
        foreach (BuilderTensor tensor in order)
        {
            if (tensor.Place is null)
            {
                int place = text.Members.FindIndex(member => member.Name == previous);
                text.Insert(place + 1, tensor.Name, Spelled(tensor.Name), Entry(tensor, offsets[tensor]));
            }

            previous = tensor.Name;
        }

        return Padded(text.Write(), before);
    }

    private static JsonMember Changed(JsonMember member, BuilderTensor tensor, long offset)
    {
        JsonObjectText entry = JsonObjectText.Parse(member.Value, SafeTensorsFormat.MaxHeaderDepth);
        int range = entry.Members.FindIndex(field => field.Name == "data_offsets");
        byte[] wanted = Range(offset, tensor.Payload.Length);
        JsonMember field = entry.Members[range];
        bool isSame = string.Concat(
            Encoding.UTF8.GetString(field.Value.Span)
                .Where(letter => letter is not (' ' or '\t' or '\r' or '\n'))) == Encoding.UTF8.GetString(wanted);
        entry.Members[range] = isSame ? field : field with { Value = wanted };
        bool isRenamed = member.Name != tensor.Name;
        return member with
        {
            Name = tensor.Name,
            Key = isRenamed ? Spelled(tensor.Name) : member.Key,
            Value = isSame ? member.Value : entry.Write(),
        };
    }

    private static ReadOnlyMemory<byte> Metadata(ReadOnlyMemory<byte> before, BuilderFile file)
    {
        JsonObjectText text = JsonObjectText.Parse(before, SafeTensorsFormat.MaxHeaderDepth);
        JsonMember[] members = [.. text.Members];
        text.Members.Clear();
        foreach (BuilderEntry entry in file.Entries)
        {
            if (entry.Place is { } place)
            {
                text.Members.Add(file.IsNew(entry) ? members[place] with { Value = Spelled(entry.Value.RawBytes.Span) } : members[place]);
            }
            else
            {
                text.Insert(text.Members.Count, entry.Key, Spelled(entry.Key), Spelled(entry.Value.RawBytes.Span));
            }
        }

        return text.Write();
    }

    private static byte[] Range(long offset, long length) => Encoding.ASCII.GetBytes($"[{offset},{checked(offset + length)}]");

    private static byte[] Entry(BuilderTensor tensor, long offset) => Encoding.ASCII.GetBytes(
        $"{{\"dtype\":\"{TensorTypes.Get(tensor.Type).Name}\",\"shape\":[{string.Join(',', tensor.Shape)}],\"data_offsets\":[{offset},{checked(offset + tensor.Payload.Length)}]}}");

    private static ReadOnlyMemory<byte> Spelled(string text) => Spelled(SafeTensorsText.Utf8(text, text));

    private static ReadOnlyMemory<byte> Spelled(ReadOnlySpan<byte> utf8) => new SafeTensorsText(utf8.Length + 2).String(utf8).Bytes;

    // The header of the reference ends in spaces up to a multiple of eight; one that did not is spaced as it was.
    private static ReadOnlyMemory<byte> Padded(ReadOnlyMemory<byte> text, ReadOnlyMemory<byte> before)
    {
        if (text.Length == before.Length || before.Length % SafeTensorsFormat.HeaderAlignment != 0)
        {
            return text;
        }

        // More spaces than that are there for a larger step, of the header or of the data behind it.
        int spaces = before.Length - before.Span.TrimEnd((byte)' ').Length;
        int[] steps = [Step(before.Length), Step(before.Length + SafeTensorsFormat.LengthBytes)];
        int step = spaces < SafeTensorsFormat.HeaderAlignment ? SafeTensorsFormat.HeaderAlignment : Math.Min(steps.Max(), LargestStep);
        int start = steps[0] >= steps[1] ? 0 : SafeTensorsFormat.LengthBytes;
        SafeTensorsText padded = new(text.Length + step);
        padded.Raw(text.Span.TrimEnd((byte)' '));
        while ((padded.Length + start) % step != 0)
        {
            padded.Raw(" "u8);
        }

        return padded.Bytes;
    }

    private static int Step(int length) => length & -length;
}
