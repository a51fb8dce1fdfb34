using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.IO.Json;
using ModelPack.IO.Names;
using ModelPack.Models;
using ModelPack.Codec.Tests.Conversion;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>A checkpoint of a family, whose files can be spoiled.</summary>
internal sealed class FamilyCheckpoint : IDisposable
{
    private static readonly Lazy<ILookup<string, string>> Archives = new(() => CheckpointTrip.Names.ToLookup(TypeOf));

    private readonly TempFolder temp = new();
    private readonly SharedCheckpoint shared;

    private FamilyCheckpoint(string name)
    {
        Name = name;
        shared = SharedCheckpoint.Of(name);
    }

    public string Name { get; }

    /// <summary>A copy of the checkpoint's folder, for this test alone.</summary>
    public string Folder
    {
        get
        {
            string folder = temp.At(CheckpointArchive.Folder) + Path.DirectorySeparatorChar;
            if (!Directory.Exists(folder))
            {
                CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", Name + CheckpointArchive.Ending), temp.Root);
            }

            return folder;
        }
    }

    public IReadOnlyList<TensorInfo> Tensors => shared.Tensors;

    /// <summary>The GGUF that the folder becomes.</summary>
    public ReadOnlyMemory<byte> Gguf => shared.Gguf;

    /// <summary>The checkpoints of a family's model types that become its architecture.</summary>
    public static IEnumerable<FamilyCheckpoint> Of(Family family)
    {
        foreach (string name in family.Models.SelectMany(model => Archives.Value[model.Type]))
        {
            if (SharedCheckpoint.Of(name).Architecture == family.Architecture)
            {
                yield return new(name);
            }
        }
    }

    /// <summary>A checkpoint by its name.</summary>
    public static FamilyCheckpoint Named(string name) => new(name);

    public string At(string name) => temp.At(name);

    /// <summary>What its keys are, with another config or other tensors.</summary>
    public DerivedGguf Derive(
        Action<JsonObject>? edit = null, IReadOnlyList<TensorInfo>? tensors = null, Func<TensorInfo, byte[]>? read = null) =>
        ConfigToGguf.Derive(new("folder", [.. shared.Companions.Select(file => Edited(file, edit))], tensors ?? Tensors, read));

    /// <summary>The number of its layers.</summary>
    public long Layers => Config() is var config && config.FirstOf("num_hidden_layers", "n_layer", "num_layers") is { } layers
        ? config.Count(layers)!.Value
        : long.MaxValue;

    public ConfigObject Config() =>
        LanguagePart.Of(ConfigObject.Parse("folder", shared.Companions.Single(file => file.Name == CompanionNames.Config)));

    public void Dispose() => temp.Dispose();

    private static Companion Edited(Companion file, Action<JsonObject>? edit)
    {
        if (file.Name != CompanionNames.Config || edit is null)
        {
            return file;
        }

        JsonObject root = Parse(file.Bytes);
        edit(Language(root));
        return new(file.Name, Encoding.UTF8.GetBytes(root.ToJsonString()));
    }

    private static JsonObject Parse(ReadOnlyMemory<byte> bytes) => JsonNode.Parse(PythonJson.ToJson(bytes).Span)!.AsObject();

    private static JsonObject Language(JsonObject root) => root["text_config"] is JsonObject inner && inner["model_type"] is not null
        ? inner
        : root;

    private static string TypeOf(string name)
    {
        using BrotliStream stream = new(
            File.OpenRead(RepositoryData.Path("corpus", "hf", name + CheckpointArchive.Ending)), CompressionMode.Decompress);
        using TarReader reader = new(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name == $"{CheckpointArchive.Folder}/{CompanionNames.Config}")
            {
                using MemoryStream bytes = new();
                entry.DataStream!.CopyTo(bytes);
                return Language(Parse(bytes.ToArray()))["model_type"]?.GetValue<string>() ?? "";
            }
        }

        return "";
    }
}
