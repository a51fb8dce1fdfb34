using System.Collections.Immutable;
using ModelPack.Architectures;
using ModelPack.Conversion.Pipeline;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion;

/// <summary>Why a payload is kept.</summary>
internal enum KeepReason
{
    /// <summary>The target's words have no place for it.</summary>
    Unplaced,

    /// <summary>The output shows it in a form from which it cannot be computed.</summary>
    Changed,

    /// <summary>It lies in the side file of the source.</summary>
    SideFile,
}

/// <summary>A tensor that is left out, and why its like may come along and it does not.</summary>
internal readonly record struct LostTensor(string Name, string? Why);

/// <summary>
/// Payloads that the output does not give back: they have no place in the target's words, or were changed in a way that rounding cannot
/// undo. Small ones are kept in the origin record, so that a model stays one file; others in the side file.
/// </summary>
internal sealed class SidecarPayloads(
    ModelFile source, OriginMode origin, RopeFactorTables tables, ImmutableHashSet<string> others)
{
    private const int SmallPayload = 64 << 10;
    private const int MaximumInRecord = 16 << 20;

    private readonly List<OutputTensor> side = [];
    private readonly List<LostTensor> lost = [];
    private long inRecord;

    /// <summary>The tensors for the side file.</summary>
    public IReadOnlyList<OutputTensor> Side => side;

    /// <summary>What is kept or left out.</summary>
    public IEnumerable<RankedNote> Notes =>
    [
        .. lost.Count == 0 ? Array.Empty<RankedNote>() :
            [$"{Plural.Of(lost.Count, "tensor", "has", "have")} no place in the target's words, with no origin record to keep "
                + $"{(lost.Count == 1 ? "it" : "them")}: '{lost[0].Name}' is left out"],
        .. others.IsEmpty ? Array.Empty<RankedNote>() :
            [$"{Plural.Of(others.Count, "tensor", "is", "are")} of the model but not of the part that sees, and not in the output"],
    ];

    /// <summary>Tensors that are left out, since there is no record to keep them.</summary>
    public IReadOnlyList<LostTensor> Lost => lost;

    /// <summary>The shape of bytes: rows stay rows where there are any.</summary>
    public static ImmutableArray<long> RawShape(TensorInfo tensor)
    {
        TensorTypeInfo type = TensorTypes.Get(tensor.Type);
        bool hasRows = type.Rule == PayloadRule.Blocks && tensor.Shape.Length > 0 && tensor.ByteLength > 0;
        return hasRows ? [.. tensor.Shape[..^1], tensor.Shape[^1] / type.BlockElements * type.BlockBytes] : [tensor.ByteLength];
    }

    /// <summary>Keeps a tensor of the model. Null if there is no record to keep it in.</summary>
    public PayloadRecipe? Keep(ModelTensor tensor, KeepReason reason, HashSet<string> taken) =>
        Keep(tensor.Info, tensor.Payload, reason, taken);

    /// <summary>Keeps a tensor of the source's side file.</summary>
    public PayloadRecipe? KeepSide(int tensor, HashSet<string> taken)
    {
        TensorInfo info = source.AllTensors[tensor];
        return Keep(info, new StoredPayload(tensor, info.ByteLength), KeepReason.SideFile, taken);
    }

    private PayloadRecipe? Keep(TensorInfo tensor, PayloadRecipe payload, KeepReason reason, HashSet<string> taken)
    {
        if (origin == OriginMode.None)
        {
            return reason == KeepReason.Unplaced ? Stated(tensor, payload) : null;
        }

        if (payload.Length <= SmallPayload && inRecord + payload.Length <= MaximumInRecord)
        {
            inRecord += payload.Length;
            return new LiteralPayload(Read(payload));
        }

        string name = "kept." + tensor.Name;
        while (!taken.Add(name))
        {
            name += "_";
        }

        side.Add(
            new(tensor with { Name = name, ByteOrder = ByteOrder.LittleEndian }, name, NameOrigin.Verbatim, TensorType.U8, RawShape(tensor),
                payload));
        return new PlannedPayload(side[^1]);
    }

    // What config.json says need not be kept.
    private LiteralPayload? Stated(TensorInfo tensor, PayloadRecipe payload)
    {
        if (others.Contains(tensor.Name))
        {
            return null;
        }

        (ReadOnlyMemory<byte>? bytes, string? why) = RopeFactorTables.IsTable(tensor.Name)
            ? tables.Find(tensor, () => Read(payload))
            : default;
        if (bytes is { } table)
        {
            return new(table);
        }

        lost.Add(new(tensor.Name, why));
        return null;
    }

    private byte[] Read(PayloadRecipe payload) => MadePayloads.Open(source, payload).ReadBytes(0, (int)payload.Length);
}
