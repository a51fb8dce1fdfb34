namespace ModelPack.Tool.Help;

/// <summary>What a shell has to be told. All four ask the tool itself, by the directive <c>[suggest:N]</c>, and complete
/// <c>dotnet-modelpack</c> and <c>dotnet modelpack</c> alike. Where the tool suggests nothing, files are completed; options only after a
/// dash, so that they hide no file. What completed <c>dotnet</c> before still does.</summary>
internal static class CompletionScript
{
    private const string Bash =
        """
        _modelpack() {
            local line="${COMP_LINE:0:COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}" IFS=$'\n' found
            line="${line#*"${COMP_WORDS[0]}"}"
            if [ "$_modelpack_is_word" ]; then line="${line#*modelpack}"; fi
            line="dotnet-modelpack$line"
            found="$(dotnet-modelpack "[suggest:${#line}]" "$line" 2>/dev/null)"
            if [[ "$word" != -* ]]; then found="$(grep -v '^-' <<< "$found")"; fi
            COMPREPLY=($(compgen -W "$found" -- "$word"))
        }
        _modelpack_dotnet() {
            if [ "${COMP_WORDS[1]}" = modelpack ] && [ "$COMP_CWORD" -gt 1 ]; then local _modelpack_is_word=1; _modelpack
            elif [ "$_modelpack_before" ]; then "$_modelpack_before" "$@"; fi
        }
        if [[ "$(complete -p dotnet 2>/dev/null)" =~ -F\ ([^ ]+) && "${BASH_REMATCH[1]}" != _modelpack_dotnet ]]; then
            _modelpack_before="${BASH_REMATCH[1]}"
        fi
        complete -o default -F _modelpack dotnet-modelpack
        complete -o default -F _modelpack_dotnet dotnet

        """;

    private const string Zsh =
        """
        _modelpack() {
            local -a before found
            before=(dotnet-modelpack "${(@)words[$1,CURRENT-1]}" "$PREFIX")
            local line="${(j: :)before}"
            found=("${(@f)$(dotnet-modelpack "[suggest:${#line}]" "$line" 2>/dev/null)}")
            if [[ "$PREFIX" != -* ]]; then found=("${(@)found:#-*}"); fi
            found=("${(@M)found:#${(b)PREFIX}*}")
            if [[ -n "${found[1]}" ]]; then compadd -- $found; else _files; fi
        }
        _modelpack_tool() { _modelpack 2; }
        _modelpack_dotnet() {
            if [[ "${words[2]}" == modelpack && $CURRENT -gt 2 ]]; then _modelpack 3
            elif [[ -n "$_modelpack_before" ]]; then "$_modelpack_before" "$@"
            else _files; fi
        }
        if [[ "${_comps[dotnet]}" != _modelpack_dotnet ]]; then _modelpack_before="${_comps[dotnet]}"; fi
        compdef _modelpack_tool dotnet-modelpack
        compdef _modelpack_dotnet dotnet

        """;

    private const string Fish =
        """
        function __modelpack_complete
            set -l line (string replace -r '^\s*\S*dotnet(-|\s+)modelpack(\.exe)?' 'dotnet-modelpack' -- (commandline -cp))
            set -l word (commandline -ct)
            set -l found (dotnet-modelpack "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
            if not string match -q -- '-*' "$word"
                set found (string match -v -- '-*' $found)
            end
            if test (count $found) -eq 0
                __fish_complete_path "$word"
            else
                printf '%s\n' $found
            end
        end
        function __modelpack_is_word
            set -l words (commandline -opc)
            test (count $words) -gt 1 -a "$words[2]" = modelpack
        end
        complete -c dotnet-modelpack -f -a '(__modelpack_complete)'
        complete -c dotnet -n __modelpack_is_word -f -a '(__modelpack_complete)'

        """;

    private const string PowerShell =
        """
        Register-ArgumentCompleter -Native -CommandName dotnet-modelpack, dotnet -ScriptBlock {
            param($word, $ast, $cursor)
            $beginning = '^\s*\S*dotnet(-|\s+)modelpack(\.exe)?'
            $line = $ast.ToString()
            if ($line -notmatch $beginning) { return }
            $line = $line.PadRight($cursor).Substring(0, $cursor - $ast.Extent.StartOffset) -replace $beginning, 'dotnet-modelpack'
            dotnet-modelpack "[suggest:$($line.Length)]" $line | Where-Object { "$word" -like '-*' -or $_ -notlike '-*' } | ForEach-Object {
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
