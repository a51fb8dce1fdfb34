using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.IO.Json;
using ModelPack.IO.Names;
using ModelPack.Models;

namespace ModelPack;

/// <summary>
/// One model in several files: SafeTensors shards with their index, GGUF splits, a Hugging Face folder with its companions. It reads like
/// one file: the members one after the other. A single file with a side file is a set too.
/// </summary>
public sealed class ModelSet : ModelFile
{
    private readonly ModelFile[] models;

    private ModelSet(
        ConcatenatedByteSource source, ImmutableArray<ModelSetMember> members, IEnumerable<Note> notes, ImmutableArray<LeftOutFile> leftOut)
        : base(source)
    {
        LeftOut = leftOut;
        Members = members;
        models = [.. members.Where(member => member is { Model: not null, IsSideFile: false }).Select(member => member.Model!)];
        Tensors = [.. members.Where(member => member is { Model: not null, IsSideFile: false }).SelectMany(Shifted)];
        AllTensors = members.Any(member => member.IsSideFile)
            ? [.. Tensors, .. members.Where(member => member.IsSideFile).SelectMany(Shifted)]
            : Tensors;
        Metadata = [.. members.SelectMany(MetadataOf)];
        Notes = [.. models.SelectMany(model => model.Notes), .. notes];
        Architecture = models[0].Architecture ?? ArchitectureOf(members);
    }

    /// <summary>The files, in the order in which <see cref="ModelFile.Source"/> runs through them.</summary>
    public ImmutableArray<ModelSetMember> Members { get; }

    /// <inheritdoc/>
    internal override ModelFormat Format => models[0].Format;

    private protected override string FormatDescriptionCore =>
        $"{models[0].FormatDescription}; {models.Length} of {Members.Length} files hold tensors";

    /// <inheritdoc/>
    internal override IReadOnlyList<TensorInfo> Tensors { get; }

    /// <inheritdoc/>
    internal override IReadOnlyList<MetadataEntry> Metadata { get; }

    /// <inheritdoc/>
    internal override IReadOnlyList<Note> Notes { get; }

    /// <inheritdoc/>
    internal override string? Architecture { get; }

    /// <inheritdoc/>
    internal override ReadOnlyMemory<byte>? OriginRecord => models[0].OriginRecord;

    /// <inheritdoc/>
    internal override ModelFile First => models[0];

    /// <summary>Opens files that belong together. The set owns them from then on; on failure they are disposed too.</summary>
    /// <exception cref="ModelFormatException">A file breaks a rule, or they do not belong together.</exception>
    internal static ModelSet Open(
        string name, IReadOnlyList<NamedSource> files, ModelFormat format, IEnumerable<Note>? notes = null,
        ImmutableArray<LeftOutFile> leftOut = default)
    {
        ConcatenatedByteSource source = new(name, files.Select(file => file.Source));
        try
        {
            ImmutableArray<ModelSetMember>.Builder members = ImmutableArray.CreateBuilder<ModelSetMember>(files.Count);
            long start = 0;
            foreach (NamedSource file in files)
            {
                bool isModel =
                    (file.Name.EndsWith($".{format.Extension()}", StringComparison.OrdinalIgnoreCase) && !MemberName.IsNested(file.Name))
                    || (members.Count == 0 && (files.Count == 1 || SideFile.IsName(files[1].Name)));
                members.Add(
                    new(
                        file.Name, start, file.Source.Length, isModel || SideFile.IsName(file.Name) ? OpenMember(file, format) : null,
                        file.Source));
                start += file.Source.Length;
            }

            ImmutableArray<ModelSetMember> all = members.MoveToImmutable();
            return new(source, all, [.. Check(name, files, all), .. notes ?? []], leftOut.IsDefault ? [] : leftOut);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The side file, if there is one.</summary>
    internal override ModelFile? SideModel => Members.FirstOrDefault(member => member.IsSideFile)?.Model;

    /// <inheritdoc/>
    internal override ImmutableArray<LeftOutFile> LeftOut { get; }

    /// <inheritdoc/>
    internal override IReadOnlyList<ModelSetMember> AllMembers => Members;

    /// <inheritdoc/>
    internal override IReadOnlyList<TensorInfo> AllTensors { get; }

    /// <inheritdoc/>
    internal override IEnumerable<Note> PaddingNotes(CancellationToken cancellation) =>
        models.SelectMany(model => model.PaddingNotes(cancellation));

    /// <inheritdoc/>
    internal override ImmutableArray<FootedFile> Footed =>
        [
            .. Members.Where(member => member.Model is not null)
                .SelectMany(member => member.Model!.Footed.Select(file => file.After(member.Start))),
        ];

    /// <inheritdoc/>
    internal override void CheckFooter(CancellationToken cancellation = default) =>
        models.ToList().ForEach(model => model.CheckFooter(cancellation));

    /// <inheritdoc/>
    internal override string HeaderPart(long offset)
    {
        ModelSetMember member = MemberAt(offset);
        return member.Model is null ? $"the file '{member.Name}'" : $"{member.Model.HeaderPart(offset - member.Start)} of '{member.Name}'";
    }

    /// <summary>The file that an offset of the set lies in.</summary>
    internal ModelSetMember MemberAt(long offset) => Members.Last(member => member.Start <= offset);

    private static ModelFile OpenMember(NamedSource file, ModelFormat format)
    {
        format = SideFile.IsName(file.Name) ? ModelFormat.SafeTensors : format;
        try
        {
            return ModelFiles.Open(file.Source, format);
        }
        catch (ModelPackException exception) when (exception.FilePath is null)
        {
            exception.FilePath = file.Source.Name;
            throw;
        }
    }

    private static IReadOnlyList<Note> Check(string name, IReadOnlyList<NamedSource> files, ImmutableArray<ModelSetMember> members)
    {
        members = [.. members.Where(member => !member.IsSideFile)];
        if (members.All(member => member.Model is not null) && members.Length == 1)
        {
            return [];
        }

        if (members.FirstOrDefault(member => member.Model is GgufFile) is not null)
        {
            GgufSplitSet.Check([.. members.Select(member => (GgufFile)member.Model!)]);
            return [];
        }

        NamedSource? index = files.FirstOrDefault(file => SafeTensorsSetNotes.SingleFileName(file.Name) is not null);
        SafeTensorsFile[] shards = [.. members.Select(member => member.Model).OfType<SafeTensorsFile>()];
        if (shards.Length == 0)
        {
            throw new ModelFormatException(ModelSetErrors.NoModel, "none of the files holds tensors") { FilePath = name };
        }

        if (index is null)
        {
            EnsureApart(shards);
            return [];
        }

        string[] names = [.. members.Where(member => member.Model is not null).Select(member => member.Name)];
        SafeTensorsIndex parsed = SafeTensorsIndex.Parse(index.Source.ReadBytes(0, (int)index.Source.Length), index.Source.Name);
        return SafeTensorsSet.Check(parsed, shards, names, index.Source.Name);
    }

    // Without an index nothing else says which of two tensors of one name counts.
    private static void EnsureApart(SafeTensorsFile[] shards)
    {
        Dictionary<string, string> places = new(StringComparer.Ordinal);
        foreach (SafeTensorsFile shard in shards)
        {
            foreach (TensorInfo tensor in shard.Tensors)
            {
                if (!places.TryAdd(tensor.Name, shard.Source.Name))
                {
                    throw new ModelFormatException(
                        SafeTensorsSetErrors.TensorInTwoFiles, $"'{places[tensor.Name]}' holds it too", tensor.Offset)
                        {
                            FilePath = shard.Source.Name,
                            TensorName = tensor.Name,
                        };
                }
            }
        }
    }

    private static IEnumerable<TensorInfo> Shifted(ModelSetMember member) =>
        member.Model!.Tensors.Select(tensor => member.Start == 0 ? tensor : tensor with { Offset = member.Start + tensor.Offset });

    // The first model file speaks for the model; what the others say is kept under their names, companions are values of their own.
    private IEnumerable<MetadataEntry> MetadataOf(ModelSetMember member)
    {
        if (member.IsSideFile)
        {
            return [];
        }

        if (member.Model is null)
        {
            return [new(member.Name, new CompanionValue(Source, member))];
        }

        return ReferenceEquals(member.Model, models[0])
            ? member.Model.Metadata
            : member.Model.Metadata.Select(entry => new MetadataEntry($"{member.Name}:{entry.Key}", entry.Value));
    }

    private string? ArchitectureOf(ImmutableArray<ModelSetMember> members)
    {
        if (members.FirstOrDefault(member => member.Name == "config.json") is not { } config)
        {
            return null;
        }

        if (CompanionText.WhyUnread(config.Name, config.Length) is not null)
        {
            return null;
        }

        try
        {
            byte[] text = config.ReadFrom(Source);
            if (CompanionText.WhyUnread(config.Name, text) is not null)
            {
                return null;
            }

            using JsonDocument document = JsonDocument.Parse(PythonJson.ToJson(text.AsMemory()));
            return document.RootElement.TryGetProperty("model_type", out JsonElement type) ? type.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
