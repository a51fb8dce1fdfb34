using ModelPack.Codec.Tests.Conversion;

namespace ModelPack.Codec.Tests.Models;

[TestClass]
public sealed class ModelSetMemberTests
{
    private readonly TempFolder folder = new();

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    public void A_companion_is_read_as_text()
    {
        using Model model = Saved("Gruß\n"u8);
        Assert.AreEqual("Gruß\n", Member(model, "README.md").ReadAllText());
    }

    [TestMethod]
    public void Tensors_are_no_text()
    {
        using Model model = Saved("x"u8);
        InvalidOperationException refused =
            Assert.ThrowsExactly<InvalidOperationException>(() => Member(model, "model.safetensors").ReadAllText());
        Assert.Contains("'model.safetensors' holds tensors", refused.Message);
    }

    [TestMethod]
    public void Bytes_that_are_no_text_are_refused_with_their_place()
    {
        using Model model = Saved([(byte)'a', (byte)'b', 0xFF, (byte)'c']);
        InvalidDataException refused = Assert.ThrowsExactly<InvalidDataException>(() => Member(model, "README.md").ReadAllText());
        Assert.Contains("'README.md' is not UTF-8 at byte 2", refused.Message);
    }

    [TestMethod]
    public void A_disposed_model_gives_no_text()
    {
        Model model = Saved("x"u8);
        ModelSetMember member = Member(model, "README.md");
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => member.ReadAllText());
    }

    private static ModelSetMember Member(Model model, string name) =>
        ((ModelSet)model.File).Members.Single(member => member.Name == name);

    private Model Saved(ReadOnlySpan<byte> readme)
    {
        string path = folder.At("model") + Path.DirectorySeparatorChar;
        new ModelBuilder(ModelFormat.SafeTensors).Add("w", [4], new float[4]).SetFile("README.md", readme.ToArray()).Save(path);
        return Model.Open(path);
    }
}
