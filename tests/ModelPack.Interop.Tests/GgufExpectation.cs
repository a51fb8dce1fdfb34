using System.Text;
using ModelPack.Formats.Gguf;
using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests;

/// <summary>What the reference reader has to find in a file, told by our reader. Differences come as one line each.</summary>
internal static class GgufExpectation
{
    public static List<string> Differences(GgufFile ours, GgufContents theirs)
    {
        List<string> differences = [];
        Compare(differences, "version", ours.Version, theirs.Version);
        Compare(differences, "alignment", ours.Alignment, theirs.Alignment);
        Compare(differences, "number of keys", ours.Metadata.Count, theirs.Pairs.Count);
        Compare(differences, "number of tensors", ours.Records.Count, theirs.Tensors.Count);
        if (ours.Records.Count > 0)
        {
            Compare(differences, "data offset", ours.DataOffset, theirs.DataOffset);
        }

        foreach ((MetadataEntry entry, GgufPair pair) in ours.Metadata.Zip(theirs.Pairs))
        {
            Compare(differences, entry, pair);
        }

        foreach ((GgufTensorRecord record, GgufTensor tensor) in ours.Records.Zip(theirs.Tensors))
        {
            Compare(differences, ours, record, tensor);
        }

        return differences;
    }

    private static void Compare(List<string> differences, MetadataEntry entry, GgufPair pair)
    {
        GgufValue value = (GgufValue)entry.Value;
        Compare(differences, "key", entry.Key, pair.Key);
        Compare(differences, $"type of {entry.Key}", (int)value.Type, pair.Type);
        Compare(differences, $"item type of {entry.Key}", (int?)value.ElementType, pair.ElementType);
        List<byte[]> items = Items(value);
        Compare(differences, $"number of items of {entry.Key}", items.Count, pair.Items.Count);
        foreach ((byte[] ours, byte[] theirs) in items.Zip(pair.Items))
        {
            Compare(differences, $"value of {entry.Key}", Convert.ToHexStringLower(ours), Convert.ToHexStringLower(theirs));
        }
    }

    private static void Compare(List<string> differences, GgufFile file, GgufTensorRecord record, GgufTensor tensor)
    {
        string name = record.Tensor.Name;
        Compare(differences, "tensor name", Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name)), Convert.ToHexStringLower(tensor.Name));
        Compare(differences, $"type of {name}", record.TypeId, tensor.Type);
        Compare(differences, $"offset of {name}", record.RelativeOffset, tensor.Offset);
        long[] dimensions = [.. record.Dimensions, .. Enumerable.Repeat(1L, 4 - record.DimensionCount)];
        Compare(differences, $"dimensions of {name}", string.Join(',', dimensions), string.Join(',', tensor.Dimensions));
        byte[] payload = file.Source.ReadBytes(record.Tensor.Offset, (int)record.Tensor.ByteLength);
        Compare(differences, $"payload of {name}", Convert.ToHexStringLower(payload), Convert.ToHexStringLower(tensor.Payload));
    }

    /// <summary>The library hands strings out as C strings, which end at the first zero byte, and bools as 0 or 1.</summary>
    private static List<byte[]> Items(GgufValue value)
    {
        List<byte[]> items = [];
        GgufTokenReader reader = value.ReadTokens();
        List<byte> scalars = [];
        bool hasStrings = value.Type == GgufValueType.String || value.ElementType == GgufValueType.String;
        while (reader.Read())
        {
            if (reader.Token == GgufToken.String)
            {
                int end = reader.Bytes.IndexOf((byte)0);
                items.Add(reader.Bytes[..(end < 0 ? reader.Bytes.Length : end)].ToArray());
            }
            else if (reader.Token == GgufToken.Scalar)
            {
                scalars.AddRange(reader.Type == GgufValueType.Bool ? [(byte)(reader.Bytes[0] == 0 ? 0 : 1)] : reader.Bytes);
            }
        }

        return hasStrings ? items : [[.. scalars]];
    }

    private static void Compare<T>(List<string> differences, string what, T ours, T theirs)
    {
        if (!EqualityComparer<T>.Default.Equals(ours, theirs))
        {
            differences.Add($"{what}: {Shorten(ours)} here, {Shorten(theirs)} there");
        }
    }

    private static string Shorten<T>(T value) => $"{value}" is { Length: > 100 } text ? text[..100] + "…" : $"{value}";
}
