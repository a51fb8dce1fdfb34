using ModelPack.Tensors;

namespace ModelPack.Verification.Comparison;

/// <summary>Compares the payloads of two tensors of one shape. Only what differs is decoded.</summary>
internal static class PayloadComparison
{
    /// <summary>Compares tensors of one type, bytes first. If they stand in different orders of bytes, both are read as
    /// little-endian.</summary>
    public static PayloadDifference? OfBytes(
        ByteSource firstSource, TensorInfo first, ByteSource secondSource, TensorInfo second, CancellationToken cancellation)
    {
        using PayloadReader left = new(firstSource, first);
        using PayloadReader right = new(secondSource, second);
        ByteTally bytes = new();
        bytes.Add(0, left.Header, right.Header);
        ValueTally? values = PayloadReader.WhyNotDecoded(first) is null ? new(NaNEquality.Bits) : null;
        bool sameHeader = bytes.Count == 0;
        long blocks = 0;
        for (long chunk = 0; chunk < left.ChunkCount; chunk++)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> own = left.Read(chunk);
            ReadOnlySpan<byte> other = right.Read(chunk);
            if (first.ByteOrder != second.ByteOrder)
            {
                own = left.ToLittleEndian();
                other = right.ToLittleEndian();
            }

            if (own.SequenceEqual(other) && sameHeader)
            {
                continue;
            }

            bytes.Add(left.Header.Length + (chunk * left.BlocksInChunk * left.BlockBytes), own, other);
            blocks += CountBlocks(own, other, left.BlockBytes);
            while (values is not null)
            {
                long element = left.NextElement;
                if (!left.Decode(out ReadOnlySpan<float> ownValues) || !right.Decode(out ReadOnlySpan<float> otherValues))
                {
                    break;
                }

                values.Add(element, ownValues, otherValues);
            }
        }

        return bytes.Count == 0 ? null : new()
        {
            FirstType = first.Type,
            SecondType = second.Type,
            AllElements = first.ElementCount,
            Bytes = bytes.Count,
            FirstByte = bytes.First,
            ByteValues = bytes.Values,
            FirstElement = TensorTypes.Get(first.Type).Rule == PayloadRule.Blocks
                ? bytes.First / left.BlockBytes * TensorTypes.Get(first.Type).BlockElements
                : null,
            Blocks = blocks,
            AllBlocks = left.Blocks,
            Elements = values?.Elements,
            First = values?.First,
            Largest = values?.Largest,
        };
    }

    /// <summary>Compares the decoded values of tensors of different types; null if one of them cannot be decoded.</summary>
    public static PayloadDifference? OfValues(
        ByteSource firstSource, TensorInfo first, ByteSource secondSource, TensorInfo second, CancellationToken cancellation)
    {
        if (PayloadReader.WhyNotDecoded(first) is not null || PayloadReader.WhyNotDecoded(second) is not null)
        {
            return null;
        }

        using PayloadReader left = new(firstSource, first);
        using PayloadReader right = new(secondSource, second);
        ValueTally values = new(NaNEquality.Any);
        ReadOnlySpan<float> own = default;
        ReadOnlySpan<float> other = default;
        long leftChunk = 0;
        long rightChunk = 0;
        for (long element = 0; element < first.ElementCount;)
        {
            cancellation.ThrowIfCancellationRequested();
            own = own.IsEmpty ? Next(left, ref leftChunk) : own;
            other = other.IsEmpty ? Next(right, ref rightChunk) : other;
            int common = Math.Min(own.Length, other.Length);
            values.Add(element, own[..common], other[..common]);
            own = own[common..];
            other = other[common..];
            element += common;
        }

        return new()
        {
            FirstType = first.Type,
            SecondType = second.Type,
            AllElements = first.ElementCount,
            Elements = values.Elements,
            First = values.First,
            Largest = values.Largest,
        };
    }

    private static ReadOnlySpan<float> Next(PayloadReader reader, scoped ref long chunk)
    {
        ReadOnlySpan<float> values;
        while (!reader.Decode(out values))
        {
            reader.Read(chunk);
            chunk++;
        }

        return values;
    }

    private static long CountBlocks(ReadOnlySpan<byte> own, ReadOnlySpan<byte> other, int blockBytes)
    {
        long count = 0;
        for (; !own.IsEmpty; own = own[blockBytes..], other = other[blockBytes..])
        {
            count += own[..blockBytes].SequenceEqual(other[..blockBytes]) ? 0 : 1;
        }

        return count;
    }

    private sealed class ByteTally
    {
        public long Count { get; private set; }

        public long First { get; private set; }

        public (byte First, byte Second) Values { get; private set; }

        public void Add(long offset, ReadOnlySpan<byte> own, ReadOnlySpan<byte> other)
        {
            for (int i = own.CommonPrefixLength(other); i < own.Length; i++)
            {
                if (own[i] != other[i])
                {
                    if (Count == 0)
                    {
                        First = offset + i;
                        Values = (own[i], other[i]);
                    }

                    Count++;
                }
            }
        }
    }
}
