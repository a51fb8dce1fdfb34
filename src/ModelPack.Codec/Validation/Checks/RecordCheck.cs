using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Validation.Checks;

/// <summary>The origin record and the side file, as a conversion would look at them: what it would refuse is found here, what it would
/// leave behind is noted.</summary>
internal static class RecordCheck
{
    private const string EditedRule = "K-RECORD";

    public static void Run(ValidationContext context)
    {
        ModelFile file = context.File;
        bool hasKey = file.Metadata.Any(entry => entry.Key == ModelFile.OriginKey);
        if (!hasKey)
        {
            return;
        }

        try
        {
            OriginRecord record = OriginCodec.Read(file.OriginRecord is { } bytes ? bytes.Span : [], file.Budget);
            RestoredFile.Check(record, file);
            if (!FindForeign(context, record))
            {
                FindUnlike(context);
            }
        }
        catch (ModelPackException exception)
        {
            bool isSide = exception.Code == OriginErrors.MissingSideFile || SideMember(file) is not null;
            context.Find(
                isSide ? ValidationErrors.Side : ValidationErrors.Record, isSide
                    ? SideFile.NameFor(file.AllMembers[0].Name)
                    : ModelFile.OriginKey, exception.Detail);
        }
    }

    // What the side file holds has to be what was put there: nothing else says so, since the container's own programs do not read it.
    private static bool FindForeign(ValidationContext context, OriginRecord record)
    {
        ModelFile file = context.File;
        int own = file.Tensors.Count;
        bool found = false;
        foreach (OriginTensor tensor in record.Tensors)
        {
            int[] side = [.. tensor.Payload.Tensors().Where(stored => stored >= own).Distinct()];
            if (side.Length > 0 && Hash(file, tensor.Payload, context.Pass, context.Cancellation) != tensor.Hash)
            {
                TensorInfo stored = file.AllTensors[side[0]];
                ModelSetMember member = SideMember(file)!;
                long offset = stored.Offset - member.Start;
                context.Find(
                    ValidationErrors.Side, stored.Name,
                    $"'{stored.Name}' in '{member.Name}' (from byte {offset}) is not the one that the conversion put there: the file is "
                        + $"that of another model, or was changed");
                found = true;
            }
        }

        return found;
    }

    // What restores a file proves that converting it gives the container, and so does this, one conversion after the other.
    private static void FindUnlike(ValidationContext context)
    {
        Ancestry line = Ancestry.Of(context.File);
        PassResult known = context.Pass;
        while (line.Parent is { } parent)
        {
            if (Parent.FindUnlike(
                line.File, [.. parent.Shown], recipe => recipe is StoredPayload stored
                    ? known.TensorHashes[stored.Tensor]
                    : null, context.Cancellation) is { } unlike)
            {
                context.Find(ValidationErrors.Side, ModelFile.OriginKey, unlike);
                return;
            }

            ModelFile made = parent.Ancestry.File;
            PassResult found = Reconversion.Read(made, new(new(), null, context.Cancellation));
            if (parent.Record.Views.Any(view => known.TensorHashes[view.ContainerIndex] != view.Hash)
                || !parent.Record.Tensors.Select(tensor => tensor.Hash).SequenceEqual(found.TensorHashes))
            {
                ReportTensors(context, line, known);
                return;
            }

            OutputProof.EnsureFooter(made, found, context.Cancellation);
            if (!Reconversion.IsMadeBy(parent.Again, found, line.File.Source, known, context.Cancellation))
            {
                context.Find(OriginErrors.ForgedOrigin, ModelFile.OriginKey, RecordDoubt.Unlike(line.File.ShortName).Text);
                return;
            }

            (line, known) = (parent.Ancestry, found);
        }

        Report(context, line.Doubt, line.File == context.File);
    }

    // What was edited is not what the record has a hash of. Where it is, the file described has other payloads than the record says.
    private static void ReportTensors(ValidationContext context, Ancestry line, PassResult known)
    {
        OriginRecord record = line.Parent!.Record;
        if (record.Views.Any(view => known.TensorHashes[view.ContainerIndex] != view.Hash)
            || record.Tensors.Any(tensor => Hash(line.File, tensor.Payload, known, context.Cancellation) != tensor.Hash))
        {
            context.Keep(EditedRule, "a tensor was edited after it was converted: a conversion leaves its origin record behind");
        }
        else
        {
            context.Find(OriginErrors.ForgedOrigin, ModelFile.OriginKey, RecordDoubt.Unlike(line.File.ShortName).Text);
        }
    }

    private static void Report(ValidationContext context, RecordDoubt? doubt, bool isOwn)
    {
        if (doubt is { Kind: not DoubtKind.Edited })
        {
            context.Find(
                doubt.Kind == DoubtKind.Forged ? OriginErrors.ForgedOrigin : ValidationErrors.Record, ModelFile.OriginKey, doubt.Text);
        }
        else if (doubt is not null && isOwn)
        {
            context.Keep(EditedRule, $"{doubt.Text}: a conversion leaves its origin record behind");
        }
    }

    private static Hash128 Hash(ModelFile file, PayloadRecipe payload, PassResult known, CancellationToken cancellation) =>
        payload is StoredPayload stored
        ? known.TensorHashes[stored.Tensor]
        : FileHash.Xxh128(MadePayloads.Open(file, payload), cancellation);

    private static ModelSetMember? SideMember(ModelFile file) => file.AllMembers.FirstOrDefault(member => member.IsSideFile);
}
