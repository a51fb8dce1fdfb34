using System.Buffers;
using System.Text;

namespace ModelPack.Origin;

/// <summary>Writes the body of an origin record: what <see cref="BodyReader"/> reads.</summary>
/// <param name="expected">Length that is likely.</param>
internal sealed class BodyWriter(int expected = 256)
{
    private readonly ArrayBufferWriter<byte> body = new(expected);

    public ReadOnlyMemory<byte> Written => body.WrittenMemory;

    public void PutByte(byte value) => body.Write([value]);

    public void PutVarint(long value)
    {
        for (ulong left = (ulong)value; ; left >>= 7)
        {
            if (left < 0x80)
            {
                PutByte((byte)left);
                return;
            }

            PutByte((byte)(left | 0x80));
        }
    }

    public void PutBytes(ReadOnlySpan<byte> bytes)
    {
        PutVarint(bytes.Length);
        body.Write(bytes);
    }

    public void PutText(string text) => PutBytes(Encoding.UTF8.GetBytes(text));

    public byte[] ToArray() => body.WrittenSpan.ToArray();
}
