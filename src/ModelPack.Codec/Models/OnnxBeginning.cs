using ModelPack.IO;

namespace ModelPack.Models;

/// <summary>
/// How an ONNX file begins. Protocol buffers have no magic: the fields are walked, and each has to be one of ModelProto, with what that
/// field holds (onnx.proto, ModelProto; a writer may leave any of them out but the version).
/// </summary>
internal static class OnnxBeginning
{
    private const byte Version = 0x08;
    private const byte ModelVersion = 0x28;

    // Of the message within: node, name, initializer, doc_string, input, output and value_info of a graph; domain and version of a set.
    private static readonly byte[] GraphFields = [0x0A, 0x12, 0x2A, 0x52, 0x5A, 0x62, 0x6A, 0x7A];
    private static readonly byte[] OperatorSetFields = [0x0A, 0x10];

    /// <summary>True if the bytes are a version of the format and, after it, fields of ModelProto of which one is long.</summary>
    public static bool Matches(ReadOnlySpan<byte> first)
    {
        if (first.Length < 3 || first[0] != Version || first[1] is 0 or >= 64)
        {
            return false;
        }

        bool saw = false;
        ReadOnlySpan<byte> rest = first[2..];
        while (rest.Length > 1)
        {
            // Numbers of fields from 16 on, training_info and functions, take two bytes and stand behind the graph.
            byte tag = rest[0];
            rest = rest[1..];
            if (tag >= 0x80 || !Varint(ref rest, out ulong value))
            {
                return saw;
            }

            if (tag == ModelVersion)
            {
                continue;
            }

            ReadOnlySpan<byte> content = rest[..(int)Math.Min(value, (ulong)rest.Length)];
            if (!Holds(tag, content))
            {
                return false;
            }

            saw |= content.Length > 0;
            rest = rest[content.Length..];
        }

        return saw;
    }

    // producer_name, producer_version, domain and doc_string are text; graph and opset_import begin with a field of theirs;
    // metadata_props may hold any.
    private static bool Holds(byte tag, ReadOnlySpan<byte> content) => tag switch
    {
        0x12 or 0x1A or 0x22 or 0x32 =>
            !content.ContainsAnyInRange((byte)0, (byte)8) && StrictUtf8.FirstInvalid(content) > content.Length - 4,
        0x3A => content.Length > 0 && GraphFields.Contains(content[0]),
        0x42 => content.Length > 0 && OperatorSetFields.Contains(content[0]),
        0x72 => true,
        _ => false,
    };

    // False if it is cut off or has more bytes than any (encoding of protocol buffers, "Base 128 Varints").
    private static bool Varint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int i = 0; i < Math.Min(10, bytes.Length); i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
