using ModelPack.Conversion.Pipeline;
using ModelPack.IO;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Ancestors;

/// <summary>Finds what was edited in a container after its record was made.</summary>
internal static class EditedPayload
{
    /// <summary>Says which tensor of the container holds other bytes, or leads back to others, than the record knows: the first one; null
    /// if none does.</summary>
    /// <param name="record">The record, in terms of the container's payloads.</param>
    /// <param name="job">The conversion of the container.</param>
    /// <param name="pass">What it has read.</param>
    /// <param name="written">What it has made; null if nothing yet. Then only what is stored as it is can be found.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static string? Find(
        OriginRecord record, ConversionPlan job, PassResult pass, WrittenPayloads? written, CancellationToken cancellation)
    {
        foreach (ShadowTensor view in record.Views)
        {
            if (pass.TensorHashes[view.ContainerIndex] != view.Hash)
            {
                return Edited(job.Source, [view.ContainerIndex]);
            }
        }

        Hash128[] hashes = Hashes(record, job, pass, written, cancellation);
        int edited = record.Tensors.Zip(hashes).TakeWhile(pair => pair.First.Hash == pair.Second).Count();
        return edited == hashes.Length ? null : Edited(job.Source, [.. record.Tensors[edited].Payload.Tensors().Distinct()]);
    }

    /// <summary>Says which tensor of the container shows something else than what it is made of; null if none does.</summary>
    /// <param name="job">The conversion of the container.</param>
    /// <param name="pass">What it has read.</param>
    /// <param name="written">What it has made.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static string? FindUnlike(TranscodePlan job, PassResult pass, WrittenPayloads written, CancellationToken cancellation)
    {
        Dictionary<PayloadRecipe, Hash128> made = Made(job, written);
        return Parent.FindUnlike(
            job.Source,
            job.Shown,
            recipe => recipe is StoredPayload stored
                ? pass.TensorHashes[stored.Tensor]
                : made.TryGetValue(recipe, out Hash128 hash) ? hash : null,
            cancellation);
    }

    // What the conversion makes is often what the record describes, made in the same way.
    private static Dictionary<PayloadRecipe, Hash128> Made(ConversionPlan job, WrittenPayloads? written)
    {
        Dictionary<PayloadRecipe, Hash128> made = [];
        foreach (MadePayload payload in written is null ? [] : job.Made())
        {
            made[payload.Recipe] = written!.Sums[payload.Payload].Xxh128;
        }

        return made;
    }

    private static Hash128[] Hashes(
        OriginRecord record, ConversionPlan job, PassResult pass, WrittenPayloads? written, CancellationToken cancellation)
    {
        Dictionary<PayloadRecipe, Hash128> made = Made(job, written);
        Hash128[] hashes = new Hash128[record.Tensors.Length];
        List<int> unknown = [];
        for (int i = 0; i < hashes.Length; i++)
        {
            if (record.Tensors[i].Payload is StoredPayload stored)
            {
                hashes[i] = pass.TensorHashes[stored.Tensor];
            }
            else if (written is null)
            {
                hashes[i] = record.Tensors[i].Hash;
            }
            else if (!made.TryGetValue(record.Tensors[i].Payload, out hashes[i]))
            {
                unknown.Add(i);
            }
        }

        Workers.ForEach(
            unknown, (i, stop) => hashes[i] = FileHash.Xxh128(MadePayloads.Open(job.Source, record.Tensors[i].Payload), stop),
            cancellation);
        return hashes;
    }

    // The record has a hash of what several tensors make together, not of each.
    private static string Edited(ModelFile container, int[] tensors) => tensors.Length > 1
        ? $"one of the {tensors.Length} tensors '{container.AllTensors[tensors[0]].Name}' to '{container.AllTensors[tensors[^1]].Name}' "
            + $"was edited after it was converted"
        : $"tensor '{container.AllTensors[tensors.FirstOrDefault()].Name}' was edited after it was converted";
}
