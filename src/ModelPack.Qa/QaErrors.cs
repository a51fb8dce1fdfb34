namespace ModelPack.Qa;

/// <summary>The errors of playbooks, gates and engines.</summary>
internal static class QaErrors
{
    public static readonly ErrorCode NoPlaybook = new(
        "MP7001", "", ErrorKind.Usage,
        "The playbook is no YAML document that can be read.",
        "Correct it at that line; docs/qa.md shows a playbook.");

    public static readonly ErrorCode UnknownKey = new(
        "MP7002", "", ErrorKind.Usage,
        "The playbook has a key that does not exist, so that what it asks for would not be checked.",
        "Correct the spelling at that line, or remove the key; docs/qa.md lists the keys.");

    public static readonly ErrorCode PlaybookValue = new(
        "MP7003", "", ErrorKind.Usage,
        "A value of the playbook is missing or is none of those that its key can have.",
        "Write one of the values that the message names; docs/qa.md lists them.");

    public static readonly ErrorCode NoModelPath = new(
        "MP7004", "", ErrorKind.Usage,
        "An item ModelPackQa names no model.",
        "Add ModelPath=\"models/model.gguf\" to the item.");

    public static readonly ErrorCode OneFolder = new(
        "MP7005", "", ErrorKind.Usage,
        "Two items ModelPackQa would write their evidence to one folder.",
        "Give one of them another OutputPath.");

    public static readonly ErrorCode NoModel = new(
        "MP7010", "", ErrorKind.InputOutput,
        "The model or the playbook is not there.",
        "Check the path after --model-path, or in ModelPath of the item, and that of the playbook.");

    public static readonly ErrorCode NoEvidence = new(
        "MP7011", "", ErrorKind.Usage,
        "The file is no evidence.json.",
        "Give the file that 'dotnet modelpack qa run' wrote into its output folder.");

    public static readonly ErrorCode NoSha256 = new(
        "MP7012", "", ErrorKind.Usage,
        "The certificate has no SHA-256, which a publish manifest needs.",
        "Convert again with --sha256.");

    public static readonly ErrorCode NoFingerprints = new(
        "MP7013", "", ErrorKind.Usage,
        "The file holds no fingerprints.",
        "Give a file that 'dotnet modelpack rosetta fingerprint MODEL -o FILE' wrote, or a new name behind -o.");

    public static readonly ErrorCode EngineFailed = new(
        "MP7020", "", ErrorKind.InputOutput,
        "The engine did not answer, or its answer cannot be understood.",
        "Start the program that --runner or MODELPACK_RUNNER names by hand with the same model, and read its messages.");

    public static readonly ErrorCode Falsified = new(
        "MP7030", "", ErrorKind.NotProved,
        "A gate of the playbook is falsified.",
        "The evidence names the first tensor or key that differs; keep the outputs and report it if ModelPack wrote them.");

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        NoPlaybook, UnknownKey, PlaybookValue, NoModelPath, OneFolder, NoModel, NoEvidence, NoSha256, NoFingerprints, EngineFailed,
        Falsified,
    ];
}
