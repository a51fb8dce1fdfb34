using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>A checkpoint, converted to GGUF, and its reference.gguf, converted to a folder. Both are compared with what they should
/// be.</summary>
internal sealed class CheckpointTrip : IDisposable
{
    private static readonly HashSet<string> Rules = [.. ConfigToGguf.ModelTypes.Select(rule => rule.ModelType)];

    private readonly TempFolder temp = new();
    private readonly List<CheckpointDifference> differences = [];
    private readonly HashSet<Part> looked = [];
    private readonly Dictionary<string, byte[]> payloads = new(StringComparer.Ordinal);

    private CheckpointTrip(string name)
    {
        Name = name;
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", name + CheckpointArchive.Ending), temp.Root);
        ModelType = ConfigFields.ReadLanguagePart(Path.Combine(Folder, "config.json"))["model_type"].GetString()!;
    }

    public static IEnumerable<string> Names =>
        RepositoryData.Files("corpus/hf", "*" + CheckpointArchive.Ending)
        .Select(path => Path.GetFileName(path)[..^CheckpointArchive.Ending.Length]);

    public string Name { get; }

    /// <summary>That of the language model, where the checkpoint has towers beside it.</summary>
    public string ModelType { get; }

    /// <summary>Whether docs/architectures.md says that folders of this model type become a GGUF that llama.cpp loads.</summary>
    public bool HasRule => Rules.Contains(ModelType);

    public IReadOnlyList<CheckpointDifference> Differences => differences;

    /// <summary>Only what was compared can be said to be equal.</summary>
    public IReadOnlySet<Part> Looked => looked;

    /// <summary>expected.json, or null.</summary>
    public string? Expected => temp.At(CheckpointArchive.Expected) is var path && File.Exists(path) ? path : null;

    /// <summary>The tokenizer.json that was made from the reference, or null.</summary>
    public string? DerivedTokenizer => Path.Combine(Derived, "tokenizer.json") is var path && File.Exists(path) ? path : null;

    private string Folder => temp.At(CheckpointArchive.Folder);

    private string Derived => temp.At("derived") + Path.DirectorySeparatorChar;

    public static CheckpointTrip Of(string name)
    {
        CheckpointTrip trip = new(name);
        if (trip.HasRule)
        {
            trip.ToGguf();
        }

        return trip;
    }

    public void Dispose() => temp.Dispose();

    private void ToGguf()
    {
        using ReferenceTable? table = ReferenceTable.Read(temp.Root);
        string output = temp.At("output.gguf");

        // A file without a record of the folder stands for the reference where there is none.
        ConversionOptions options = table is null
            ? new() { Origin = OriginMode.None, Loss = LossPolicy.Allow, Threads = 1 }
            : new() { Threads = 1 };
        if (Refusal(Folder, output, ModelFormat.Gguf, options) is { } refusal)
        {
            Found(Part.GgufTensors, refusal);
        }
        else
        {
            Compare(output, table);
        }

        foreach (FolderTensor tensor in FolderTensor.All(Folder).Values)
        {
            payloads.TryAdd(ReferenceTable.HashOf(tensor.Bytes), tensor.Bytes);
        }

        byte[]? reference = table is not null ? table.Rebuild(payloads) : File.Exists(output) ? File.ReadAllBytes(output) : null;
        if (reference is not null)
        {
            ToFolder(reference);
        }
    }

    private void Compare(string output, ReferenceTable? table)
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(File.ReadAllBytes(output)));
        foreach (TensorInfo tensor in file.Tensors)
        {
            byte[] payload = file.Source.ReadBytes(tensor.Offset, checked((int)tensor.ByteLength));
            payloads.TryAdd(ReferenceTable.HashOf(payload), payload);
        }

        if (table is not null && file.Find($"{table.File.Architecture}.block_count") is null)
        {
            Found(Part.GgufTensors, "travels under its own names");
        }
        else if (table is not null)
        {
            looked.UnionWith([Part.GgufTensors, Part.GgufKeys]);
            differences.AddRange(GgufComparison.Tensors(file, table));
            differences.AddRange(GgufComparison.Keys(file, table.File));
        }
    }

    private void ToFolder(byte[] reference)
    {
        string source = temp.Write(CheckpointArchive.Reference, reference);
        if (Refusal(source, Derived, ModelFormat.SafeTensors, new() { Threads = 1 }) is { } refusal)
        {
            Found(Part.FolderTensors, refusal);
            return;
        }

        using GgufFile file = GgufFile.Open(new MemoryByteSource(reference));
        looked.UnionWith([Part.FolderTensors, Part.FolderConfig]);
        differences.AddRange(FolderComparison.Tensors(FolderTensor.All(Derived), FolderTensor.All(Folder)));
        differences.AddRange(FolderComparison.Config(Derived, Folder));
        if (file.Find("tokenizer.ggml.tokens") is not null)
        {
            looked.Add(Part.FolderIds);
            differences.AddRange(FolderComparison.Ids(file, DerivedTokenizer));
            if (DerivedTokenizer is not null && Expected is not null)
            {
                // By the tokenizers library, in the interop tests.
                looked.Add(Part.Texts);
            }
        }
    }

    private static string? Refusal(string source, string target, ModelFormat to, ConversionOptions options)
    {
        try
        {
            Unflushed.Convert(source, target, to, options);
            return null;
        }
        catch (ModelPackException exception)
        {
            return $"refused: {exception.Code.Id}";
        }
    }

    private void Found(Part part, string what)
    {
        looked.Add(part);
        differences.Add(new(part, what));
    }
}
