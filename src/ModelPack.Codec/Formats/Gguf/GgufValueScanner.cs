using System.Text.Unicode;

namespace ModelPack.Formats.Gguf;

/// <summary>Walks over one metadata value in the header, checks it (R-VTYPE, R-NEST, R-ARRLEN, R-STRLEN) and notes what is odd. Makes no
/// object per item.</summary>
internal sealed class GgufValueScanner(GgufHeaderBuffer buffer, GgufNotes notes)
{
    private readonly ulong[] arraysLeft = new ulong[GgufFormat.MaximumNesting];
    private string key = "";
    private int depth;

    public GgufValueType ReadType(string field)
    {
        int at = buffer.Position;
        uint id = buffer.ReadUInt32(field);
        return id <= GgufValueTypes.Last
            ? (GgufValueType)id
            : throw buffer.Refuse(GgufErrors.ValueType, $"the {field} of key '{key}' is {id}", at);
    }

    /// <summary>Reads the type of a value and moves behind the value.</summary>
    public GgufValueType Scan(string keyName, out int valueStart)
    {
        key = keyName;
        GgufValueType type = ReadType("value type");
        valueStart = buffer.Position;
        ScanValue(type);
        return type;
    }

    /// <summary>Moves behind a value of a known type.</summary>
    public void ScanValue(GgufValueType type)
    {
        if (type != GgufValueType.Array)
        {
            ScanItems(type, 1);
            return;
        }

        depth = 0;
        ScanArray();
        while (depth > 0)
        {
            if (arraysLeft[depth - 1] == 0)
            {
                depth--;
            }
            else
            {
                arraysLeft[depth - 1]--;
                ScanArray();
            }
        }
    }

    private void ScanArray()
    {
        int start = buffer.Position;
        if (depth == GgufFormat.MaximumNesting)
        {
            throw buffer.Refuse(
                GgufErrors.Nesting, $"the arrays of key '{key}' are nested deeper than {GgufFormat.MaximumNesting} levels", start);
        }

        GgufValueType element = ReadType("array element type");
        ulong count = buffer.ReadLength("array count");
        if (count > GgufFormat.MaximumArrayItems
            || count * (ulong)GgufValueTypes.MinimumBytes(element, buffer.Encoding) > (ulong)buffer.Left)
        {
            throw buffer.Refuse(
                GgufErrors.ArrayLength,
                $"an array of key '{key}' announces {count} items of type {GgufValueTypes.Name(element)}, but {buffer.Left} bytes are left",
                start);
        }

        if (element != GgufValueType.Array)
        {
            ScanItems(element, (long)count);
            arraysLeft[depth++] = 0;
        }
        else
        {
            arraysLeft[depth++] = count;
        }
    }

    private void ScanItems(GgufValueType type, long count)
    {
        if (type == GgufValueType.String)
        {
            for (long item = 0; item < count; item++)
            {
                int start = buffer.Position;
                ReadOnlySpan<byte> text = buffer.ReadString("string");
                if (!Utf8.IsValid(text) || text.Contains((byte)0))
                {
                    notes.Keep("K-STR", "string values that are not UTF-8 or contain zero bytes are kept", key, start);
                }
            }

            return;
        }

        int at = buffer.Position;
        ReadOnlySpan<byte> items = buffer.ReadBytes(count * GgufValueTypes.FixedBytes(type), "value");
        if (type == GgufValueType.Bool && items.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            notes.Keep(
                "K-BOOL", "bools stored as bytes other than 0 and 1 are kept", key, at + items.IndexOfAnyExceptInRange((byte)0, (byte)1));
        }
        else if (type is GgufValueType.Float32 or GgufValueType.Float64)
        {
            NoteNaN(type, items, at);
        }
    }

    /// <summary>Looks at the bits only: arithmetic would quiet a signalling NaN.</summary>
    private void NoteNaN(GgufValueType type, ReadOnlySpan<byte> items, int at)
    {
        int size = GgufValueTypes.FixedBytes(type);
        for (int offset = 0; offset < items.Length; offset += size)
        {
            ReadOnlySpan<byte> item = items.Slice(offset, size);
            bool isNaN = type == GgufValueType.Float32
                ? (buffer.Encoding.UInt32(item) & 0x7FFF_FFFF) > 0x7F80_0000
                : (buffer.Encoding.UInt64(item) & 0x7FFF_FFFF_FFFF_FFFF) > 0x7FF0_0000_0000_0000;
            if (isNaN)
            {
                notes.Keep("K-FLOAT", "NaN in metadata is kept bit for bit", key, at + offset);
            }
        }
    }
}
