using System.CommandLine;
using System.CommandLine.Invocation;

namespace ModelPack.Tool.Help;

/// <summary>Shows the help page of the verb, or of the tool.</summary>
internal sealed class HelpPageAction : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.Write(HelpPage.Of(parseResult.CommandResult.Command));
        return 0;
    }
}
