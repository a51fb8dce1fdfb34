using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Origin;

/// <summary>Describes an opened file as a plan from which it can be rebuilt: its payloads by index, everything else verbatim.</summary>
internal static class OriginPlanner
{
    /// <summary>Bytes outside payloads that a record can hold: headers with large vocabularies, not attached archives.</summary>
    public const long MaximumLiteralBytes = 256 << 20;

    public static ModelPlan Describe(ModelFile file, List<FileRange> ranges)
    {
        ImmutableArray<PlannedFile>.Builder files = ImmutableArray.CreateBuilder<PlannedFile>();
        long literals = 0;
        int next = 0;
        foreach (ModelSetMember member in file.AllMembers)
        {
            List<Segment> segments = [];
            for (; next < ranges.Count && ranges[next].Offset < member.Start + member.Length; next++)
            {
                segments.Add(Describe(file, member, ranges[next], ref literals));
            }

            files.Add(new(member.Name, new FilePlan(segments)));
        }

        return new(files.ToImmutable());
    }

    /// <summary>Recipes as a record states them: tensors by their places in the list that a reader of the container sees.</summary>
    public static IEnumerable<PayloadRecipe?> Number(IEnumerable<OutputTensor> read, IEnumerable<PayloadRecipe?> recipes)
    {
        Dictionary<PlannedTensor, StoredPayload> numbers = new(ReferenceEqualityComparer.Instance);
        foreach (OutputTensor tensor in read)
        {
            numbers.Add(tensor, new(numbers.Count, tensor.Payload.Length));
        }

        return recipes.Select(recipe => recipe?.Resolve(tensor => numbers[tensor]));
    }

    private static Segment Describe(ModelFile file, ModelSetMember member, FileRange range, ref long literals)
    {
        if (!range.IsGap)
        {
            return new PayloadSegment(range.Tensors[0], range.Length);
        }

        literals += range.Length;
        if (literals > MaximumLiteralBytes)
        {
            throw new ModelPackException(
                OriginErrors.TooMuchOutsideTensors,
                $"more than {MaximumLiteralBytes} bytes lie outside the tensors; {range.Length} of them at once")
            {
                FilePath = file.Source.Name,
                ByteOffset = range.Offset,
            };
        }

        byte[] bytes = member.Model is null && range.Offset == member.Start && range.Length == member.Length
            ? member.ReadFrom(file.Source)
            : file.Source.ReadBytes(range.Offset, (int)range.Length);
        return bytes.AsSpan().ContainsAnyExcept((byte)0) ? new LiteralSegment(bytes) : ZeroSegment.Of(bytes.Length);
    }
}
