namespace ModelPack.Models.Building;

/// <summary>Errors of models that are built or edited.</summary>
internal static class BuildingErrors
{
    public static readonly ErrorCode DuplicateName = new(
        "MP2401", "", ErrorKind.Usage, "Two tensors of a model would have one name.",
        "Choose another name, or remove the other tensor first.");

    public static readonly ErrorCode UnknownName = new(
        "MP2402", "", ErrorKind.Usage, "What is named is not in the model.",
        "Look at the names that the model has; they are compared letter by letter.");

    public static readonly ErrorCode WrongLength = new(
        "MP2403", "", ErrorKind.Usage, "A payload has another length than its type and shape.",
        "Pass exactly the bytes of the tensor, or correct type and shape.");

    public static readonly ErrorCode IllegalName = new(
        "MP2404", "", ErrorKind.Usage, "The format cannot store the name.", "Choose a name as the message says.");

    public static readonly ErrorCode UnsupportedTensor = new(
        "MP2405", "", ErrorKind.Usage, "The format cannot store a tensor of this type or shape.",
        "Choose a type and a shape as the message says.");

    public static readonly ErrorCode BadValue = new(
        "MP2406", "", ErrorKind.Usage, "A metadata value is not one that the format, or the key, can have.",
        "Pass a value as the message says.");

    public static readonly ErrorCode WrongTarget = new(
        "MP2407", "", ErrorKind.Usage, "The target cannot hold what is to be saved.", "Choose a target as the message says.");

    public static readonly ErrorCode NotProved = new(
        "MP2408", "", ErrorKind.NotProved, "What was written is not what was to be written.",
        "Nothing was saved. If the source of the payloads did not change meanwhile, please report this; it is a defect.");

    public static readonly ErrorCode ForeignFolder = new(
        "MP2409", "", ErrorKind.InputOutput, "The target folder holds files that are none of the model.",
        "Choose another folder, or move the files away yourself.");

    public static readonly ErrorCode OtherEnding = new(
        "MP2410", "", ErrorKind.Usage, "The name of the target ends like another format.",
        "Give the target the ending of its format, or convert to the format that its name says.");

    public static readonly ErrorCode BrokenRule = new(
        "MP2418", "", ErrorKind.Usage, "The model that is to be saved breaks a rule of its format.",
        "Correct the value, the name or the shape that the message says. Nothing was written.");

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        DuplicateName, UnknownName, WrongLength, IllegalName, UnsupportedTensor, BadValue, WrongTarget, NotProved, ForeignFolder,
        OtherEnding, BrokenRule,
    ];
}
