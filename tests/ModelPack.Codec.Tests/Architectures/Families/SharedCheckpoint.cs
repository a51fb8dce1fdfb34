using System.Collections.Concurrent;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>What tests of families ask of a checkpoint: unpacked once and converted once for all of them.</summary>
internal sealed class SharedCheckpoint
{
    private static readonly ConcurrentDictionary<string, Lazy<SharedCheckpoint>> All = new(StringComparer.Ordinal);

    private readonly Lazy<byte[]> gguf;

    private SharedCheckpoint(string name)
    {
        using TempFolder temp = Extracted(name);
        using ModelFile file = ModelFiles.Open(temp.At(CheckpointArchive.Folder) + Path.DirectorySeparatorChar);
        Companions =
        [
            .. file.AllMembers.Where(member => member.Model is null)
                .Select(member => new Companion(member.Name, member.ReadFrom(file.Source))),
        ];
        Tensors = [.. TensorDescriptions.Logical(file)];
        Architecture = ConfigToGguf.Derive(new("folder", [.. Companions], Tensors, null)).Architecture;
        gguf = new(() => Converted(name));
    }

    public IReadOnlyList<Companion> Companions { get; }

    public IReadOnlyList<TensorInfo> Tensors { get; }

    public string? Architecture { get; }

    public byte[] Gguf => gguf.Value;

    public static SharedCheckpoint Of(string name) => All.GetOrAdd(name, name => new(() => new(name))).Value;

    private static TempFolder Extracted(string name)
    {
        TempFolder temp = new();
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", name + CheckpointArchive.Ending), temp.Root);
        return temp;
    }

    private static byte[] Converted(string name)
    {
        using TempFolder temp = Extracted(name);
        ConversionOptions options = new() { Origin = OriginMode.None, Loss = LossPolicy.Allow };
        Unflushed.Convert(
            temp.At(CheckpointArchive.Folder) + Path.DirectorySeparatorChar, temp.At("converted.gguf"), ModelFormat.Gguf, options);
        return File.ReadAllBytes(temp.At("converted.gguf"));
    }
}
