namespace ModelPack.Formats.SafeTensors;

/// <summary>The catalogue of a single file. Rules are the reference library's error names (safetensors.md §6), or POLICY-… where this
/// reader is stricter (§7).</summary>
internal static class SafeTensorsErrors
{
    private const string Damaged = "The file is cut, damaged or of another format: get it again from its source.";
    private const string Rewrite = "The header contradicts itself or the data: have the program that wrote the file write it again.";
    private const string Refused =
        "The reference library lets this pass, but readers disagree about its meaning: have the file written again without it.";
    private const string Unwritable = "Change the model or the options so that the format can hold it.";

    public static readonly ErrorCode HeaderTooSmall = Bad("MP1201", "HeaderTooSmall", "The file has fewer than 8 bytes.", Damaged);
    public static readonly ErrorCode HeaderTooLarge = Bad(
        "MP1202", "HeaderTooLarge", "The header length exceeds 100,000,000 bytes.", Damaged);
    public static readonly ErrorCode InvalidHeaderLength = Bad(
        "MP1203", "InvalidHeaderLength", "The header reaches beyond the end of the file.", Damaged);
    public static readonly ErrorCode InvalidHeader = Bad("MP1204", "InvalidHeader", "The header is not UTF-8.", Damaged);
    public static readonly ErrorCode NotJson = Bad("MP1205", "InvalidHeaderDeserialization", "The header is not JSON.", Damaged);
    public static readonly ErrorCode WrongStructure = Bad(
        "MP1206", "InvalidHeaderDeserialization", "A header entry has the wrong JSON type, or a field is missing or doubled.", Rewrite);
    public static readonly ErrorCode UnknownType = Bad(
        "MP1207", "InvalidHeaderDeserialization", "A dtype is unknown.",
        "Only the 22 dtypes of the format are read; a newer version may know more.");
    public static readonly ErrorCode NotANumber = Bad(
        "MP1208", "InvalidHeaderDeserialization", "A dimension or offset is not a plain non-negative integer of 64 bits.", Rewrite);
    public static readonly ErrorCode InvalidOffset = Bad(
        "MP1209", "InvalidOffset", "A tensor does not begin where the one before it ends, or ends before it begins.", Rewrite);
    public static readonly ErrorCode TensorInvalidInfo = Bad(
        "MP1210", "TensorInvalidInfo", "The length of a tensor's range differs from the size of its shape and dtype.", Rewrite);
    public static readonly ErrorCode MisalignedSlice = Bad(
        "MP1211", "MisalignedSlice", "The elements of a tensor do not fill whole bytes.", Rewrite);
    public static readonly ErrorCode ValidationOverflow = Bad(
        "MP1212", "ValidationOverflow", "The size of a tensor exceeds 64 bits.", Rewrite);
    public static readonly ErrorCode MetadataIncompleteBuffer = Bad(
        "MP1213", "MetadataIncompleteBuffer", "The tensors do not cover the data to its last byte.", Damaged);

    public static readonly ErrorCode DuplicateName = Bad("MP1221", "POLICY-DUPLICATE-NAME", "Two tensors have one name.", Refused);
    public static readonly ErrorCode DuplicateMetadataKey = Bad(
        "MP1222", "POLICY-DUPLICATE-METADATA-KEY", "A metadata key stands twice.", Refused);
    public static readonly ErrorCode EntryIsArray = Bad("MP1223", "POLICY-ENTRY-ARRAY", "A tensor entry is an array.", Refused);
    public static readonly ErrorCode MetadataIsNull = Bad("MP1224", "POLICY-NULL-METADATA", "__metadata__ is null.", Refused);
    public static readonly ErrorCode UnknownField = Bad("MP1225", "POLICY-UNKNOWN-FIELD", "A tensor entry has an unknown field.", Refused);
    public static readonly ErrorCode DimensionTooLarge = Bad(
        "MP1226", "POLICY-DIMENSION", "A dimension of an empty tensor exceeds 63 bits.", Refused);
    public static readonly ErrorCode OriginNotBase64 = Bad(
        "MP1227", "POLICY-ORIGIN", "The metadata value modelpack.origin is not base64.",
        "The record was edited: convert the model again from its source.");

    public static readonly ErrorCode KeyLimit = Bad(
        "MP1228", "POLICY-METADATA-KEYS", "The file has more than 131,072 metadata keys.",
        "Check that the file is a model: published ones have a few metadata keys.");

    public static readonly ErrorCode WriteDuplicateName = Bad(
        "MP1241", "POLICY-DUPLICATE-NAME", "Two tensors to be written have one name.", Unwritable);
    public static readonly ErrorCode WriteDuplicateMetadataKey = Bad(
        "MP1242", "POLICY-DUPLICATE-METADATA-KEY", "Two metadata entries to be written have one key.", Unwritable);
    public static readonly ErrorCode WriteReservedName = Bad(
        "MP1243", "POLICY-RESERVED-NAME", "A tensor to be written is called __metadata__.", Unwritable);
    public static readonly ErrorCode WriteUnknownType = Bad(
        "MP1244", "POLICY-TYPE", "The format does not have the type of a tensor.", Unwritable);
    public static readonly ErrorCode WriteWrongSize = Bad(
        "MP1245", "InvalidTensorView", "The payload of a tensor to be written has not the size of its shape and dtype.", Unwritable);
    public static readonly ErrorCode WriteHeaderTooLarge = Bad(
        "MP1246", "HeaderTooLarge", "The header to be written exceeds 100,000,000 bytes.", Unwritable);
    public static readonly ErrorCode WriteNotUnicode = Bad(
        "MP1247", "JsonError", "A text to be written holds an unpaired surrogate.", Unwritable);
    public static readonly ErrorCode WriteTooLong = Bad(
        "MP1248", "ValidationOverflow", "The file to be written exceeds 63 bits.", Unwritable);

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        HeaderTooSmall, HeaderTooLarge, InvalidHeaderLength, InvalidHeader, NotJson, WrongStructure, UnknownType, NotANumber, InvalidOffset,
        TensorInvalidInfo, MisalignedSlice, ValidationOverflow, MetadataIncompleteBuffer,
        DuplicateName, DuplicateMetadataKey, EntryIsArray, MetadataIsNull, UnknownField, DimensionTooLarge, OriginNotBase64,
        KeyLimit,
        WriteDuplicateName, WriteDuplicateMetadataKey, WriteReservedName, WriteUnknownType, WriteWrongSize, WriteHeaderTooLarge,
        WriteNotUnicode, WriteTooLong,
    ];

    private static ErrorCode Bad(string id, string rule, string summary, string remedy) =>
        new(id, rule, ErrorKind.InvalidFile, summary, remedy);
}
