using System.Text;

namespace ModelPack.Qa.Apr;

/// <summary>What <c>apr --help</c> shows.</summary>
internal static class AprHelp
{
    private const int Width = 78;

    public static string Text { get; } =
        """
        The words of apr, answered by ModelPack: conversions are proved, comparisons
        read the values.

        Usage: apr WORD ARGUMENTS [--json]

        Conversion and comparison:
          rosetta inspect FILE                  rosetta convert SOURCE TARGET
          rosetta chain SOURCE FORMATS…         rosetta verify SOURCE [--intermediate F]
          rosetta diff-tensors A B
          rosetta compare-inference A B [--prompt P]
          rosetta fingerprint FILE [B] [-o OUT]
          rosetta validate-stats FILE [--reference M]

        Files:
          validate FILE [--strict]    check FILE                inspect FILE
          tensors FILE [--stats]      diff A B                  convert FILE -o OUT
          import SOURCE -o OUT        export FILE --format F -o OUT
          pull ORG/NAME (from the local cache)

        With an engine (--runner or MODELPACK_RUNNER), else exit code 14:
          run FILE -p PROMPT          chat FILE                 serve FILE --port N
        Always exit code 14, since an engine tells no speed: bench FILE, profile FILE

        Exit codes: 0 done · 1 other error · 2 wrong usage · 3 not found ·
        4 invalid format · 5 validation failed · 7 input/output · 8 inference failed ·
        10 network · 12 not implemented · 14 not available · 130 interrupted

        apr --install-shim DIR writes a program 'apr' that forwards to this one.

        """.ReplaceLineEndings("\n");

    /// <summary>What <c>apr WORD --help</c> shows.</summary>
    public static string Of(AprWord word)
    {
        string[] options = [
            .. word.Values.Select(name => $"{name} VALUE"), .. word.Flags, "--json", "--verbose", "--quiet", "--offline",
            "--skip-contract"];
        StringBuilder text = new($"Usage: apr {word.Name} {word.Operands} [OPTIONS]\n\nOptions:\n ");
        int length = 1;
        foreach (string option in options)
        {
            if (length + option.Length + 2 > Width)
            {
                text.Append("\n ");
                length = 1;
            }

            text.Append(' ').Append(option).Append(' ');
            length += option.Length + 2;
        }

        return $"{text.ToString().Replace(" \n", "\n", StringComparison.Ordinal).TrimEnd()}\n\n"
            + "'apr --help' lists the words and the exit codes.\n";
    }
}
