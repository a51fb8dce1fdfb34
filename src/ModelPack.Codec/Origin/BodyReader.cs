namespace ModelPack.Origin;

/// <summary>Reads the body of an origin record and refuses to read past its end.</summary>
internal sealed class BodyReader(byte[] bytes)
{
    private const int MaximumShift = 56;

    private int position;

    public int Remaining => bytes.Length - position;

    public T TakeEnum<T>()
        where T : struct, Enum => Member<T>(TakeByte());

    /// <summary>Takes a member to which a flag may be added.</summary>
    public T TakeEnum<T>(byte flag, out bool isSet)
        where T : struct, Enum
    {
        byte value = TakeByte();
        isSet = (value & flag) != 0;
        return Member<T>((byte)(value & ~flag));
    }

    private static T Member<T>(byte value)
        where T : struct, Enum
    {
        T member = (T)Enum.ToObject(typeof(T), value);
        return Enum.IsDefined(member) ? member : throw new InvalidDataException($"{value} is no {typeof(T).Name}");
    }

    public byte TakeByte() => position < bytes.Length ? bytes[position++] : throw new InvalidDataException("it ends too early");

    public long TakeVarint()
    {
        long value = 0;
        for (int shift = 0; shift <= MaximumShift; shift += 7)
        {
            byte part = TakeByte();
            value |= (long)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a number is too long");
    }

    public int TakeInt()
    {
        long value = TakeVarint();
        return value <= int.MaxValue ? (int)value : throw new InvalidDataException($"{value} is too large");
    }

    public ReadOnlyMemory<byte> TakeBytes(int length)
    {
        if (length > Remaining)
        {
            throw new InvalidDataException("it ends too early");
        }

        position += length;
        return bytes.AsMemory(position - length, length);
    }

    public void EnsureEnd()
    {
        if (Remaining != 0)
        {
            throw new InvalidDataException($"{Remaining} bytes follow its end");
        }
    }
}
