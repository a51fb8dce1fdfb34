using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Apr;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Documentation;
using ModelPack.Formats.Gguf;
using ModelPack.Models;

namespace ModelPack.Interop.Tests.Models;

/// <summary>The README's table of architectures and directions: each small model is converted in each direction, and the output looked
/// at.</summary>
[TestClass]
public sealed class DirectionTableTests
{
    private const string None = "–";
    private const string Names = "names";
    private const string Whole = "yes";

    [TestMethod]
    public void The_table_of_directions_is_what_conversions_of_the_small_models_give()
    {
        StringBuilder table = new(
            "| Architecture in GGUF | `model_type` | folder → GGUF | GGUF → folder | folder → APR | APR → folder | GGUF → APR | APR → GGUF "
                + "|\n|---|---|---|---|---|---|---|---|\n");
        foreach (string architecture in NameTable.Architectures.Where(architecture => !architecture.Contains('/')))
        {
            string bare = architecture.Split('+')[0];
            string[] types = [
                .. ConfigToGguf.ModelTypes.Where(
                    pair => pair.Architecture == bare && (pair.ModelType == "mixtral") == (architecture != bare))
                        .Select(pair => pair.ModelType)];
            foreach (string type in types.DefaultIfEmpty(None).Order(StringComparer.Ordinal))
            {
                TinyModel? model = TinyModels.All.FirstOrDefault(model => model.Names.ModelType == type);
                table.Append(
                    $"| {bare} | {(type == None ? None : $"`{type}`")} | "
                        + $"{string.Join(" | ", model is null ? Known(architecture, type) : Converted(model))} |\n");
            }
        }

        table.Append($"| {None} | `opt` | {string.Join(" | ", Known("opt", "opt"))} |\n");
        GeneratedSection.ShouldBe(Path.Combine(RepositoryData.Repository, "docs", "architectures.md"), "directions", table.ToString());
    }

    private static IEnumerable<string> Converted(TinyModel model)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{model.Label}.directions.gguf");
        HandMadeGguf.Write(model, path);
        Trip gguf = Trip.From(path, $"{model.Label}.directions-gguf");
        Trip folder = Trip.From(ConvertedFolders.Folder(model), $"{model.Label}.directions-folder");
        return [OfGguf(folder, model), OfFolder(gguf), OfApr(folder, model), OfFolder(gguf.To(ModelFormat.Apr)), OfApr(gguf, model),
            OfGguf(folder.To(ModelFormat.Apr), model)];
    }

    /// <summary>llama.cpp is run with every GGUF of these (<see cref="ConvertedFolderTests"/>); that of an APR file is the same
    /// file.</summary>
    private static string OfGguf(Trip source, TinyModel model)
    {
        using ModelFile file = ModelFiles.Open(source.To(ModelFormat.Gguf).Path);
        MetadataEntry? architecture = file.Metadata.SingleOrDefault(entry => entry.Key == "general.architecture");
        return ((GgufValue?)architecture?.Value)?.Text == model.Architecture ? "runs" : None;
    }

    private static string OfFolder(Trip source)
    {
        string config = Path.Combine(source.To(ModelFormat.SafeTensors).Path, "config.json");
        return File.Exists(config) && JsonNode.Parse(File.ReadAllText(config))!["model_type"] is not null ? Whole : None;
    }

    private static string OfApr(Trip source, TinyModel model)
    {
        using ModelFile file = ModelFiles.Open(source.To(ModelFormat.Apr).Path);
        HashSet<string> keys = [.. file.Metadata.Select(entry => entry.Key)];
        return AprRequirements.Missing(keys.Contains, file.Tensors.Select(tensor => tensor.Name)).Any() && !model.IsEncoder ? Names : Whole;
    }

    // Without a small model: whether the names of a GGUF file change on the way to a folder, from the file itself and from an APR file made
    // of it.
    private static IEnumerable<string> Known(string architecture, string type)
    {
        Trip gguf = Trip.From(WriteSmall(architecture), $"{architecture}.directions");
        string apr = AprFamilyNames.For(type, []) is null ? None : Names;
        return [None, Named(gguf), apr, apr == None ? Named(gguf.To(ModelFormat.Apr)) : apr, None, None];
    }

    private static string Named(Trip gguf) => gguf.To(ModelFormat.SafeTensors).Tensors().ContainsKey("token_embd.weight") ? None : Names;

    private static string WriteSmall(string architecture)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{architecture}.directions.gguf");
        string bare = architecture.Split('+')[0];
        GgufModel layout = new()
        {
            Metadata =
            [
                new("general.architecture", GgufValue.FromString(bare)),
                new($"{bare}.block_count", GgufValue.FromUInt32(1)),
                new($"{bare}.embedding_length", GgufValue.FromUInt32(8)),
                new($"{bare}.attention.head_count", GgufValue.FromUInt32(2)),
            ],
            Tensors = [new("token_embd.weight", TensorType.F32, [4, 8], 4 * 8 * sizeof(float))],
        };
        PlanWriter.Write(GgufWriter.Plan(layout), [new byte[4 * 8 * sizeof(float)]], path);
        return path;
    }
}
