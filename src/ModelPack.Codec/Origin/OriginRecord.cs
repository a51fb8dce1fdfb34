using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Origin;

/// <summary>
/// What a container cannot express about the files that it was made from: every byte outside the payloads, where each payload stood, and
/// the hashes. With the record, the container's own tensors rebuild those files byte for byte.
/// </summary>
internal sealed record OriginRecord
{
    /// <summary>Format of the files described.</summary>
    public required ModelFormat Format { get; init; }

    /// <summary>The mode that chose how unsupported types travel; needed to make the container again.</summary>
    public required QuantizedMode Quantized { get; init; }

    /// <summary>The mode that chose the names in the container.</summary>
    public required NamingMode Naming { get; init; }

    /// <summary>Whether the files described hold an origin record themselves that did not count any more: they had been edited, and were
    /// converted as they were.</summary>
    public bool LeftBehind { get; init; }

    /// <summary>The type that numbers were narrowed to on the way into the container; null if none were.</summary>
    public TensorType? Dtype { get; init; }

    /// <summary>The files that the container was made to consist of.</summary>
    public required OutputForm Form { get; init; }

    /// <summary>Digest of the container's own metadata and tensor list: an edit made there since must not be undone silently.</summary>
    public Hash128 ContainerDigest { get; init; }

    /// <summary>The files, in order.</summary>
    public required ImmutableArray<OriginFile> Files { get; init; }

    /// <summary>The files as a plan.</summary>
    public ModelPlan Plan => new([.. Files.Select(file => new PlannedFile(file.Name, file.Plan))]);

    /// <summary>What to call the files together: the name of the first.</summary>
    public string Name => Files[0].Name;

    /// <summary>The tensors of those files, in their order.</summary>
    public required ImmutableArray<OriginTensor> Tensors { get; init; }

    /// <summary>The tensors of the container that the way back does not use: what they show lies elsewhere, and an edit of them must not be
    /// undone silently.</summary>
    public ImmutableArray<ShadowTensor> Views { get; init; } = [];

    /// <summary>Number of tensors in the side file of the container.</summary>
    public int SideTensors { get; init; }
}

/// <summary>A file described by a record.</summary>
/// <param name="Name">Bare file name.</param>
/// <param name="Plan">Its bytes; payloads are named by their index in <see cref="OriginRecord.Tensors"/>.</param>
/// <param name="Hash">XXH128 of the whole file.</param>
internal sealed record OriginFile(string Name, FilePlan Plan, Hash128 Hash);

/// <summary>A tensor described by a record.</summary>
/// <param name="Payload">How its payload is made of those of the container: its tensors, and after them those of its side file.</param>
/// <param name="Hash">XXH128 of the payload as it stood in the file described.</param>
internal readonly record struct OriginTensor(PayloadRecipe Payload, Hash128 Hash);

/// <summary>A tensor of the container that the way back does not use.</summary>
/// <param name="ContainerIndex">Index of the tensor in the container.</param>
/// <param name="Hash">XXH128 of its payload.</param>
internal readonly record struct ShadowTensor(int ContainerIndex, Hash128 Hash);
