namespace ModelPack.Tensors.Scanning;

/// <summary>
/// Magnitudes of the quants of an APR-Q8 tensor. The one scale stands in front of the payload (apr-v2.md §9.2), so a chunk from the middle
/// cannot tell which elements overflow; the counts can, once the chunk with the scale is merged in. Never changed after construction.
/// </summary>
internal sealed class AprQ8Quants
{
    private const int Magnitudes = 129;

    private readonly long[] quantCounts = new long[Magnitudes];
    private readonly long[] firstPlaces = new long[Magnitudes];
    private readonly uint? scale;

    private AprQ8Quants(uint? scaleBits) => scale = scaleBits;

    public AprQ8Quants(ReadOnlySpan<byte> quants, long firstElement, uint? scaleBits)
        : this(scaleBits)
    {
        Span<int> lanes = stackalloc int[4 * 256];
        lanes.Clear();
        int i = 0;
        for (; i <= quants.Length - 4; i += 4)
        {
            lanes[quants[i]]++;
            lanes[256 + quants[i + 1]]++;
            lanes[512 + quants[i + 2]]++;
            lanes[768 + quants[i + 3]]++;
        }

        for (; i < quants.Length; i++)
        {
            lanes[quants[i]]++;
        }

        for (int code = 0; code < 256; code++)
        {
            int count = lanes[code] + lanes[256 + code] + lanes[512 + code] + lanes[768 + code];
            if (count > 0)
            {
                Add(Math.Abs((int)(sbyte)code), count, firstElement + quants.IndexOf((byte)code));
            }
        }
    }

    public long NaN => Count(float.IsNaN);

    public long Infinity => Count(float.IsInfinity);

    public long FirstNonFinite
    {
        get
        {
            long first = -1;
            for (int magnitude = 0; magnitude < Magnitudes; magnitude++)
            {
                if (quantCounts[magnitude] > 0 && !float.IsFinite(Value(magnitude)) && (first < 0 || firstPlaces[magnitude] < first))
                {
                    first = firstPlaces[magnitude];
                }
            }

            return first;
        }
    }

    public static AprQ8Quants? Merge(AprQ8Quants? left, AprQ8Quants? right)
    {
        if (left is null || right is null)
        {
            return left ?? right;
        }

        var merged = new AprQ8Quants(left.scale ?? right.scale);
        for (int magnitude = 0; magnitude < Magnitudes; magnitude++)
        {
            merged.Add(magnitude, left.quantCounts[magnitude], left.firstPlaces[magnitude]);
            merged.Add(magnitude, right.quantCounts[magnitude], right.firstPlaces[magnitude]);
        }

        return merged;
    }

    private void Add(int magnitude, long count, long first)
    {
        if (count > 0)
        {
            firstPlaces[magnitude] = quantCounts[magnitude] == 0 ? first : Math.Min(firstPlaces[magnitude], first);
            quantCounts[magnitude] += count;
        }
    }

    private long Count(Predicate<float> matches)
    {
        long count = 0;
        for (int magnitude = 0; magnitude < Magnitudes; magnitude++)
        {
            count += quantCounts[magnitude] > 0 && matches(Value(magnitude)) ? quantCounts[magnitude] : 0;
        }

        return count;
    }

    private float Value(int magnitude) => scale is uint bits ? magnitude * BitConverter.UInt32BitsToSingle(bits) : 0f;
}
