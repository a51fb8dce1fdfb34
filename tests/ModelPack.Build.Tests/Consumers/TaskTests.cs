namespace ModelPack.Build.Tests.Consumers;

[TestClass]
public sealed class TaskTests
{
    private const string Body = """
          <PropertyGroup><OutputType>Library</OutputType></PropertyGroup>
          <Target Name="ConvertModels" BeforeTargets="AssignTargetPaths">
            <ModelConvert Include="*.gguf" Target="apr">
              <Output TaskParameter="ConvertedFiles" ItemName="None" />
              <Output TaskParameter="Certificates" ItemName="None" />
            </ModelConvert>
          </Target>
        """;

    [TestMethod]
    [DataRow("-m")]
    [DataRow("-mt")]
    public void The_task_expands_its_pattern_and_its_outputs_can_become_items(string mode)
    {
        Consumer app = Consumer.Create(Body).WithModel("first.gguf").WithModel("second.gguf");

        DotNetResult built = app.Build(mode).Succeeded();

        Assert.AreEqual(2, built.Count("(converted and proved)"), built.Output);
        Assert.IsTrue(app.Has("bin/Debug/net10.0/first.apr"));
        Assert.IsTrue(app.Has("bin/Debug/net10.0/second.apr.modelpack.json"));
        Assert.AreEqual(0, app.Rebuild(mode).Succeeded().Count("(converted and proved)"));

        app.Run("clean").Succeeded();
        Assert.IsFalse(Directory.Exists(app.In("obj", "modelpack")));
    }
}
