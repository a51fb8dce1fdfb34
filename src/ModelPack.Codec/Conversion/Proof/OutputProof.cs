using System.Collections.Immutable;
using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Proof;

/// <summary>Proves an output that was just written, from the output alone: what is compared was read back from it.</summary>
internal static class OutputProof
{
    /// <summary>L3: the output is what was planned, and what its origin record and payloads give is the source, byte for byte.</summary>
    public static ProvedOutput ProveReturn(ModelFile output, TranscodePlan conversion, WrittenPayloads written, ProofContext context)
    {
        ReadOnlyMemory<byte> bytes = output.OriginRecord ?? throw Failed(output, "the output holds no origin record", null);
        OriginRecord record = OriginCodec.Read(bytes.Span, output.Budget);
        if (record.ContainerDigest != ContainerDigest.Compute(output))
        {
            throw Failed(output, "the output's header is not the one that was planned", null);
        }

        ByteSource[] files = [.. RestoredFile.Compose(record, output).Select(file => file.Source)];
        using ConcatenatedByteSource returned = new($"<{record.Name}>", files);
        ReturnedRanges ranges = new(returned, files, output.Source, written.Pass);

        // Nothing may read the output any more once it is closed and deleted.
        (PassResult reread, Func<Hash128[]> read) = Workers.Both(
            () => HashOutput(output, PassWork.TensorHashes, context), () => ranges.Read(context.Cancellation));
        EnsureWritten(output, conversion, written, reread);
        if (!ranges.AreSource(reread, read()))
        {
            throw Failed(
                output, "what comes back is another file",
                ByteComparison.FirstDifference(returned, conversion.Source.Source, context.Cancellation));
        }

        EnsureShown(output, conversion, record, reread, context.Cancellation);
        return new(ProofLevel.L3, reread);
    }

    // What the way back does not read is compared with what it is made of, as the output itself has it. If all of that was written as it
    // was read, it was made from there.
    private static void EnsureShown(
        ModelFile output, TranscodePlan conversion, OriginRecord record, PassResult reread, CancellationToken cancellation)
    {
        long?[] direct = conversion.Destinations();
        OutputTensor[] tensors = [.. conversion.Read()];
        HashSet<int> read = [.. record.Tensors.SelectMany(tensor => tensor.Payload.Tensors())];
        int[] shown = [
            .. Enumerable.Range(0, tensors.Length)
                .Where(place => !read.Contains(place) && tensors[place].Payload.Tensors().Any(tensor => direct[tensor] is null))];
        Workers.ForEach(
            shown,
            (place, stop) =>
            {
                PayloadRecipe expected = tensors[place].Payload.Through(stored => record.Tensors[stored.Tensor].Payload).Simplified();
                if (FileHash.Xxh128(MadePayloads.Open(output, expected), stop) != reread.TensorHashes[place])
                {
                    TensorInfo tensor = output.AllTensors[place];
                    throw Failed(output, $"tensor '{tensor.Name}' does not show what it was made of", tensor.Offset);
                }
            },
            cancellation);
    }

    /// <summary>L3: the output is the source.</summary>
    public static ProvedOutput ProveCopy(ModelFile output, PassResult pass, ProofContext context)
    {
        PassResult reread = HashOutput(output, PassWork.None, context);
        return reread.FileHash == pass.FileHash
            ? new(ProofLevel.L3, reread)
            : throw Failed(output, "the output is not a copy of the source", null);
    }

    /// <summary>L1: the output is what was planned, and what the plan can undo gives the source's tensors again.</summary>
    public static ProvedOutput ProveTensors(ModelFile output, TranscodePlan conversion, WrittenPayloads written, ProofContext context)
    {
        IReadOnlyList<TensorInfo> tensors = TensorDescriptions.Logical(output);
        PassResult reread = HashOutput(output, PassWork.TensorHashes, context);
        EnsureWritten(output, conversion, written, reread);
        foreach ((OutputTensor expected, TensorInfo stored) in conversion.Read().Zip(tensors))
        {
            TensorInfo planned = expected.Logical;
            if (stored.Type != planned.Type || !stored.Shape.AsSpan().SequenceEqual(planned.Shape.AsSpan()))
            {
                throw Failed(output, $"tensor '{planned.Name}' is another one in the output", stored.Offset);
            }
        }

        foreach ((int i, PayloadRecipe? recipe) in conversion.Returns().Index())
        {
            if (recipe is { } back and not StoredPayload
                && FileHash.Xxh128(MadePayloads.Open(output, back), context.Cancellation) != written.Pass.TensorHashes[i])
            {
                throw Failed(output, $"tensor '{conversion.Tensors[i].Name}' does not come back from the output", null);
            }
        }

        EnsureUnchanged(conversion, written.Pass, context.Cancellation);
        return new(ProofLevel.L1, reread)
        {
            Notes = ["no origin record was embedded: tensors are proved equal, metadata and the way back are not"],
        };
    }

    // What is computed of the source, and never comes back, was read after the pass: it has to be what the pass has read.
    private static void EnsureUnchanged(TranscodePlan conversion, PassResult pass, CancellationToken cancellation)
    {
        int[] lost = [
            .. conversion.Made().SelectMany(made => made.Recipe.Tensors()).Distinct()
                .Where(tensor => conversion.Plan.Sources[tensor].Return is null)];
        Workers.ForEach(
            lost,
            (tensor, stop) =>
            {
                if (FileHash.Xxh128(conversion.Source.OpenPayload(tensor), stop) != pass.TensorHashes[tensor])
                {
                    throw new ModelPackException(ConversionErrors.NotProved, "the source changed while it was converted")
                    {
                        FilePath = conversion.Source.Source.Name,
                        TensorName = conversion.Source.AllTensors[tensor].Name,
                    };
                }
            },
            cancellation);
    }

    /// <summary>L3: the output is the file that the record describes, and converting it again gives the source.</summary>
    /// <param name="output">The output.</param>
    /// <param name="source">The container that it was restored from.</param>
    /// <param name="steps">The conversions that were undone, the last one first.</param>
    /// <param name="written">What was read from the source, and written.</param>
    /// <param name="context">Options and surroundings.</param>
    public static ProvedOutput ProveRestored(
        ModelFile output, ModelFile source, ImmutableArray<OriginStep> steps, WrittenPayloads written, ProofContext context)
    {
        (PassResult reread, bool isSource) = Reconversion.Compare(output, steps, source.Source, written.Pass, context);
        EnsureFooter(output, reread, context.Cancellation);
        OriginStep first = steps[^1];
        for (int i = 0; i < first.Files.Length; i++)
        {
            if (reread.MemberHashes[i] != first.Hashes[i])
            {
                // Payloads that are as they were written leave the record, which is the file's.
                string why = $"what was restored is not '{first.Files[i]}'";
                throw isSource || reread.TensorHashes.SequenceEqual(written.Sums.Select(sum => sum.Xxh128))
                    ? Forged(source, $"{why} by the hash that the record has of it")
                    : Failed(output, why, null);
            }
        }

        // Its payloads are then made of the source's, and nothing was put in their place.
        return isSource
            ? new(ProofLevel.L3, reread)
            : throw Forged(source, $"converting '{first.Files[0]}' as the record says does not give this file byte for byte");
    }

    /// <summary>Checks that an output holds what was planned beside the payloads.</summary>
    /// <remarks>A footer needs no check of its own: it is the sum of the bytes that were planned, and these are the bytes that were
    /// planned.</remarks>
    public static void EnsureBesidePayloads(ByteSource output, ModelPlan plan)
    {
        if (!ByteComparison.HoldsBesidePayloads(output, plan))
        {
            throw new ModelPackException(
                ConversionErrors.NotProved, "what stands beside the tensors is not what was written") { FilePath = output.Name };
        }
    }

    private static void EnsureWritten(ModelFile output, TranscodePlan conversion, WrittenPayloads written, PassResult reread)
    {
        foreach ((int place, int payload) in conversion.Order.Index())
        {
            if (reread.TensorHashes[place] != written.Sums[payload].Xxh128)
            {
                TensorInfo tensor = output.AllTensors[place];
                throw Failed(output, $"tensor '{tensor.Name}' is not the one that was written", tensor.Offset);
            }
        }
    }

    private static PassResult HashOutput(ModelFile output, PassWork work, ProofContext context)
    {
        bool tensors = work != PassWork.None;
        return SourcePass.Run(
            new()
            {
                Source = output.Source,
                Ranges = tensors ? FileRange.Cover(output) : FileRange.Cover([], output.Source.Length),
                Tensors = tensors ? output.AllTensors : [],
                Work = work | (context.Options.Sha256 ? PassWork.SourceSha256 : PassWork.None),
                Threads = context.Options.Threads,
                Progress = context.Progress,
                MemberEnds = output.MemberEnds,
            },
            context.Cancellation);
    }

    /// <summary>Checks the footer of a file with the CRC that a pass computed.</summary>
    internal static void EnsureFooter(ModelFile file, PassResult pass, CancellationToken cancellation)
    {
        if (!pass.HoldsFooters(file))
        {
            file.CheckFooter(cancellation);
            throw new InvalidOperationException("two ways to compute the CRC-32 of a file disagree");
        }
    }

    private static ModelPackException Forged(ModelFile container, string why) =>
        new(OriginErrors.ForgedOrigin, why) { FilePath = container.Source.Name };

    private static ModelPackException Failed(ModelFile output, string why, long? offset) =>
        new(ConversionErrors.NotProved, why) { FilePath = output.Source.Name, ByteOffset = offset };
}
