namespace ModelPack.Interop.Tests.Models;

/// <summary>A Hugging Face folder that went to GGUF and came back.</summary>
[TestClass]
public sealed class FolderTripTests
{
    public static IEnumerable<string> Labels => TinyModels.Labels;

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void Every_file_of_a_folder_comes_back_with_the_identical_bytes(string label)
    {
        TinyModel model = TinyModels.Get(label);
        string folder = ConvertedFolders.Folder(model);
        string returned = ConvertedFolders.Back(model);
        string[] names = [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path))];
        Assert.IsGreaterThan(4, names.Length);
        foreach (string name in names)
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(Path.Combine(folder, name)), File.ReadAllBytes(Path.Combine(returned, name)), name);
        }
    }
}
