using System.Collections.Immutable;
using ModelPack.Architectures.Apr;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Architectures.Usability;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO.Names;

namespace ModelPack.Architectures;

/// <summary>Whose names and values the tensors of a model have (hf-companions.md §3).</summary>
internal enum NamingScheme
{
    /// <summary>Nothing tells: such tensors travel as they are.</summary>
    Unknown,

    /// <summary>GGUF's, as llama.cpp wants them.</summary>
    Gguf,

    /// <summary>Hugging Face's, as transformers wants them.</summary>
    HuggingFace,

    /// <summary>APR's own, for families whose checkpoints are not llama-like (apr-v2.md §12.3).</summary>
    Apr,
}

/// <summary>What a file says of its model, in GGUF's words: the common language of the three formats.</summary>
internal sealed record ModelDescription
{
    private const string Embedding = "token_embd.weight";

    /// <summary>The architecture in GGUF's words; null if the file does not say one that is known.</summary>
    public string? Architecture { get; init; }

    /// <summary>The keys, each once; none if the file does not say enough.</summary>
    public ImmutableArray<MetadataEntry> Entries { get; init; } = [];

    /// <summary>Tensors that GGUF wants and the file states otherwise.</summary>
    public ImmutableArray<ExtraTensor> Extra { get; init; } = [];

    /// <summary>A head that is rows of a tensor of the model.</summary>
    public HeadRows? Head { get; init; }

    /// <summary>Matrices that are multiplied by numbers that have no key.</summary>
    public ImmutableArray<ScaledTensor> Scaled { get; init; } = [];

    /// <summary>Whose names and values the file's tensors have.</summary>
    public NamingScheme Tensors { get; init; }

    /// <summary>The names that a checkpoint of such a model has and those that it gets in APR; null if APR has none of its own for
    /// it.</summary>
    public AprFamily? Family { get; init; }

    /// <summary>True if tensors that contradict what the file says are an error; else they travel as they are.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Rows of tables before the zeros at their ends, which no key counts.</summary>
    public ImmutableDictionary<string, long> OwnRows { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Tensors that are left out on purpose, since what was asked for is a part of the model.</summary>
    public ImmutableHashSet<string> Others { get; init; } = [];

    /// <summary>Tensors of the output that have a type of their own, which holds every number of them.</summary>
    public ImmutableArray<(string Name, TensorType Type)> Types { get; init; } = [];

    /// <summary>Why what the file says has no GGUF keys: it says it in words that have none, or in two that exclude one another. Null if
    /// it has, or if its words are missing.</summary>
    public string? Untranslated { get; init; }

    /// <summary>The companion files of a folder.</summary>
    public ImmutableArray<Companion> Companions { get; init; } = [];

    /// <summary>What is missing or guessed.</summary>
    public ImmutableArray<RankedNote> Notes { get; init; } = [];

    /// <summary>What a file says.</summary>
    /// <exception cref="ModelPackException">A folder's companions contradict its tensors, and their words were asked for.</exception>
    public static ModelDescription Of(ModelFile file, NamingMode naming) => file.First switch
    {
        GgufFile gguf => OfGguf(file, gguf, naming),
        AprFile apr => OfApr(apr, naming),
        SafeTensorsFile => OfFolder(file, naming),
        _ => new(),
    };

    /// <summary>What a folder says of the part of its model that sees.</summary>
    /// <exception cref="ModelPackException">There is no such part, or none that a GGUF of its own can hold.</exception>
    public static ModelDescription OfTower(ModelFile file)
    {
        if (file.First is not SafeTensorsFile)
        {
            throw new ModelPackException(
                HuggingFaceErrors.NoTower, "only a Hugging Face folder holds the part that sees beside the language model")
            {
                FilePath = file.Source.Name,
            };
        }

        ImmutableArray<Companion> companions = CompanionsOf(file);
        TowerKeys tower = TowerToGguf.Derive(SourceOf(file, companions));
        return new()
        {
            Architecture = TowerCatalog.Architecture,
            Entries = tower.Entries,
            Tensors = NamingScheme.HuggingFace,
            IsStrict = true,
            Companions = companions,
            Others = [.. tower.Others],
            Types = tower.Types,
            Notes = tower.Notes,
        };
    }

    /// <summary>What of it can be said in a format: without its head a reranker would be a generator, and APR has no word for one of
    /// rows.</summary>
    public ModelDescription In(ModelFormat target) => Head is null || target != ModelFormat.Apr ? this
        : Unclaimed(
            [.. Notes,
                new RankedNote(
                    NoteRank.ChangesResults,
                    $"{CompanionNames.Config}: APR has no head that scores: tensors keep their names, and the output does not claim the "
                        + $"architecture '{Architecture}'")]);

    private ModelDescription Unclaimed(ImmutableArray<RankedNote> notes) => new() { Companions = Companions, Notes = notes };

    private static ModelDescription OfGguf(ModelFile file, GgufFile gguf, NamingMode naming) => new()
    {
        Architecture = gguf.Architecture,
        Entries = [.. gguf.Metadata.Where(entry => !GgufMetadata.IsOfTheContainer(entry.Key))],
        Tensors = file.Tensors.Count > 0 && naming == NamingMode.Native ? NamingScheme.Gguf : NamingScheme.Unknown,
        OwnRows = naming == NamingMode.Native && gguf.Architecture is { } architecture
            ? RowsOf(file, architecture)
            : ImmutableDictionary<string, long>.Empty,
    };

    private static ImmutableDictionary<string, long> RowsOf(ModelFile file, string architecture) =>
        NameTable.For(architecture) is not { } names || !names.Rules.Any(rule => rule.Transform == NameTransform.ZeroRows)
            ? ImmutableDictionary<string, long>.Empty
            : file.Tensors
                .Where(tensor => tensor.ByteOrder != ByteOrder.BigEndian
                    && names.FromGguf(tensor.Name, _ => true) is { Rule.Transform: NameTransform.ZeroRows, GgufEnding: ".weight" })
                .ToImmutableDictionary(
                    tensor => tensor.Name,
                    tensor => ZeroRows.Own(tensor, (start, length) => file.Source.ReadBytes(tensor.Offset + start, length)));

    private static ModelDescription OfApr(AprFile apr, NamingMode naming)
    {
        if (naming == NamingMode.Verbatim)
        {
            return new() { Architecture = apr.Architecture };
        }

        GgufMetadataFrom read = GgufFromApr.Read(apr);
        ImmutableArray<RankedNote> notes = [.. read.Notes.Select(RankedNote.Of)];
        if (read.Contradictions.FirstOrDefault() is { } contradiction)
        {
            return new() { Architecture = apr.Architecture, Notes = notes, Untranslated = $"is not read: {contradiction.Text}" };
        }

        (AprFamily? family, string? doubt) = AprFamilies.OfApr(apr);
        AprNamingScheme names = AprNamingSchemes.Of(apr.Tensors.Select(tensor => tensor.Name));
        RowOrder? rows = AprRowOrder.Of(apr);
        NamingScheme tensors = (names, rows) switch
        {
            _ when family is not null => NamingScheme.Apr,
            _ when doubt is not null || read.Architecture is null => NamingScheme.Unknown,
            (AprNamingScheme.Gguf, RowOrder.Gguf) => NamingScheme.Gguf,
            (AprNamingScheme.HuggingFace, RowOrder.HuggingFace) => NamingScheme.HuggingFace,
            (AprNamingScheme.HuggingFace, _) when !RopeRows.Differ(read.Architecture) => NamingScheme.HuggingFace,
            _ => NamingScheme.Unknown,
        };
        return new()
        {
            Architecture = read.Architecture ?? apr.Architecture,
            Entries = read.Architecture is null ? [] : read.Entries,
            Untranslated = read.Architecture is null && apr.Architecture is { } own ? $"says what '{own}' is in words of its own" : null,
            Tensors = tensors,
            Family = family,
            Notes = doubt is null ? notes : [.. notes, doubt],
        };
    }

    private static ModelDescription OfFolder(ModelFile file, NamingMode naming)
    {
        ImmutableArray<Companion> companions = CompanionsOf(file);
        ModelDescription own = new() { Architecture = Unlisted(file.Architecture), Companions = companions };
        if (naming == NamingMode.Verbatim || companions.IsEmpty)
        {
            return own;
        }

        try
        {
            DerivedGguf derived = ConfigToGguf.Derive(SourceOf(file, companions));
            if (Lacking(file, companions) is { } lack)
            {
                return own.Unclaimed([.. derived.Ranked, new RankedNote(NoteRank.ChangesResults, lack)]);
            }

            if (derived.IsNoGenerator)
            {
                return own.Unclaimed(derived.Ranked);
            }

            AprFamily? family = AprFamilies.OfFolder(file, companions);
            own = own with { Family = family, Tensors = family is null ? NamingScheme.Unknown : NamingScheme.HuggingFace };
            if (derived.Architecture is null)
            {
                // What GGUF cannot say leaves APR the family's names.
                return derived.IsUnlisted
                    ? own.WithTokenizer(file, derived.Ranked)
                    : own with { Architecture = null, Notes = derived.Ranked };
            }

            IReadOnlyList<TensorInfo> tensors = TensorDescriptions.Logical(file);
            if (NameTable.For(derived.Architecture) is { } names && PublishedCodes.FindWhole(tensors, names) is { } whole
                && !PublishedBlocks.AreAll(tensors) && !derived.HasCodes)
            {
                return own.Unclaimed(
                    [new RankedNote(
                        NoteRank.ChangesResults,
                        $"the tensor {whole.Name} is {TensorTypes.Get(whole.Type).Name}, which runtimes do not compute with: tensors keep "
                            + $"their names, and the output does not claim the architecture '{derived.Architecture}'"),
                        .. derived.Ranked]);
            }

            DerivedTokenizer tokenizer = Tokenizer(file, companions, derived.Architecture);
            return own with
            {
                Architecture = derived.Architecture,
                Entries = Merged(derived.Entries, NamedTokens.Set(derived.NamedTokens, tokenizer.Entries)),
                Extra = derived.Extra,
                Head = derived.Head,
                Scaled = derived.Scaled,
                Tensors = NamingScheme.HuggingFace,
                IsStrict = true,
                Notes = [
                    .. derived.Ranked, .. tokenizer.Ranked, .. GenerationToGguf.LostEnds(derived.TokenIds, tokenizer.Entries)
                        .Select(text => new RankedNote(NoteRank.ChangesResults, text))],
            };
        }
        catch (ModelPackException exception) when (HuggingFaceErrors.IsUnread(exception))
        {
            return own with
            {
                Notes = [new(NoteRank.ChangesResults, $"{exception.Detail}; the file travels as it is, and nothing is read from it")],
            };
        }
        catch (ModelPackException exception)
        {
            // The message begins with the name of the companion; the path is that of the folder.
            exception.FilePath = file.Source.Name;
            throw;
        }
    }

    // Under names of a folder's own no program of a listed architecture would find its tensors: such an output does not pose as one.
    private static string? Unlisted(string? architecture) => architecture is null || RequiredTensors.For(architecture) is not null
        || ConfigToGguf.ModelTypes.Any(type => type.ModelType == architecture) ? null : architecture;

    private static ImmutableArray<Companion> CompanionsOf(ModelFile file) =>
    [
        .. file.AllMembers.Where(member => member.Model is null)
            .Select(member => new Companion(member.Name, member.ReadFrom(file.Source))),
    ];

    private static FolderSource SourceOf(ModelFile file, ImmutableArray<Companion> companions) => new(
        file.Source.Name, companions, TensorDescriptions.Logical(file),
        tensor => file.Source.ReadBytes(tensor.Offset, checked((int)tensor.ByteLength)));

    // A result that lacks a weight that its architecture needs does not claim to be one (DESIGN §1).
    private static string? Lacking(ModelFile file, ImmutableArray<Companion> companions)
    {
        if (companions.FirstOrDefault(companion => companion.Name == CompanionNames.Config) is not { } config)
        {
            return null;
        }

        ConfigObject fields = LanguagePart.Of(ConfigObject.Parse(file.Source.Name, config));
        string[] missing = [
            .. FolderNeeds.MissingTensors(
                fields, [.. TensorDescriptions.Logical(file).Select(tensor => tensor.Name)],
                companions.Any(companion => companion.Name == CompanionNames.Modules)).Take(2)];
        return missing.Length == 0 ? null
            : $"{CompanionNames.Config}: a model of the type '{fields.Text("model_type")}' has the tensor "
                + $"'{missing[0]}'{(missing.Length == 1 ? "" : " and others")}, and this one does not: tensors keep their names, and the "
                + $"output does not claim that architecture";
    }

    // A tokenizer is known by its own files, whatever the model is.
    private ModelDescription WithTokenizer(ModelFile file, ImmutableArray<RankedNote> notes)
    {
        if (Architecture is not { Length: > 0 } architecture
            || !Companions.Any(companion => MissingParts.IsTokenizer(companion.Name)))
        {
            return this with { Notes = notes };
        }

        try
        {
            DerivedTokenizer tokenizer = Tokenizer(file, Companions, architecture);
            return this with
            {
                Entries = tokenizer.Entries.IsEmpty ? []
                    : [new(GgufFormat.ArchitectureKey, GgufValue.FromString(architecture)), .. tokenizer.Entries],
                Notes = [.. notes, .. tokenizer.Ranked],
            };
        }
        catch (ModelPackException exception)
        {
            return this with { Notes = [.. notes, new(NoteRank.ChangesResults, $"{exception.Detail}; the tokenizer has no keys")] };
        }
    }

    // The vocabulary has a token for each row of the embedding; config.json was compared with these already.
    private static DerivedTokenizer Tokenizer(ModelFile file, ImmutableArray<Companion> companions, string architecture)
    {
        bool any = companions.Any(companion => MissingParts.IsTokenizer(companion.Name));
        NameTable? names = NameTable.For(architecture);
        TensorInfo? embedding = file.Tensors.FirstOrDefault(tensor => names?.FromHuggingFace(tensor.Name) is [{ GgufName: Embedding }]);
        return any
            ? TokenizerToGguf.Derive(companions, new(embedding is { Shape.Length: > 0 } ? embedding.Shape[0] : null))
            : new([], ["there is no tokenizer.json and no tokenizer.model: the output will have no tokenizer"]);
    }

    // The model's own keys first; a key that both derive is said once.
    private static ImmutableArray<MetadataEntry> Merged(ImmutableArray<MetadataEntry> model, ImmutableArray<MetadataEntry> tokenizer)
    {
        HashSet<string> known = [.. model.Select(entry => entry.Key)];
        return [.. model, .. tokenizer.Where(entry => known.Add(entry.Key))];
    }
}
