namespace ModelPack.Build.Tests.Tasks;

/// <summary>An output is the files that its certificate lists, also where a file stands for the whole and others lie beside it.</summary>
[TestClass]
public sealed class OutputFilesTests
{
    private const string Blocks = "small.ggml-blocks.safetensors";

    [TestMethod]
    public void A_file_beside_the_output_is_copied_beside_the_copy_and_keeps_its_name_like_it()
    {
        using TaskFolder folder = new();
        ModelState state = State(folder);
        FileRecord[] files = [.. state.Output];
        CollectionAssert.AreEqual(
            new[] { folder.In("obj", "models", "small.safetensors"), folder.In("obj", "models", Blocks) }, files.Select(state.PathOf)
                .ToArray());

        ConversionRequest plain = Request(folder, Path.Combine("models", "small.safetensors"));
        CollectionAssert.AreEqual(new[] { "models/small.safetensors", $"models/{Blocks}" }, Links(plain));
        ConversionRequest renamed = Request(folder, Path.Combine("weights", "other.safetensors"));
        ConversionRequest ending = Request(folder, "other.bin");
        CollectionAssert.AreEqual(
            new[] { "other.bin", "other.bin.ggml-blocks.safetensors" }, Links(ending), "a reader looks for it under that name");
        CollectionAssert.AreEqual(new[] { "weights/other.safetensors", "weights/other.ggml-blocks.safetensors" }, Links(renamed));
        Assert.AreEqual("other.safetensors", Request(folder, "other.safetensors").Link);
        CollectionAssert.AreEqual(
            new[] { "other.safetensors", "other.ggml-blocks.safetensors" }, Links(Request(folder, "other.safetensors")));

        string[] Links(ConversionRequest request) => [.. files.Select(file => state.LinkOf(file, request).Replace('\\', '/'))];
    }

    [TestMethod]
    public void Each_file_beside_the_output_is_watched()
    {
        using TaskFolder folder = new();
        ModelState state = Reread(State(folder));
        Assert.HasCount(2, state.Output);
        Assert.IsTrue(FileRecord.AreUnchanged(state.Target, state.Output));

        File.WriteAllText(folder.In("obj", "models", "another.txt"), "not a part of the model");
        Assert.IsTrue(FileRecord.AreUnchanged(state.Target, state.Output), "what else lies in the folder of a file is not asked");
        File.AppendAllText(folder.In("obj", "models", Blocks), "more");
        Assert.IsFalse(FileRecord.AreUnchanged(state.Target, state.Output));
        File.Delete(folder.In("obj", "models", Blocks));
        Assert.IsFalse(FileRecord.AreUnchanged(state.Target, state.Output));
    }

    [TestMethod]
    public void Clean_is_told_each_file()
    {
        using TaskFolder folder = new();
        ModelState state = State(folder);
        ConversionRequest request = Request(folder, "small.safetensors") with { OutsideList = folder.In("obj", "small.modelpack.outside") };
        OutsideFiles.Write(request, state.Target, state.Output.Select(state.PathOf));
        CollectionAssert.AreEqual(
            new[] { state.Target, folder.In("obj", "models", Blocks), state.CertificatePath, request.State },
            File.ReadAllLines(request.OutsideList).ToArray());
    }

    private static ModelState Reread(ModelState state) =>
        ModelState.Parse(state.Format(), state.Target, state.Target + Path.DirectorySeparatorChar)!;

    private static ModelState State(TaskFolder folder)
    {
        string target = folder.In("obj", "models", "small.safetensors");
        File.WriteAllText(target, "tensors");
        File.WriteAllText(folder.In("obj", "models", Blocks), "blocks");
        CertifiedFile proved = new("small.safetensors", ModelFormat.SafeTensors, 13, new('0', 32), null)
        {
            Parts = [new("small.safetensors", 7, new('1', 32)), new(Blocks, 6, new('2', 32))],
        };
        return new(
            "tool", "options", folder.Source, new('3', 32), target, new(0, Meaning.Runs, []), 1, [],
            ProvedOutput.List(target, proved, 1, CancellationToken.None),
            new("small.safetensors.modelpack.json", FileStamp.Of(target), new('4', 32)));
    }

    private static ConversionRequest Request(TaskFolder folder, string link) =>
        new RequestReader(folder.Path, folder.In("obj") + Path.DirectorySeparatorChar)
            .ReadAll([TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Link", link))], _ => { }).Single();
}
