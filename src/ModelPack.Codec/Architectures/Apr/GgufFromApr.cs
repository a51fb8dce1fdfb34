using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Apr;

/// <summary>An APR file's metadata in GGUF's words.</summary>
/// <param name="Architecture">The architecture; null if the file does not say one that is known.</param>
/// <param name="Entries">The keys, each once.</param>
/// <param name="Notes">What is missing, what could not be said, what contradicts what.</param>
internal sealed record GgufMetadataFrom(string? Architecture, ImmutableArray<MetadataEntry> Entries, ImmutableArray<Note> Notes)
{
    /// <summary>Statements that exclude one another, each naming its key and both values.</summary>
    public IEnumerable<Note> Contradictions => Notes.Where(note => note.Rule == MetadataNotes.Contradiction);
}

/// <summary>Says an APR file's metadata in GGUF's words (apr-v2.md §7, §12.2). What the file lacks is noted, never guessed.</summary>
internal sealed class GgufFromApr
{
    private static readonly string[] Required = ["hidden_size", "num_layers", "num_heads", "intermediate_size", "max_position_embeddings"];

    private readonly AprFile file;
    private readonly AprFieldReader says;
    private readonly List<Note> notes = [];
    private readonly List<MetadataEntry> entries = [];
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);

    private GgufFromApr(AprFile file)
    {
        this.file = file;
        says = new AprFieldReader(file, notes);
    }

    /// <summary>Says the metadata of a file.</summary>
    public static GgufMetadataFrom Read(AprFile file) => new GgufFromApr(file).Read();

    private GgufMetadataFrom Read()
    {
        IReadOnlyList<MetadataEntry> unmapped = UnmappedKeys.Read(file.FindMetadata(UnmappedKeys.Key), notes);
        ModelTensors tensors = ModelTensors.Of(TensorDescriptions.Logical(file).Select(tensor => (tensor.Name, tensor.Shape)));
        string? architecture = AprSlugs.Find(file, notes);
        if (architecture is not null)
        {
            Add(GgufFormat.ArchitectureKey, GgufValue.FromString(architecture));
        }

        Labels();
        if (architecture is not null)
        {
            Hyperparameters(architecture, [.. unmapped.Select(entry => entry.Key)]);
            if (RopeRows.IsKnown(architecture))
            {
                ImpliedDimension(architecture, tensors);
                AprConsistency.Check(says.Quietly(), tensors, notes);
            }
        }

        foreach (MetadataEntry entry in GgufTokenizerReader.Read(says, tensors, notes))
        {
            Add(entry.Key, (GgufValue)entry.Value);
        }

        Template();
        foreach (MetadataEntry entry in unmapped)
        {
            Merge(entry);
        }

        return new(architecture, [.. entries], [.. notes]);
    }

    private void Add(string key, GgufValue value)
    {
        places.Add(key, entries.Count);
        entries.Add(new(key, value));
    }

    // The object keeps widths and lists that a field cannot; what the field itself says wins if it was edited.
    private void Merge(MetadataEntry kept)
    {
        if (!places.TryGetValue(kept.Key, out int place))
        {
            Add(kept.Key, (GgufValue)kept.Value);
        }
        else if (SaysTheSame((GgufValue)entries[place].Value, (GgufValue)kept.Value))
        {
            entries[place] = kept;
        }
        else
        {
            notes.Contradict(
                $"'{kept.Key}' is {entries[place].Value.Display()} by its field, but {kept.Value.Display()} in '{UnmappedKeys.Key}'");
        }
    }

    private static bool SaysTheSame(GgufValue field, GgufValue kept)
    {
        if (field.TryGetInteger(out Int128 integer))
        {
            return kept.TryGetInteger(out Int128 other)
                ? other == integer
                : kept.TryGetIntegers(out Int128[]? items) && items.All(item => item == integer);
        }

        return field.TryGetFloat(out double number) && kept.TryGetFloat(out double otherNumber)
            ? number.Equals(otherNumber)
            : field.TryGetIntegers(out Int128[]? list) && kept.TryGetIntegers(out Int128[]? otherList) && list.AsSpan()
            .SequenceEqual(otherList);
    }

    private void Labels()
    {
        foreach ((string key, string field) in AprFieldMap.Texts)
        {
            if (says.Text(field) is { } text)
            {
                Add(key, GgufValue.FromString(text));
            }
        }
    }

    private void Hyperparameters(string architecture, HashSet<string> kept)
    {
        foreach ((string name, string field) in AprFieldMap.Counts)
        {
            string key = $"{architecture}.{name}";
            if (says.Count(field) is { } count)
            {
                Add(key, GgufValue.FromUInt32(count));
            }
            else if (Required.Contains(field) && !kept.Contains(key))
            {
                notes.Miss($"'{field}' is missing, so '{key}' is too, which programs need to load a model");
            }
        }

        foreach ((string name, string field) in AprFieldMap.Numbers(architecture))
        {
            if (says.Number(field) is { } number)
            {
                Add($"{architecture}.{name}", GgufValue.FromFloat32(number));
            }
        }

        if (says.Count("head_dim") is { } dimension)
        {
            HeadDimension(architecture, dimension);
        }
    }

    private void HeadDimension(string architecture, uint dimension)
    {
        Add($"{architecture}.{AprFieldMap.KeyLength}", GgufValue.FromUInt32(dimension));
        Add($"{architecture}.{AprFieldMap.ValueLength}", GgufValue.FromUInt32(dimension));
    }

    // Without the keys a program divides the hidden size by the heads.
    private void ImpliedDimension(string architecture, ModelTensors tensors)
    {
        AprFieldReader quiet = says.Quietly();
        if (quiet.Says("head_dim") || quiet.Count("num_heads") is not { } heads || quiet.Count("hidden_size") is not { } hidden)
        {
            return;
        }

        if (tensors.HeadDimension(heads, quiet.Count("num_kv_heads") ?? heads, hidden) is { } dimension)
        {
            HeadDimension(architecture, (uint)dimension);
            notes.Derive(
                $"'head_dim' is missing: {dimension} follows from the rows of q and v, the hidden size over the heads does not give it");
        }
    }

    private void Template()
    {
        string? template = says.Text("chat_template");
        string? other = says.Text(AprTokenizerKeys.ChatTemplate);
        if (template is not null && other is not null && template != other)
        {
            notes.Contradict($"'chat_template' is {Shorten(template)}, but '{AprTokenizerKeys.ChatTemplate}' is {Shorten(other)}");
        }

        if ((template ?? other) is { } text)
        {
            Add(AprTokenizerKeys.GgufChatTemplate, GgufValue.FromString(text));
        }
    }

    private static string Shorten(string text) => text.Length <= 60 ? $"'{text}'" : $"'{string.Concat(text.EnumerateRunes().Take(60))}…'";
}
