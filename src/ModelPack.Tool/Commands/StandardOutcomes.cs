using ModelPack.Tool.Help;

namespace ModelPack.Tool.Commands;

/// <summary>The exit codes that mean the same for every verb.</summary>
internal static class StandardOutcomes
{
    public static IReadOnlyList<HelpRow> Interrupted => [new("130", "cancelled"), new("143", "terminated (SIGTERM)")];

    public static IReadOnlyList<HelpRow> All { get; } =
    [
        new("2", "wrong usage"),
        new("3", "a file is invalid or hostile"),
        new("4", "reading or writing failed"),
        new("5", "a defect of the tool"),
        .. Interrupted,
    ];
}
