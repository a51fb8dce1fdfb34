using ModelPack.Diagnostics;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.Models;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Ancestors;

/// <summary>The files that an origin record describes, composed from the container's payloads without being written.</summary>
internal static class RestoredFile
{
    /// <summary>Composes the files. They read from <paramref name="container"/>, which has to outlive them.</summary>
    /// <exception cref="ModelPackException">The record does not fit the container.</exception>
    public static List<NamedSource> Compose(OriginRecord record, ModelFile container) =>
        record.Plan.Compose(container.Source.Name, Payloads(record, container));

    /// <summary>Opens the model that the record describes, without writing it.</summary>
    /// <exception cref="ModelPackException">The record does not fit the container, or what it describes is no valid file.</exception>
    public static ModelFile Open(OriginRecord record, ModelFile container)
    {
        ModelFile file = ModelFiles.Open(Compose(record, container), $"<{record.Name}>", record.Format);
        file.Budget = container.Budget;
        EnsureMadeOfPayloads(record, file, container);
        return file;
    }

    // Literals restore headers and paddings, never weights (docs/origin-record.md): no byte of a tensor lies outside the record's payloads.
    private static void EnsureMadeOfPayloads(OriginRecord record, ModelFile file, ModelFile container)
    {
        List<long> starts = [];
        List<long> ends = [];
        long position = 0;
        foreach (Segment segment in record.Plan.Segments)
        {
            if (segment is not PayloadSegment && segment.Length > 0)
            {
                starts.Add(position);
                ends.Add(position + segment.Length);
            }

            position += segment.Length;
        }

        foreach (TensorInfo tensor in file.AllTensors)
        {
            int found = starts.BinarySearch(tensor.Offset + tensor.ByteLength);
            int last = (found < 0 ? ~found : found) - 1;
            if (tensor.ByteLength > 0 && last >= 0 && ends[last] > tensor.Offset)
            {
                throw NotFollowed(container, $"it holds bytes of the tensor '{tensor.Name}' itself");
            }
        }
    }

    /// <summary>Reads the record that the container holds, or a file within it.</summary>
    /// <exception cref="ModelPackException">The record is damaged.</exception>
    public static OriginRecord ReadRecord(ReadOnlyMemory<byte> bytes, ModelFile container)
    {
        try
        {
            return OriginCodec.Read(bytes.Span, container.Budget);
        }
        catch (ModelPackException exception)
        {
            exception.FilePath ??= container.Source.Name;
            throw;
        }
    }

    /// <summary>The inner record in terms of the outer container: it counts tensors of the file that the outer one describes.</summary>
    /// <remarks>A view within that is made of other payloads is checked by theirs.</remarks>
    public static OriginRecord Through(OriginRecord outer, OriginRecord inner, ModelFile container)
    {
        OriginTensor Outer(int tensor) => tensor < outer.Tensors.Length
            ? outer.Tensors[tensor]
            : throw NotFollowed(container, "a record within it names a tensor that does not exist");

        CheckRecipes(inner, [.. outer.Tensors.Select(tensor => tensor.Payload.Length)], container);
        return inner with
        {
            Tensors = [
                .. inner.Tensors.Select(
                    tensor =>
                        tensor with
                        {
                            Payload = container.Budget.Through(tensor.Payload, stored => Outer(stored.Tensor).Payload).Simplified(),
                        })],
            Views =
            [
                .. outer.Views,
                .. inner.Views.Where(view => Outer(view.ContainerIndex).Payload is StoredPayload)
                    .Select(view => view with { ContainerIndex = ((StoredPayload)Outer(view.ContainerIndex).Payload).Tensor }),
            ],
            SideTensors = outer.SideTensors,
        };
    }

    /// <summary>The payload of each tensor of the record, as it stood in the file described.</summary>
    /// <exception cref="ModelPackException">The record does not fit the container.</exception>
    public static RecordedPayloads Payloads(OriginRecord record, ModelFile container)
    {
        Check(record, container);
        return new(record, container);
    }

    /// <summary>Checks that a record can be followed in a container.</summary>
    /// <exception cref="ModelPackException">The record does not fit, or the side file that it needs is missing.</exception>
    public static void Check(OriginRecord record, ModelFile container)
    {
        EnsureSideFile(record, container);
        CheckRecipes(record, [.. container.AllTensors.Select(tensor => tensor.ByteLength)], container);
        WithinBudget(container, budget =>
        {
            budget.EnsureLength(record.Plan.Length);
            budget.EnsureLength(record.Tensors.Sum(tensor => tensor.Payload.Length));
            budget.TakePayloads(record.Tensors.Select(tensor => tensor.Payload));
        });

        foreach (ShadowTensor view in record.Views)
        {
            if (view.ContainerIndex >= container.AllTensors.Count)
            {
                throw Damaged(container, $"names tensor {view.ContainerIndex}, which the file does not hold");
            }
        }
    }

    /// <summary>Does what a budget is taken for, and names the container if it does not suffice.</summary>
    /// <exception cref="ModelPackException">It does not.</exception>
    public static void WithinBudget(ModelFile container, Action<RecordBudget> take)
    {
        try
        {
            take(container.Budget);
        }
        catch (ModelPackException exception)
        {
            exception.FilePath ??= container.Source.Name;
            throw;
        }
    }

    /// <summary>Checks that the tensors of a record can be made of payloads of the lengths given.</summary>
    /// <exception cref="ModelPackException">They cannot.</exception>
    public static void CheckRecipes(OriginRecord record, IReadOnlyList<long> lengths, ModelFile container)
    {
        for (int i = 0; i < record.Tensors.Length; i++)
        {
            try
            {
                RecipeRules.Check(record.Tensors[i].Payload, lengths);
            }
            catch (Exception exception) when (exception is InvalidDataException or OverflowException)
            {
                throw Damaged(container, $"cannot make tensor {i}: {exception.Message}", exception);
            }
        }
    }

    /// <summary>Checks that the side file is there, if the record needs one.</summary>
    /// <exception cref="ModelPackException">It is missing.</exception>
    public static void EnsureSideFile(OriginRecord record, ModelFile container)
    {
        if (record.SideTensors > 0 && container.AllTensors.Count == container.Tensors.Count)
        {
            throw new ModelPackException(
                OriginErrors.MissingSideFile,
                $"{Plural.Of(record.SideTensors, "tensor")} of '{record.Name}' {(record.SideTensors == 1 ? "lies" : "lie")} in "
                    + $"'{SideFile.NameFor(container.AllMembers[0].Name)}', which is not there")
            {
                FilePath = container.Source.Name,
            };
        }
    }

    public static ModelPackException NotFollowed(ModelFile container, string why, Exception? cause = null) =>
        Damaged(container, $"cannot be followed: {why}", cause);

    private static ModelPackException Damaged(ModelFile container, string what, Exception? cause = null) =>
        new(OriginErrors.DamagedOrigin, $"the origin record {what}", cause) { FilePath = container.Source.Name };
}
