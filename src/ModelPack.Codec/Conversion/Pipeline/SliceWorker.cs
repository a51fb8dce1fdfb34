using System.IO.Hashing;
using ModelPack.Codec.IO;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion.Pipeline;

/// <summary>Does the work on slices that needs no order: scanning, checksums, writing. One for each thread.</summary>
internal sealed class SliceWorker(PassRequest request, TensorWork[] tensors, FiniteTally[] finite, UniformTally[] uniform)
{
    private byte[]? scratch;

    public List<CrcRun> SourceRuns { get; } = [];

    public List<CrcRun> PayloadRuns { get; } = [];

    public void Process(Window window)
    {
        foreach (Slice slice in window.Slices)
        {
            Span<byte> bytes = window.Bytes.Slice(slice.Start, slice.Length);
            uint? crc = null;
            if (request.Work.HasFlag(PassWork.SourceCrc32))
            {
                crc = Crc32.HashToUInt32(bytes);
                SourceRuns.Add(new(0, window.Offset + slice.Start, slice.Length, crc.Value));
            }

            foreach (int tensor in request.Ranges[slice.Range].Tensors)
            {
                Scan(tensor, slice, bytes);
                Write(tensor, slice, bytes, crc);
            }
        }
    }

    private void Scan(int tensor, Slice slice, ReadOnlySpan<byte> bytes)
    {
        if (tensors[tensor].Scanner is not { } scanner)
        {
            return;
        }

        bytes = tensors[tensor].IsReversed ? Reversed(tensor, bytes) : bytes;
        FiniteTally tally = default;
        scanner.Scan(slice.RangeOffset, bytes, ref tally);
        lock (finite)
        {
            finite[tensor].Merge(tally);
        }

        if (tensors[tensor].Uniform is { } values)
        {
            ScanUniform(values, tensor, slice, bytes);
        }
    }

    private void ScanUniform(UniformScanner scanner, int tensor, Slice slice, ReadOnlySpan<byte> bytes)
    {
        UniformTally tally;
        lock (uniform)
        {
            tally = uniform[tensor];
        }

        scanner.Scan(slice.RangeOffset, bytes, ref tally);
        lock (uniform)
        {
            uniform[tensor].Merge(tally);
        }
    }

    private void Write(int tensor, Slice slice, ReadOnlySpan<byte> bytes, uint? crc)
    {
        if (tensors[tensor].Destination is not { } destination)
        {
            return;
        }

        if (destination.Action == TensorAction.Swap)
        {
            bytes = Reversed(tensor, bytes);
            crc = null;
        }

        if (request.Work.HasFlag(PassWork.OutputCrc32))
        {
            PayloadRuns.Add(new(tensor, slice.RangeOffset, slice.Length, crc ?? Crc32.HashToUInt32(bytes)));
        }

        request.Output?.Write(bytes, destination.Offset + slice.RangeOffset);
    }

    private Span<byte> Reversed(int tensor, ReadOnlySpan<byte> bytes)
    {
        scratch ??= GC.AllocateUninitializedArray<byte>(Chunks.Size);
        Span<byte> copy = scratch.AsSpan(0, bytes.Length);
        bytes.CopyTo(copy);
        PayloadByteOrder.Reverse(tensors[tensor].Info.Type, copy);
        return copy;
    }
}
