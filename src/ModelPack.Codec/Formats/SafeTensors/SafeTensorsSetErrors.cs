namespace ModelPack.Formats.SafeTensors;

/// <summary>The catalogue of sharded models: the index and the set of its files (safetensors.md §5).</summary>
internal static class SafeTensorsSetErrors
{
    private const string Damaged = "The index is cut, damaged or no index: get it again from its source.";
    private const string Incomplete =
        "Index and files do not belong together: if model.safetensors is the whole model, remove the index, or name the file with "
            + "Alone=true (--alone); else get the whole set again from its source.";

    public static readonly ErrorCode IndexTooLarge = Bad("MP1351", "SET-INDEX-SIZE", "The index exceeds 100,000,000 bytes.", Damaged);
    public static readonly ErrorCode IndexNotJson = Bad("MP1352", "SET-INDEX-JSON", "The index is not JSON in UTF-8.", Damaged);
    public static readonly ErrorCode IndexStructure = Bad(
        "MP1353", "SET-INDEX-STRUCTURE", "The index lacks its weight_map, or a part of it has the wrong JSON type.", Damaged);
    public static readonly ErrorCode IndexDuplicateKey = Bad(
        "MP1354", "SET-INDEX-DUPLICATE", "A key stands twice in one object of the index.", Damaged);
    public static readonly ErrorCode NotABareFileName = Bad(
        "MP1355", "SET-FILE-NAME", "The index names a file by a path.",
        "Shards lie beside the index: correct the index, or do not trust it.");
    public static readonly ErrorCode WrongExtension = Bad(
        "MP1356", "SET-FILE-EXTENSION", "The index names a file that does not end in .safetensors.",
        "Only SafeTensors files are read: convert the other file first.");
    public static readonly ErrorCode MissingFile = Bad(
        "MP1357", "SET-FILE-MISSING", "A file that the index names is not there.", Incomplete);
    public static readonly ErrorCode TensorNotFound = Bad(
        "MP1358", "TensorNotFound", "A file lacks a tensor that the index places there.", Incomplete);
    public static readonly ErrorCode TensorNotInIndex = Bad(
        "MP1359", "SET-TENSOR-NOT-IN-INDEX", "A file holds a tensor that the index lacks.", Incomplete);
    public static readonly ErrorCode TensorInTwoFiles = Bad(
        "MP1360", "SET-TENSOR-TWICE", "Two files hold a tensor of one name.", Incomplete);

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        IndexTooLarge, IndexNotJson, IndexStructure, IndexDuplicateKey, NotABareFileName, WrongExtension,
        MissingFile, TensorNotFound, TensorNotInIndex, TensorInTwoFiles,
    ];

    private static ErrorCode Bad(string id, string rule, string summary, string remedy) =>
        new(id, rule, ErrorKind.InvalidFile, summary, remedy);
}
