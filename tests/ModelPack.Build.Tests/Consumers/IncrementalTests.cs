namespace ModelPack.Build.Tests.Consumers;

[TestClass]
public sealed class IncrementalTests
{
    private const string Body = """
          <ItemGroup>
            <ModelConvert Include="small.gguf" To="apr" />
            <ModelConvert Include="other.gguf" To="safetensors" Quantized="auto" OutputPath="weights/" />
          </ItemGroup>
        """;

    [TestMethod]
    public void One_flipped_byte_fails_the_next_build_until_the_file_is_deleted()
    {
        Consumer app = Consumer.Create(Body).WithModel("small.gguf").WithModel("other.gguf");
        app.Build().Succeeded();
        DotNetResult unchanged = app.Rebuild().Succeeded();
        Assert.AreEqual(0, unchanged.Count("(converted and proved)"), unchanged.Output);

        string output = app.In("obj", "Debug", "modelpack", "small.apr");
        Consumer.FlipByte(output, new FileInfo(output).Length / 2);
        DotNetResult broken = app.Rebuild().Failed();
        string error = broken.Errors(BuildErrors.OutputChanged.Id).Single();
        StringAssert.StartsWith(error, output + " : error MP4010: ");
        StringAssert.Matches(error, new(@"at byte \d+"));

        File.Delete(output);
        Assert.AreEqual(1, app.Rebuild().Succeeded().Count("(converted and proved)"), "a deleted output is made again");
    }

    [TestMethod]
    public void One_flipped_byte_in_the_copy_beside_the_program_fails_the_next_build()
    {
        Consumer app = Consumer.Create(Body).WithModel("small.gguf").WithModel("other.gguf");
        app.Build().Succeeded();
        string copy = app.In("bin", "Debug", "net10.0", "small.apr");
        Consumer.FlipByte(copy, new FileInfo(copy).Length / 2);

        string error = app.Rebuild().Failed().Errors(BuildErrors.CopyChanged.Id).Single();

        StringAssert.StartsWith(error, copy + " : error MP4012: ");
        File.Delete(copy);
        app.Rebuild().Succeeded();
        Assert.IsTrue(File.Exists(copy), "as the remedy says");
    }

    [TestMethod]
    public void Clean_removes_converted_files_certificates_and_state()
    {
        Consumer app = Consumer.Create(Body).WithModel("small.gguf").WithModel("other.gguf");
        app.Build().Succeeded();
        Assert.IsTrue(app.Has("weights/other.safetensors"));

        app.Run("clean").Succeeded();

        Assert.IsFalse(Directory.Exists(app.In("obj", "Debug", "modelpack")));
        Assert.IsEmpty(Directory.GetFiles(app.In("weights")));
        Assert.IsFalse(app.Has("bin/Debug/net10.0/small.apr"));
        Assert.IsTrue(app.Has("small.gguf"));
    }
}
