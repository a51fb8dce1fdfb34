using System.CommandLine;
using System.CommandLine.Invocation;

namespace ModelPack.Tool.Help;

/// <summary>Shows the help page of the verb, or of the tool.</summary>
/// <param name="width">Columns of the screen.</param>
internal sealed class HelpPageAction(int width) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.Write(HelpPage.Of(parseResult.CommandResult.Command, width));
        return 0;
    }
}
