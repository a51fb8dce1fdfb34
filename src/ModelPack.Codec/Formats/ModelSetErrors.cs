namespace ModelPack.Formats;

/// <summary>Errors of models that consist of several files.</summary>
internal static class ModelSetErrors
{
    public static readonly ErrorCode NoModel = new(
        "MP1301", "", ErrorKind.InvalidFile, "The folder holds no model.",
        "Name a folder with one SafeTensors model, one GGUF model or one APR file.");

    public static readonly ErrorCode SeveralModels = new(
        "MP1302", "", ErrorKind.InvalidFile, "The folder holds several models.", "Name the file that is meant.");

    public static readonly ErrorCode MissingPart = new(
        "MP1303", "", ErrorKind.InvalidFile, "A part of a split model is not there.",
        "Complete the download: all parts lie in one folder.");

    public static readonly ErrorCode WrongPart = new(
        "MP1304", "", ErrorKind.InvalidFile, "The parts of a split model do not belong together.",
        "Check that all parts come from the same split and kept their names.");

    public static readonly ErrorCode CompanionTooLarge = new(
        "MP1305", "", ErrorKind.InvalidFile, "A companion file is too large to travel in metadata.",
        "Move it out of the model's folder, or read the weights file without companions with Alone=true (--alone).");

    public static readonly ErrorCode CompanionInSubfolder = new(
        "MP1306", "", ErrorKind.InvalidFile, "A companion file in a sub-folder cannot travel in metadata.",
        "Rename it, move it out of the model's folder, or read the weights file without companions with Alone=true (--alone).");

    public static readonly ErrorCode StraySideFile = new(
        "MP1307", "", ErrorKind.InvalidFile, "The side file beside the model belongs to another model.",
        "Put the model that it was made with back under its name, or move the side file away.");

    public static readonly ErrorCode Cache = new(
        "MP1320", "", ErrorKind.InvalidFile, "The folder is a cache of downloads, which can hold several revisions of a model.",
        "Name the folder of the snapshot.");

    public static readonly ErrorCode RawPart = new(
        "MP1321", "", ErrorKind.InvalidFile, "The file is a part of a model file that was cut for its transport.",
        "Join it with its neighbours in their order, as in 'cat m.gguf.part00 m.gguf.part01 > m.gguf', and name the whole file.");

    public static readonly ErrorCode FolderAlone = new(
        "MP1322", "", ErrorKind.InvalidFile, "A folder cannot be read as a file alone.",
        "Name the weights file in it, or leave out Alone=true (--alone).");

    public static readonly ErrorCode ShardAlone = new(
        "MP1330", "", ErrorKind.NotProved, "Shards of the model are missing.",
        "Put all shards into one folder and name it or one of them.");

    public static IReadOnlyList<ErrorCode> All { get; } = [
        NoModel, SeveralModels, MissingPart, WrongPart, CompanionTooLarge, CompanionInSubfolder, StraySideFile, Cache, RawPart, FolderAlone,
        ShardAlone];
}
