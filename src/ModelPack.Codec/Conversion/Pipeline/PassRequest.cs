using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.IO.Output;

namespace ModelPack.Conversion.Pipeline;

/// <summary>What a pass computes beside the hash of the file.</summary>
[Flags]
internal enum PassWork
{
    None = 0,

    /// <summary>CRC-32 of every payload that has a destination, for a footer to be made.</summary>
    OutputCrc32 = 1,

    /// <summary>SHA-256 of the source.</summary>
    SourceSha256 = 2,

    /// <summary>XXH128 of every payload, and of what lies between them.</summary>
    TensorHashes = 4,

    /// <summary>Looks for NaN and infinity.</summary>
    FiniteScan = 8,

    /// <summary>Looks for tensors that hold one value.</summary>
    UniformScan = 16,
}

/// <summary>What a pass has to do.</summary>
internal sealed record PassRequest
{
    public required ByteSource Source { get; init; }

    public required List<FileRange> Ranges { get; init; }

    /// <summary>The tensors as the model means them; the ranges name them by index.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; init; } = [];

    /// <summary>The model to write payloads to; null if the source is only looked at.</summary>
    public TemporaryModel? Output { get; init; }

    /// <summary>A file that ought to hold the payloads at their destinations already; null if there is none.</summary>
    public ByteSource? Expected { get; init; }

    /// <summary>Per tensor: where its payload goes in the output, as it is; null for a payload that is only looked at. Empty if all
    /// are.</summary>
    public IReadOnlyList<long?> Destinations { get; init; } = [];

    public PassWork Work { get; init; }

    /// <summary>Threads; 0 takes one for each processor.</summary>
    public int Threads { get; init; }

    /// <summary>Called with the number of bytes read so far, now and then.</summary>
    public Action<long>? Progress { get; init; }

    /// <summary>Where each file of the source ends, if it consists of several.</summary>
    public IReadOnlyList<long> MemberEnds { get; init; } = [];

    /// <summary>The files of the source whose CRC-32 is wanted, because they end in it (<see cref="ModelFile.Footed"/>).</summary>
    public ImmutableArray<FootedFile> Footed { get; init; } = [];
}
