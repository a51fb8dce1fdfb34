namespace ModelPack.Tool.Help;

/// <summary>A command line that teaches, and what it is for.</summary>
internal sealed record Example(string Purpose, string CommandLine);
