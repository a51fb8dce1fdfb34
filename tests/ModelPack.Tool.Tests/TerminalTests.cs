namespace ModelPack.Tool.Tests;

/// <summary>The tool on a terminal (a pseudo terminal made by <c>script</c>).</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class TerminalTests
{
    [TestMethod]
    public void On_a_terminal_a_bar_with_percentage_is_drawn()
    {
        string screen = Validate("xterm-256color", "");
        Assert.Contains("\u001b[", screen);
        Assert.Contains("validate", screen);
        Assert.MatchesRegex(@"\d+%", screen);
    }

    [TestMethod]
    public void No_color_switches_colours_off()
    {
        Assert.MatchesRegex("\u001b\\[[0-9;]*38;", Validate("xterm-256color", ""));
        Assert.DoesNotMatchRegex("\u001b\\[[0-9;]*38;", Validate("xterm-256color", "NO_COLOR=1"));
    }

    [TestMethod]
    public void A_dumb_terminal_gets_no_escapes() => Assert.DoesNotContain("\u001b", Validate("dumb", ""));

    // The bar appears after half a second. The work ends by itself: a signal would meet the tool at any stage of its end.
    private static string Validate(string terminal, string environment)
    {
        using TestFolder folder = new();
        ModelBytes.WriteSparse(folder.File("s.safetensors"), 1L << 28);
        string command = $"env TERM={terminal} {environment} dotnet '{ToolProcess.Dll}' validate '{folder.File("s.safetensors")}'";
        ToolResult result = ToolProcess.RunProgram("script", "-qec", command, "/dev/null");
        result.ShouldExitWith(0);
        return result.Output;
    }
}
