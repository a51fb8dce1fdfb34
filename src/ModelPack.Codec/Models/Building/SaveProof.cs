using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Models.Building;

/// <summary>Whether a strict reader finds in the saved files what was to be saved.</summary>
internal static class SaveProof
{
    /// <summary>Opens the planned files before a byte is written, so that what no reader takes costs no time.</summary>
    /// <exception cref="ModelPackException">A rule of the format is broken.</exception>
    public static void CheckPlan(SavePlan plan, string name, ModelFormat format)
    {
        // Opening looks at no payload and at no checksum, and a stream can be read once.
        ModelPlan layout = plan.Layout.Map(
            file => new([.. file.Segments.Select(segment => IsUnknown(segment) ? ZeroSegment.Of(segment.Length) : segment)]));
        using ModelFile composed = Open();
        CheckContent(plan, composed);

        ModelFile Open()
        {
            try
            {
                return ModelFiles.Open(
                    [.. layout.Files.Select(
                        file => new NamedSource(file.Name, new ComposedByteSource(name, file.Plan, plan.Payloads.Sources)))],
                    name, format);
            }
            catch (ModelFormatException exception)
            {
                // No program wrote this file: what the caller asked for is at fault, and a remedy for files would mislead.
                throw new ModelPackException(BuildingErrors.BrokenRule, exception.Detail, exception)
                {
                    FilePath = name, TensorName = exception.TensorName,
                };
            }
        }

        bool IsUnknown(Segment segment) =>
            segment is Crc32Segment || (segment is PayloadSegment payload && plan.Payloads.IsTensor(payload));
    }

    /// <summary>Reads what was written.</summary>
    /// <param name="plan">What was to be written.</param>
    /// <param name="written">The files, opened.</param>
    /// <param name="hashes">What went into each.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelPackException">Something else is there.</exception>
    public static void Check(SavePlan plan, ModelFile written, Hash128[] hashes, CancellationToken cancellation)
    {
        CheckContent(plan, written);
        for (int i = 0; i < hashes.Length; i++)
        {
            ModelSetMember member = written.AllMembers[i];
            if (FileHash.Xxh128(new RangeByteSource(written.Source, member.Start, member.Length), cancellation) != hashes[i])
            {
                throw NotProved($"'{member.Name}' does not hold the bytes that were written to it", null);
            }
        }
    }

    private static void CheckContent(SavePlan plan, ModelFile read)
    {
        Dictionary<string, TensorInfo> tensors = read.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        Dictionary<int, long> starts = Starts(plan.Layout);
        int expected = 0;
        for (int i = 0; i < plan.Files.Length; i++)
        {
            if (plan.Files[i] is { IsCompanion: false } file && (file.IsChanged || file.Model is null))
            {
                expected += file.Tensors.Count;
                CheckMetadata(file, read.AllMembers[i].Model!);
                file.Tensors.ForEach(tensor => CheckTensor(tensor, tensors, plan, starts));
            }
            else if (plan.Files[i] is { IsCompanion: false } copied)
            {
                expected += copied.Tensors.Count;
            }
        }

        if (expected != read.Tensors.Count)
        {
            throw NotProved($"{expected} tensors were to be written, and {read.Tensors.Count} are there", null);
        }
    }

    private static void CheckTensor(
        BuilderTensor tensor, Dictionary<string, TensorInfo> tensors, SavePlan plan, Dictionary<int, long> starts)
    {
        if (!tensors.TryGetValue(tensor.Name, out TensorInfo? found))
        {
            throw NotProved("it is not there", tensor.Name);
        }

        if (found.Type != tensor.Type || !found.Shape.SequenceEqual(tensor.Shape))
        {
            string there = $"{TensorTypes.Get(found.Type).Name} {TensorShape.Format(found.Shape.AsSpan())}";
            throw NotProved(
                $"a reader finds {there}, and it was to be {TensorTypes.Get(tensor.Type).Name} {TensorShape.Format(tensor.Shape.AsSpan())}",
                tensor.Name);
        }

        if (found.ByteLength > 0 && found.Offset != starts[plan.Payloads.PlaceOf(tensor)])
        {
            throw NotProved(
                $"a reader finds its payload at byte {found.Offset}, and it stands at {starts[plan.Payloads.PlaceOf(tensor)]}",
                tensor.Name);
        }
    }

    private static void CheckMetadata(BuilderFile file, ModelFile read)
    {
        Dictionary<string, MetadataValue> found = new(StringComparer.Ordinal);
        foreach (MetadataEntry entry in read.Metadata)
        {
            found[entry.Key] = entry.Value;
        }

        foreach (BuilderEntry entry in file.Entries.GroupBy(entry => entry.Key, StringComparer.Ordinal).Select(group => group.Last()))
        {
            if (!found.TryGetValue(entry.Key, out MetadataValue? value) || value.TypeName != entry.Value.TypeName
                || !BuilderValues.Standard(value).Span.SequenceEqual(BuilderValues.Standard(entry.Value).Span))
            {
                throw NotProved($"the value of '{entry.Key}' is not the one that was set", null);
            }
        }

        if (file.Model is not null && read.Metadata.Count != file.Entries.Count)
        {
            throw NotProved($"{file.Entries.Count} keys were to be written, and {read.Metadata.Count} are there", null);
        }
    }

    private static Dictionary<int, long> Starts(ModelPlan layout)
    {
        Dictionary<int, long> starts = [];
        long position = 0;
        foreach (Segment segment in layout.Segments)
        {
            if (segment is PayloadSegment payload)
            {
                starts[payload.Tensor] = position;
            }

            position += segment.Length;
        }

        return starts;
    }

    private static ModelPackException NotProved(string why, string? tensor) => new(BuildingErrors.NotProved, why) { TensorName = tensor };
}
