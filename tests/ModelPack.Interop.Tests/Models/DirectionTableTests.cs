using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Codec;
using ModelPack.Codec.Conversion.Metadata.Apr;
using ModelPack.Codec.Conversion.Names.Apr;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.HuggingFace.Names;
using ModelPack.Codec.HuggingFace.ToGguf;
using ModelPack.Codec.Tests.Documentation;

namespace ModelPack.Interop.Tests.Models;

/// <summary>The README's table of architectures and directions: each small model is converted in each direction, and the output looked at.</summary>
[TestClass]
public sealed class DirectionTableTests
{
    private const string None = "–";
    private const string Names = "names";
    private const string Whole = "yes";

    [TestMethod]
    public void The_table_of_directions_is_what_conversions_of_the_small_models_give()
    {
        StringBuilder table = new("| Architecture in GGUF | `model_type` | folder → GGUF | GGUF → folder | folder → APR | APR → folder | GGUF → APR | APR → GGUF |\n|---|---|---|---|---|---|---|---|\n");
        foreach (string architecture in NameTable.Architectures)
        {
            string bare = architecture.Split('+')[0];
            string[] types = [.. ConfigToGguf.ModelTypes.Where(pair => pair.Architecture == bare && (pair.ModelType == "mixtral") == (architecture != bare)).Select(pair => pair.ModelType)];
            foreach (string type in types.DefaultIfEmpty(None).Order(StringComparer.Ordinal))
            {
                TinyModel? model = TinyModels.All.FirstOrDefault(model => model.Names.ModelType == type);
                table.Append($"| {bare} | {(type == None ? None : $"`{type}`")} | {string.Join(" | ", model is null ? Known(architecture, type) : Converted(model))} |\n");
            }
        }

        table.Append($"| {None} | `opt` | {string.Join(" | ", Known(None, "opt"))} |\n");
        GeneratedSection.ShouldBe(Path.Combine(RepositoryData.Repository, "README.md"), "directions", table.ToString());
    }

    private static IEnumerable<string> Converted(TinyModel model)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{model.Label}.directions.gguf");
        HandMadeGguf.Write(model, path);
        Trip gguf = Trip.From(path, $"{model.Label}.directions-gguf");
        Trip folder = Trip.From(ConvertedFolders.Folder(model), $"{model.Label}.directions-folder");
        return [OfGguf(folder, model), OfFolder(gguf), OfApr(folder, model), OfFolder(gguf.To(ModelFormat.Apr)), OfApr(gguf, model), OfGguf(folder.To(ModelFormat.Apr), model)];
    }

    /// <summary>llama.cpp is run with every GGUF of these (<see cref="ConvertedFolderTests"/>); that of an APR file is the same file.</summary>
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

    private static IEnumerable<string> Known(string architecture, string type)
    {
        string whole = ConfigToGguf.ModelTypes.Any(pair => pair.ModelType == type) ? Whole : NameTable.For(architecture) is { HasValues: true } ? Names : None;
        string apr = AprFamilyNames.For(architecture == "gptneox" ? "gpt_neox" : type, []) is null ? None : Names;
        return [whole, whole, apr, apr, None, None];
    }
}
