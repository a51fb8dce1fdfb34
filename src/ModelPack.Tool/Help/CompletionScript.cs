namespace ModelPack.Tool.Help;

/// <summary>What a shell has to be told. All four ask the tool itself, by the directive <c>[suggest:N]</c>, and complete
/// <c>dotnet-modelpack</c> and <c>dotnet modelpack</c> alike; where the tool suggests nothing, files are completed.</summary>
internal static class CompletionScript
{
    private const string Bash =
        """
        _modelpack() {
            local line="${COMP_LINE:0:COMP_POINT}" IFS=$'\n'
            line="dotnet-modelpack${line#*modelpack}"
            COMPREPLY=($(compgen -W "$(dotnet-modelpack "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        _modelpack_dotnet() {
            if [ "${COMP_WORDS[1]}" = modelpack ] && [ "$COMP_CWORD" -gt 1 ]; then _modelpack
            elif declare -F _dotnet_bash_complete >/dev/null; then _dotnet_bash_complete; fi
        }
        complete -o default -F _modelpack dotnet-modelpack
        complete -o default -F _modelpack_dotnet dotnet

        """;

    private const string Zsh =
        """
        _modelpack() {
            local line="${BUFFER[1,CURSOR]}"
            line="dotnet-modelpack${line#*modelpack}"
            local -a found
            found=("${(@f)$(dotnet-modelpack "[suggest:${#line}]" "$line" 2>/dev/null)}")
            if [[ -n "${found[1]}" ]]; then compadd -- $found; fi
            _files
        }
        _modelpack_dotnet() {
            if [[ "${words[2]}" == modelpack && $CURRENT -gt 2 ]]; then _modelpack; else _files; fi
        }
        compdef _modelpack dotnet-modelpack
        compdef _modelpack_dotnet dotnet

        """;

    private const string Fish =
        """
        function __modelpack_complete
            set -l line (string replace -r '^.*?modelpack' 'dotnet-modelpack' -- (commandline -cp))
            dotnet-modelpack "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c dotnet-modelpack -a '(__modelpack_complete)'
        complete -c dotnet -n '__fish_seen_subcommand_from modelpack' -a '(__modelpack_complete)'

        """;

    private const string PowerShell =
        """
        Register-ArgumentCompleter -Native -CommandName dotnet-modelpack, dotnet -ScriptBlock {
            param($word, $ast, $cursor)
            $line = $ast.ToString()
            if ($line -notmatch '^\s*dotnet(-|\s+)modelpack') { return }
            $line = $line.PadRight($cursor).Substring(0, $cursor) -replace '^\s*dotnet(-|\s+)modelpack', 'dotnet-modelpack'
            dotnet-modelpack "[suggest:$($line.Length)]" $line | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;

    public static string Of(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        "powershell" => PowerShell,
        _ => throw new ArgumentOutOfRangeException(nameof(shell)),
    };
}
