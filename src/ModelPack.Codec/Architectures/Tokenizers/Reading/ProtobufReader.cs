using System.Buffers.Binary;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>Reads the fields of a protobuf message in turn. Every length is checked before it is used.</summary>
internal ref struct ProtobufReader(string file, ReadOnlySpan<byte> message, int start)
{
    private const int LongestVarint = 10;
    private const int WireBits = 3;

    private readonly ReadOnlySpan<byte> message = message;
    private int next;

    private enum Wire
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    /// <summary>Number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>Its value, if it is a number.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its value, if it has a length.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Offset in the file of <see cref="Bytes"/>.</summary>
    public int BytesStart { get; private set; }

    private Wire Kind { get; set; }

    public bool Next()
    {
        if (next == message.Length)
        {
            return false;
        }

        ulong tag = Varint();
        Field = tag >> WireBits is > 0 and <= int.MaxValue and ulong number
            ? (int)number
            : throw Broken($"field number {tag >> WireBits} does not exist");
        Kind = (Wire)(int)(tag & ((1 << WireBits) - 1));
        Bytes = default;
        Number = 0;
        switch (Kind)
        {
            case Wire.Varint:
                Number = Varint();
                break;
            case Wire.Fixed64:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                break;
            case Wire.Fixed32:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                break;
            case Wire.Bytes:
                ulong length = Varint();
                BytesStart = start + next;
                Bytes = Take(length);
                break;
            default:
                throw Broken($"wire type {(int)Kind} of field {Field} is not supported");
        }

        return true;
    }

    public readonly int Integer(string what)
    {
        Expect(Wire.Varint, what);

        // Negative numbers stand there as ten bytes of 64 bits.
        return (long)Number is >= int.MinValue and <= int.MaxValue ? (int)(long)Number : throw Broken($"{what} is {(long)Number}");
    }

    public readonly bool Flag(string what) => Integer(what) switch
    {
        0 => false,
        1 => true,
        int other => throw Broken($"{what} is {other}, not a flag"),
    };

    public readonly float Single(string what)
    {
        Expect(Wire.Fixed32, what);
        return BitConverter.UInt32BitsToSingle((uint)Number);
    }

    public readonly ReadOnlySpan<byte> Content(string what)
    {
        Expect(Wire.Bytes, what);
        return Bytes;
    }

    /// <summary>The message in the field that was read last.</summary>
    public readonly ProtobufReader Inner(string what) => new(file, Content(what), BytesStart);

    public readonly Exception Broken(string detail) => Protobuf.At(file, detail, start + next);

    private readonly void Expect(Wire kind, string what)
    {
        if (Kind != kind)
        {
            throw Broken($"{what} has wire type {(int)Kind}, not {(int)kind}");
        }
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(message.Length - next))
        {
            throw Broken($"field {Field} needs {length} bytes, but {message.Length - next} are left");
        }

        ReadOnlySpan<byte> taken = message.Slice(next, (int)length);
        next += (int)length;
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int place = 0; place < LongestVarint; place++)
        {
            if (next == message.Length)
            {
                throw Broken("a number is cut off");
            }

            byte part = message[next++];
            value |= (ulong)(part & 0x7F) << (7 * place);
            if (part < 0x80)
            {
                return place < LongestVarint - 1 || part <= 1 ? value : throw Broken("a number has more than 64 bits");
            }
        }

        throw Broken("a number has more than ten bytes");
    }
}
