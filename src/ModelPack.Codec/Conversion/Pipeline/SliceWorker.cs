using ModelPack.IO.Output;
using ModelPack.Tensors;

namespace ModelPack.Conversion.Pipeline;

/// <summary>Does the work on windows that needs no order: scanning, checksums, comparing, writing. One for each thread.</summary>
internal sealed class SliceWorker(PassRequest request, TensorWork[] tensors, PassTally tally)
{
    private byte[]? scratch;
    private byte[]? expected;

    /// <summary>Everything but writing.</summary>
    public void Examine(Window window)
    {
        tally.AddSource(window.Offset, window.Bytes);
        foreach (Slice slice in window.Slices)
        {
            foreach (int tensor in request.Ranges[slice.Range].Tensors)
            {
                Scan(tensor, slice, window);
                if (tensors[tensor].Destination is { } destination)
                {
                    Examine(tensor, slice, window.Bytes.Slice(slice.Start, slice.Length), destination);
                }
            }
        }
    }

    /// <summary>Writes the payloads that have a destination.</summary>
    public void Write(Window window, TemporaryModel output)
    {
        foreach (Slice slice in window.Slices)
        {
            foreach (int tensor in request.Ranges[slice.Range].Tensors)
            {
                if (tensors[tensor].Destination is { } destination)
                {
                    output.Write(window.Bytes.Slice(slice.Start, slice.Length), destination + slice.RangeOffset);
                }
            }
        }
    }

    private void Scan(int tensor, Slice slice, Window window)
    {
        if (tensors[tensor].Scanner is { } scanner)
        {
            ReadOnlySpan<byte> bytes = window.BlocksOf(slice, request.Ranges[slice.Range].Length, scanner.Granularity, out long offset);
            bytes = tensors[tensor].IsReversed ? Reversed(tensor, bytes) : bytes;
            FiniteTally found = default;
            scanner.Scan(offset, bytes, ref found);
            tally.AddFinite(tensor, found);
            ScanUniform(tensor, offset, bytes);
        }
    }

    private void ScanUniform(int tensor, long offset, ReadOnlySpan<byte> bytes)
    {
        if (tensors[tensor].Uniform is { } scanner)
        {
            UniformTally found = tally.UniformSoFar(tensor);
            scanner.Scan(offset, bytes, ref found);
            tally.AddUniform(tensor, found);
        }
    }

    private void Examine(int tensor, Slice slice, ReadOnlySpan<byte> bytes, long destination)
    {
        if (request.Work.HasFlag(PassWork.OutputCrc32))
        {
            tally.AddPayload(tensor, slice.RangeOffset, bytes);
        }

        if (request.Expected is { } other && tally.IsAsExpected && !Holds(other, destination + slice.RangeOffset, bytes))
        {
            tally.AddUnexpected();
        }
    }

    private bool Holds(ByteSource other, long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset > other.Length - bytes.Length)
        {
            return false;
        }

        expected ??= GC.AllocateUninitializedArray<byte>(Chunks.Size);
        Span<byte> found = expected.AsSpan(0, bytes.Length);
        other.ReadAt(offset, found);
        return bytes.SequenceEqual(found);
    }

    private Span<byte> Reversed(int tensor, ReadOnlySpan<byte> bytes)
    {
        scratch ??= GC.AllocateUninitializedArray<byte>(Chunks.Size + Window.MaximumOverhang);
        Span<byte> copy = scratch.AsSpan(0, bytes.Length);
        bytes.CopyTo(copy);
        PayloadByteOrder.Reverse(tensors[tensor].Info.Type, copy);
        return copy;
    }
}
