namespace ModelPack.Tool.Help;

/// <summary>A heading with paragraphs.</summary>
internal sealed record HelpSection(string Heading, IReadOnlyList<string> Lines);

/// <summary>What the help of the tool shows beyond its verbs.</summary>
internal static class RootHelp
{
    public static IReadOnlyList<Example> Examples { get; } =
    [
        new("GGUF to APR; the proof is printed, and kept in model.apr.modelpack.json", "dotnet modelpack convert model.gguf model.apr"),
        new("are these two the same model?", "dotnet modelpack verify model.gguf model.apr"),
        new("would a chain of formats give the same file back?", "dotnet modelpack roundtrip model.gguf --via apr,safetensors"),
        new("what is in this file?", "dotnet modelpack inspect model.gguf"),
        new("what changed between these two?", "dotnet modelpack diff old.gguf new.gguf"),
        new("is it sound, and are all its numbers finite?", "dotnet modelpack validate model.gguf"),
        new("the words and examples of one verb", "dotnet modelpack convert --help"),
    ];

    public static IReadOnlyList<HelpRow> ExitCodes { get; } =
    [
        new("0", "done and proved"),
        new("1", "not equal, lossy, or something was found"),
        new("2", "wrong usage"),
        new("3", "a file is invalid or hostile"),
        new("4", "reading or writing failed"),
        new("5", "a defect of the tool"),
        new("130", "cancelled"),
        new("143", "terminated (SIGTERM)"),
    ];

    public static IReadOnlyList<HelpSection> Sections { get; } =
    [
        new("Output",
        [
            "Reports go to standard output, messages and progress to standard error. With --json standard "
                + "output is exactly one JSON document, for errors too. NO_COLOR switches colours off.",
        ]),
        new("Completion",
        [
            "'dotnet modelpack completion bash' prints what ~/.bashrc needs. Others: zsh, fish, powershell.",
        ]),
    ];
}
