namespace ModelPack.Formats;

/// <summary>A run of bytes of a file: the payload of one tensor (or of several that share it), or what lies between payloads.</summary>
/// <param name="Offset">Start in the file.</param>
/// <param name="Length">Length in bytes, at least one.</param>
/// <param name="Tensors">Indexes of the tensors that have this payload; none for a gap.</param>
internal readonly record struct FileRange(long Offset, long Length, ArraySegment<int> Tensors)
{
    public long End => Offset + Length;

    public bool IsGap => Tensors.Count == 0;

    /// <summary>Cuts a model into payloads and gaps, in the order of its bytes. No range reaches from one file into the next.</summary>
    public static List<FileRange> Cover(ModelFile file)
    {
        IReadOnlyList<ModelSetMember> members = file.AllMembers;
        return Cover(file.AllTensors, file.Source.Length, [.. members.Select(member => member.Start + member.Length)]);
    }

    /// <summary>Cuts a file into payloads and gaps, in the order of the file. The reader has checked that payloads do not overlap, except
    /// where they are one.</summary>
    public static List<FileRange> Cover(IReadOnlyList<TensorInfo> tensors, long fileLength) => Cover(tensors, fileLength, [fileLength]);

    private static List<FileRange> Cover(IReadOnlyList<TensorInfo> tensors, long fileLength, long[] memberEnds)
    {
        int member = 0;
        int[] order = Enumerable.Range(0, tensors.Count).Where(i => tensors[i].ByteLength > 0).ToArray();
        Array.Sort(order, (left, right) => (tensors[left].Offset, left).CompareTo((tensors[right].Offset, right)));
        List<FileRange> ranges = new((order.Length * 2) + 1);
        long position = 0;
        for (int i = 0; i < order.Length;)
        {
            TensorInfo tensor = tensors[order[i]];
            int shared = i + 1;
            while (shared < order.Length && tensors[order[shared]].Offset == tensor.Offset)
            {
                shared++;
            }

            AddGap(tensor.Offset);

            ranges.Add(new(tensor.Offset, tensor.ByteLength, new(order, i, shared - i)));
            position = tensor.Offset + tensor.ByteLength;
            i = shared;
        }

        AddGap(fileLength);
        ranges.TrimExcess();
        return ranges;

        void AddGap(long end)
        {
            while (position < end)
            {
                while (memberEnds[member] <= position)
                {
                    member++;
                }

                long stop = Math.Min(end, memberEnds[member]);
                ranges.Add(new(position, stop - position, ArraySegment<int>.Empty));
                position = stop;
            }
        }
    }
}
