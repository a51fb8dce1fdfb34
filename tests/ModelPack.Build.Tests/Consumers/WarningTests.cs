namespace ModelPack.Build.Tests.Consumers;

/// <summary>What the user has to know arrives: on a terminal, in a pipe, as a warning that the project can silence or make an error
/// of.</summary>
[TestClass]
public sealed class WarningTests
{
    private static readonly string[] Lenient = ["-p:TreatWarningsAsErrors=false", "-p:MSBuildTreatWarningsAsErrors=false"];

    [TestMethod]
    public void Growth_and_slips_are_warnings_that_the_terminal_logger_shows_once_for_all_frameworks()
    {
        Consumer app = Consumer.Create(
            """
              <ItemGroup>
                <ModelConvert Include="small.gguf" To="safetensors" Quantised="blocks" />
                <ModelVerify Include="small.gguf" Levle="L1" />
              </ItemGroup>
            """,
            frameworks: "net10.0;netstandard2.0").WithModel("small.gguf");
        string[] codes = [BuildErrors.Growth.Id, BuildErrors.UnknownMetadata.Id];

        // The project treats warnings as errors, and these are the project's to treat.
        DotNetResult strict = app.Build().Failed();
        Assert.HasCount(1, strict.Errors(BuildErrors.UnknownMetadata.Id));
        Assert.IsFalse(app.Has("obj/Debug/modelpack/small.safetensors"));

        DotNetResult drawn = app.BuildInTerminal(Lenient).Succeeded();
        Assert.AreEqual(1, drawn.Count($"warning {BuildErrors.Growth.Id}: "), drawn.Output);
        Assert.AreEqual(2, drawn.Count($"warning {BuildErrors.UnknownMetadata.Id}: "), drawn.Output);
        Assert.Contains("times the", drawn.Output);
        Assert.Contains("the known name is 'Quantized'", drawn.Output);
        Assert.Contains("the known name is 'Level'", drawn.Output);

        DotNetResult piped = app.Rebuild(Lenient).Succeeded();
        Assert.AreEqual(0, piped.Count("(converted and proved)"));
        Assert.HasCount(1, piped.Warnings(BuildErrors.Growth.Id), piped.Output);
        StringAssert.StartsWith(piped.Warnings(BuildErrors.Growth.Id).Single(), app.In("small.gguf") + " : warning MP4022: ");
        Assert.HasCount(2, piped.Warnings(BuildErrors.UnknownMetadata.Id), piped.Output);

        DotNetResult silent = app.Rebuild($"-p:NoWarn={string.Join("%3B", [BuildErrors.Carried.Id, BuildErrors.Partial.Id, .. codes])}")
            .Succeeded();
        Assert.AreEqual(0, silent.Count("warning MP"), silent.Output);
        Assert.HasCount(
            1, app.Rebuild([.. Lenient, $"-p:WarningsAsErrors={codes[0]}"]).Failed().Errors(codes[0]), "up to date, and still an error");
    }

    [TestMethod]
    public void An_output_that_no_program_loads_is_a_warning_and_an_error_where_the_item_wants_to_use_it()
    {
        const string Body = """
              <ItemGroup>
                <ModelConvert Include="small.gguf" To="safetensors" Quantized="blocks" RequireUsable="$(Usable)" />
              </ItemGroup>
            """;
        Consumer app = Consumer.Create(Body).WithModel("small.gguf");
        Assert.HasCount(1, app.Build("-p:NoWarn=").Failed().Errors(BuildErrors.Carried.Id), "a warning that the project makes an error of");
        Assert.IsFalse(app.Has("obj/Debug/modelpack/small.safetensors"));

        DotNetResult drawn = app.BuildInTerminal([.. Lenient, "-p:NoWarn="]).Succeeded();
        Assert.AreEqual(1, drawn.Count($"warning {BuildErrors.Carried.Id}: the output is carried: "), drawn.Output);
        Assert.AreEqual(0, app.Rebuild().Succeeded().Count("MP4020"), "NoWarn");

        // NoWarn does not silence what the item asks for, and the output is up to date.
        StringAssert.StartsWith(
            app.Rebuild("-p:Usable=true").Failed().Errors(BuildErrors.Carried.Id).Single(),
            app.In("small.gguf") + " : error MP4020: the output is carried: ");
    }
}
