using System.Collections.Immutable;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Models.Building;

/// <summary>What is saved: the files, and what a reader has to find in them.</summary>
/// <param name="Layout">The files.</param>
/// <param name="Payloads">What the plans of the files refer to.</param>
/// <param name="Files">For each file of the layout what was to go into it; null for what a writer adds.</param>
/// <param name="Notes">What the user has to know.</param>
/// <param name="IsUnchanged">True if every byte is that of the source.</param>
internal sealed record SavePlan(
    ModelPlan Layout, PayloadList Payloads, ImmutableArray<BuilderFile?> Files, ImmutableArray<string> Notes, bool IsUnchanged)
{
    /// <param name="format">The format.</param>
    /// <param name="source">The model that is edited; null for a new one.</param>
    /// <param name="state">Its files as they are to be.</param>
    /// <param name="folder">Name of the target if that is a folder.</param>
    /// <param name="options">How to save.</param>
    public static SavePlan Of(ModelFormat format, ModelFile? source, IReadOnlyList<BuilderFile> state, string? folder, SaveOptions options)
    {
        BuilderFile[] files = [.. state.Select(file => file.Copy())];
        BuilderFile[] models = [.. files.Where(file => !file.IsCompanion)];
        List<string> notes = [];
        bool isUnchanged = source is not null && options.MaxShardBytes is null && source.AllMembers.Count == files.Length
            && Array.TrueForAll(
                files, file => !file.IsChanged
                    && source.AllMembers.Any(
                        member => member.Name == file.Name && file.Bytes is RangeByteSource range && range.IsPartOf(source.Source)));
        if (!isUnchanged)
        {
            EditedDescriptions.Update(models[0], models);
            files = LeaveRecord(source, files, models, notes);
            CountSplit(models);
            Array.ForEach(models, EditedCounts.Update);
        }

        return source is null || options.MaxShardBytes is not null
            ? Fresh(format, source, files, models, folder, options, notes)
            : Edited(format, files, notes, isUnchanged);
    }

    // A record says what a file was made from. Nothing that was edited was made like that, and no reader would believe it
    // (docs/origin-record.md).
    private static BuilderFile[] LeaveRecord(ModelFile? source, BuilderFile[] files, BuilderFile[] models, List<string> notes)
    {
        if (source is null || !Array.Exists(models, file => file.Find(ModelFile.OriginKey) is not null))
        {
            return files;
        }

        Array.ForEach(models, file => file.Unset(ModelFile.OriginKey));
        bool hasSide = Array.Exists(files, file => IO.Names.SideFile.IsName(file.Name));
        string lost = hasSide ? "its origin record and its side file were left out" : "its origin record was left out";
        notes.Add(
            $"'{source.ShortName}' was edited, so that nothing leads back to the file that it was converted from: {lost}. To keep "
                + $"{(hasSide ? "them" : "it")}, edit that file and convert it again");
        return [.. files.Where(file => !IO.Names.SideFile.IsName(file.Name))];
    }

    // Every part of a split states the tensors of all (gguf.md §5).
    private static void CountSplit(BuilderFile[] models)
    {
        int total = models.Sum(file => file.Tensors.Count);
        foreach (BuilderFile file in models.Where(file => models.Length > 1 && file.Find(GgufSplit.TensorCountKey) is GgufValue))
        {
            file.Set(GgufSplit.TensorCountKey, GgufValue.FromInt32(total));
        }
    }

    private static SavePlan Edited(ModelFormat format, BuilderFile[] files, List<string> notes, bool isUnchanged)
    {
        PayloadList payloads = new();
        IEnumerable<PlannedFile> planned = files.Select(file => new PlannedFile(file.Name, PlanOf(file)));
        return new(new([.. planned]), payloads, [.. files], [.. notes], isUnchanged);

        FilePlan PlanOf(BuilderFile file)
        {
            FilePlan? changed = (file.IsCompanion, file.IsChanged) switch
            {
                (true, _) when SafeTensorsSetNotes.SingleFileName(file.Name) is not null && file.Bytes is RangeByteSource =>
                    EditedIndex.Plan(file, files),
                (true, _) or (_, false) => null,
                _ => format switch
                {
                    ModelFormat.Gguf => EditedGguf.Plan(file, payloads),
                    ModelFormat.Apr => EditedApr.Plan(file, payloads),
                    _ => EditedSafeTensors.Plan(file, payloads),
                },
            };
            return changed ?? new([payloads.Add(file.Bytes!)]);
        }
    }

    private static SavePlan Fresh(
        ModelFormat format, ModelFile? source, BuilderFile[] files, BuilderFile[] models, string? folder, SaveOptions options,
        List<string> notes)
    {
        BuilderTensor[] tensors = [.. models.SelectMany(file => file.Tensors.Select(tensor => Standard(file, tensor)))];
        BuilderEntry[] entries = [
            .. models[0].Entries.Where(entry => source is null || !entry.Key.StartsWith("split.", StringComparison.Ordinal))];
        PayloadList payloads = new();
        List<PlannedFile> planned = [
            .. FreshLayout.Plan(format, entries, tensors, new(folder, options.MaxShardBytes), payloads).Files];
        List<BuilderFile?> expected = [
            new() { Name = planned[0].Name, Entries = [.. entries], Tensors = [.. tensors] }, .. planned.Skip(1)
                .Select(_ => (BuilderFile?)null)];
        foreach (BuilderFile companion in files.Where(file => file.IsCompanion && SafeTensorsSetNotes.SingleFileName(file.Name) is null)
            .OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            planned.Add(new(companion.Name, new([payloads.Add(companion.Bytes!)])));
            expected.Add(companion);
        }

        return new(new([.. planned]), payloads, [.. expected], [.. notes], false);
    }

    // New files are little-endian.
    private static BuilderTensor Standard(BuilderFile file, BuilderTensor tensor) =>
        tensor.Place is { } place && file.Model!.Tensors[place].ByteOrder == ByteOrder.BigEndian
            ? new() { Name = tensor.Name, Type = tensor.Type, Shape = tensor.Shape, Payload = Reversed(tensor.Type, tensor.Payload) }
            : tensor;

    /// <summary>A payload in the other order of bytes.</summary>
    public static ByteSource Reversed(TensorType type, ByteSource payload) =>
        RecipeSource.Open(new ReversedPayload(new StoredPayload(0, payload.Length), type), _ => payload);
}
