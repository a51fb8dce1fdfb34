using ModelPack.Architectures.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Models;

namespace ModelPack.Interop.Tests.Models;

/// <summary>Chains of conversions: the way that a model took changes neither what comes back nor what is made of it.</summary>
[TestClass]
public sealed class PathIndependenceTests
{
    public static IEnumerable<string> Labels => TinyModels.Labels;

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void A_folder_that_went_to_apr_and_gguf_comes_back_file_for_file(string label)
    {
        TinyModel model = TinyModels.Get(label);
        string folder = ConvertedFolders.Folder(model);
        Trip back = Start(model, "apr-gguf").To(ModelFormat.Apr).To(ModelFormat.Gguf).To(ModelFormat.SafeTensors);
        foreach (string name in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path)))
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(Path.Combine(folder, name)), back.Bytes(name), name);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void A_gguf_that_went_to_apr_and_a_folder_comes_back(string label)
    {
        TinyModel model = TinyModels.Get(label);
        string path = Path.Combine(WrittenFiles.Folder, $"{model.Label}.chain.gguf");
        HandMadeGguf.Write(model, path);
        Trip back = Trip.From(path, $"{model.Label}.chain").To(ModelFormat.Apr).To(ModelFormat.SafeTensors).To(ModelFormat.Gguf);
        CollectionAssert.AreEqual(File.ReadAllBytes(path), back.Bytes());
    }

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void A_gguf_is_the_same_whether_the_folder_went_through_apr_or_not(string label)
    {
        TinyModel model = TinyModels.Get(label);
        AssertSame(Start(model, "direct").To(ModelFormat.Gguf), Start(model, "by-apr").To(ModelFormat.Apr).To(ModelFormat.Gguf));
    }

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void A_folder_is_the_same_whether_the_gguf_went_through_apr_or_not(string label)
    {
        TinyModel model = TinyModels.Get(label);
        string path = Path.Combine(WrittenFiles.Folder, $"{model.Label}.ways.gguf");
        HandMadeGguf.Write(model, path);
        Trip direct = Trip.From(path, $"{model.Label}.ways-direct").To(ModelFormat.SafeTensors);
        Trip other = Trip.From(path, $"{model.Label}.ways-by-apr").To(ModelFormat.Apr).To(ModelFormat.SafeTensors);
        AssertSame(direct, other);
        foreach (string name in Directory.EnumerateFiles(direct.Path, "*.json").Select(file => Path.GetFileName(file)!))
        {
            CollectionAssert.AreEqual(direct.Bytes(name), other.Bytes(name), name);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void An_apr_of_a_folder_has_what_its_own_programs_need(string label)
    {
        TinyModel model = TinyModels.Get(label);
        Trip apr = Start(model, "apr").To(ModelFormat.Apr);
        using ModelFile file = ModelFiles.Open(apr.Path);
        Dictionary<string, MetadataEntry> fields = file.Metadata.ToDictionary(entry => entry.Key);
        string[] missing = [.. AprRequirements.Missing(fields.ContainsKey, file.Tensors.Select(tensor => tensor.Name))];
        if (model.IsEncoder)
        {
            // realizar runs decoders only, and WordPiece has neither.
            CollectionAssert.AreEqual(
                (string[])["neither 'tokenizer.merges' nor 'tokenizer.scores' is there: realizar needs one of them"], missing);
        }
        else
        {
            Assert.IsEmpty(missing, string.Join('\n', missing));
        }

        // Rows of q and k are those of the folder, which rotates halves, or does not rotate (apr-v2.md §12.5).
        Assert.AreEqual(model.Rotation, fields.GetValueOrDefault("rope_type")?.Value.Display());
        string[] names = [.. model.Tensors.Select(tensor => tensor.Name)];
        AprFamilyNames? own = AprFamilyNames.For(model.Names.ModelType, names);
        string[] expected = own is null
            ? names
            : [.. names.SelectMany(name => own.Parts(name) is { IsEmpty: false } parts ? parts : [own.ToApr(name)])];
        CollectionAssert.AreEquivalent(expected, file.Tensors.Select(tensor => tensor.Name).ToArray());
    }

    private static Trip Start(TinyModel model, string label) => Trip.From(ConvertedFolders.Folder(model), $"{model.Label}.{label}");

    private static void AssertSame(Trip one, Trip other)
    {
        using ModelFile first = ModelFiles.Open(one.Path);
        using ModelFile second = ModelFiles.Open(other.Path);
        CollectionAssert.AreEqual(Keys(first), Keys(second));
        CollectionAssert.AreEqual(first.Tensors.Select(tensor => $"{tensor.Name} {tensor.Type} {string.Join('x', tensor.Shape)}").ToArray(),
            second.Tensors.Select(tensor => $"{tensor.Name} {tensor.Type} {string.Join('x', tensor.Shape)}").ToArray());
        foreach ((TensorInfo a, TensorInfo b) in first.Tensors.Zip(second.Tensors))
        {
            CollectionAssert.AreEqual(
                first.Source.ReadBytes(a.Offset, (int)a.ByteLength), second.Source.ReadBytes(b.Offset, (int)b.ByteLength), a.Name);
        }
    }

    private static string[] Keys(ModelFile file) =>
        [.. file.Metadata.Where(entry => entry.Key != "modelpack.origin")
            .Select(entry =>
                $"{entry.Key} {entry.Value.Display()} {(entry.Value is GgufValue value ? Convert.ToHexString(value.RawBytes.Span) : "")}")];
}
