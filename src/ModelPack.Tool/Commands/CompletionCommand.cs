using System.CommandLine;
using ModelPack.Tool.Help;

namespace ModelPack.Tool.Commands;

/// <summary><c>completion SHELL</c></summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish", "powershell"];

    public static Verb Create(ToolSession session)
    {
        Argument<string> shell = new("SHELL") { Description = "bash, zsh, fish or powershell." };
        shell.AcceptOnlyFromAmong(Shells);
        Verb verb = new("completion", "Print the lines that make a shell complete verbs, options and values.")
        {
            Synopsis = "SHELL",
            Examples =
            [
                new("bash: a line for ~/.bashrc", "dotnet modelpack completion bash"),
                new("zsh: a line for ~/.zshrc, after compinit", "dotnet modelpack completion zsh"),
                new("fish: for ~/.config/fish/config.fish", "dotnet modelpack completion fish"),
                new("PowerShell: for $PROFILE", "dotnet modelpack completion powershell"),
            ],
            Outcomes = [new("0", "printed"), new("2", "wrong usage")],
        };
        verb.Arguments.Add(shell);
        verb.SetAction(parsed =>
        {
            session.Console.Lines(CompletionScript.Of(parsed.GetRequiredValue(shell)));
            return Diagnostics.ExitCode.Done;
        });
        return verb;
    }
}
