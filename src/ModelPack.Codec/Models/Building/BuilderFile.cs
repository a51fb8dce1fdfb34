using ModelPack.IO;

namespace ModelPack.Models.Building;

/// <summary>A file of a model that is built: one with tensors, or a companion.</summary>
internal sealed class BuilderFile
{
    /// <summary>Its name in the folder.</summary>
    public required string Name { get; init; }

    /// <summary>The opened file that it comes from; null for a new one and for companions.</summary>
    public ModelFile? Model { get; init; }

    /// <summary>The bytes of a companion, or of the file that it comes from; null for a new file with tensors.</summary>
    public ByteSource? Bytes { get; set; }

    /// <summary>True for a companion.</summary>
    public bool IsCompanion { get; init; }

    public List<BuilderEntry> Entries { get; init; } = [];

    public List<BuilderTensor> Tensors { get; init; } = [];

    /// <summary>True if the file is to be written from its entries and tensors, and not copied.</summary>
    public bool IsChanged => !IsCompanion && (Model is null
        || Entries.Count != Model.Metadata.Count || Entries.Exists(IsNew) || Tensors.Count != Model.Tensors.Count
        || Tensors.Exists(tensor => tensor.Place is not { } place || tensor.Name != Model.Tensors[place].Name));

    /// <summary>A file of an opened model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="member">The file.</param>
    public static BuilderFile Of(ModelFile model, ModelSetMember member)
    {
        RangeByteSource bytes = new(model.Source, member.Start, member.Length);
        return new()
        {
            Name = member.Name,
            Model = member.Model,
            Bytes = bytes,
            IsCompanion = member.Model is null || member.IsSideFile,
            Entries = member.Model is null
                ? []
                : [.. member.Model.Metadata.Select((entry, place) => new BuilderEntry(entry.Key, entry.Value, place))],
            Tensors = member.Model is null ? [] : [.. member.Model.Tensors.Select((tensor, place) => new BuilderTensor
            {
                Name = tensor.Name,
                Type = tensor.Type,
                Shape = tensor.Shape,
                Payload = new RangeByteSource(model.Source, member.Start + tensor.Offset, tensor.ByteLength),
                Place = place,
            })],
        };
    }

    /// <summary>The tensors that come from the file, each by the name that it has there.</summary>
    public IEnumerable<KeyValuePair<string, BuilderTensor>> Kept =>
        from tensor in Tensors
        where tensor.Place is not null
        select KeyValuePair.Create(Model!.Tensors[tensor.Place!.Value].Name, tensor);

    /// <summary>The same file, whose lists can be changed without changing this one.</summary>
    public BuilderFile Copy() =>
        new() { Name = Name, Model = Model, Bytes = Bytes, IsCompanion = IsCompanion, Entries = [.. Entries], Tensors = [.. Tensors] };

    /// <summary>True for an entry whose value is not the one of the file that it comes from.</summary>
    public bool IsNew(BuilderEntry entry) => entry.Place is not { } place || !ReferenceEquals(Model!.Metadata[place].Value, entry.Value);

    /// <summary>Sets the last entry of a key, or adds one. A value that the file had keeps its place and its spelling.</summary>
    public void Set(string key, MetadataValue value)
    {
        int at = Entries.FindLastIndex(entry => entry.Key == key);
        if (at < 0)
        {
            Entries.Add(new(key, value, null));
            return;
        }

        MetadataValue? before = Entries[at].Place is { } place ? Model!.Metadata[place].Value : null;
        bool isBack = before is not null && before.TypeName == value.TypeName
            && BuilderValues.Standard(before).Span.SequenceEqual(BuilderValues.Standard(value).Span);
        Entries[at] = Entries[at] with { Value = isBack ? before! : value };
    }

    /// <summary>Removes every entry of a key; false if there is none.</summary>
    public bool Unset(string key) => Entries.RemoveAll(entry => entry.Key == key) > 0;

    /// <summary>The value of a key; null if there is none.</summary>
    public MetadataValue? Find(string key) => Entries.FindLast(entry => entry.Key == key)?.Value;
}
