namespace ModelPack.Build.Tests.Tasks;

[TestClass]
public sealed class FileGlobTests
{
    private static readonly string[] Files = [
        "a.gguf", "b.gguf", "b.txt", "in/c.gguf", "in/deep/d.gguf", "in/deep/e1.gguf", "other/f.gguf"];

    [TestMethod]
    [DataRow("*.gguf", "a.gguf b.gguf")]
    [DataRow("?.gguf", "a.gguf b.gguf")]
    [DataRow("./*.txt", "b.txt")]
    [DataRow("in/*.gguf", "in/c.gguf")]
    [DataRow("*/*.gguf", "in/c.gguf other/f.gguf")]
    [DataRow("in/**/*.gguf", "in/c.gguf in/deep/d.gguf in/deep/e1.gguf")]
    [DataRow("**/e?.gguf", "in/deep/e1.gguf")]
    [DataRow("**/deep/**", "in/deep/d.gguf in/deep/e1.gguf")]
    [DataRow("in/../*.txt", "b.txt")]
    [DataRow("in/absent.gguf", "in/absent.gguf")]
    [DataRow("*.onnx", "")]
    [DataRow("nowhere/*.gguf", "")]
    public void Patterns_mean_what_they_mean_in_an_item(string pattern, string expected)
    {
        string root = Directory.CreateTempSubdirectory("modelpack-glob-").FullName;
        try
        {
            foreach (string file in Files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, file))!);
                File.WriteAllText(Path.Combine(root, file), "");
            }

            IEnumerable<string> found = FileGlob.Expand(root, pattern).Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'));
            Assert.AreEqual(expected, string.Join(' ', found));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [TestMethod]
    public void A_link_to_a_folder_further_up_does_not_make_a_pattern_endless()
    {
        string root = Directory.CreateTempSubdirectory("modelpack-glob-").FullName;
        File.WriteAllText(Path.Combine(root, "a.gguf"), "");
        Directory.CreateSymbolicLink(Path.Combine(root, "loop"), root);

        Assert.HasCount(1, FileGlob.Expand(root, "**/*.gguf"));

        Directory.Delete(Path.Combine(root, "loop"));
        Directory.Delete(root, recursive: true);
    }
}
