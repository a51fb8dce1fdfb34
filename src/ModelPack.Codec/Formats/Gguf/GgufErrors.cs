namespace ModelPack.Formats.Gguf;

/// <summary>Everything that the GGUF reader and writer refuse (gguf.md §3).</summary>
internal static class GgufErrors
{
    private const string FetchAgain = "The file is damaged or was written by a faulty program; fetch it again or write it anew.";

    public static readonly ErrorCode Magic = Refusal(
        1001, "R-MAGIC", "The file does not begin with GGUF or FUGG.", "Check that the file is a GGUF model.");
    public static readonly ErrorCode Version = Refusal(
        1002, "R-VERSION", "The GGUF version is not 1, 2 or 3 in the byte order of the file.", FetchAgain);
    public static readonly ErrorCode Endian = Refusal(
        1003, "R-ENDIAN", "Magic, version and body do not agree on a byte order.", FetchAgain);
    public static readonly ErrorCode EndOfFile = Refusal(
        1004, "R-EOF", "A field, a payload or the data section lies beyond the end of the file.", "The file is cut off; fetch it again.");
    public static readonly ErrorCode Count = Refusal(
        1005, "R-COUNT", "The announced numbers of keys and tensors cannot fit in the file.", FetchAgain);
    public static readonly ErrorCode StringLength = Refusal(
        1006, "R-STRLEN", "A string is longer than 2^30 bytes or than the rest of the file.", FetchAgain);
    public static readonly ErrorCode ArrayLength = Refusal(
        1007, "R-ARRLEN", "An array has more than 2^30 items or more than the rest of the file can hold.", FetchAgain);
    public static readonly ErrorCode ValueType = Refusal(
        1008, "R-VTYPE", "A metadata value or array has a type that does not exist.", FetchAgain);
    public static readonly ErrorCode Nesting = Refusal(1009, "R-NEST", "Arrays are nested deeper than 8 levels.", FetchAgain);
    public static readonly ErrorCode Key = Refusal(
        1010, "R-KEY", "A key is empty, longer than 65,535 bytes or not printable ASCII.", FetchAgain);
    public static readonly ErrorCode DuplicateKey = Refusal(1011, "R-KEYDUP", "A metadata key occurs twice.", FetchAgain);
    public static readonly ErrorCode Alignment = Refusal(1012, "R-ALIGN", "general.alignment is not a u32 power of two.", FetchAgain);
    public static readonly ErrorCode TensorName = Refusal(
        1013, "R-TNAME", "A tensor name is longer than 127 bytes, contains a zero byte or is not UTF-8.", FetchAgain);
    public static readonly ErrorCode DuplicateTensor = Refusal(1014, "R-TDUP", "A tensor name occurs twice.", FetchAgain);
    public static readonly ErrorCode DimensionCount = Refusal(1015, "R-NDIMS", "A tensor has more than 4 dimensions.", FetchAgain);
    public static readonly ErrorCode Dimension = Refusal(1016, "R-DIM", "A dimension is 2^63 or more.", FetchAgain);
    public static readonly ErrorCode DimensionOverflow = Refusal(
        1017, "R-DIMOVF", "The element count or byte size of a tensor does not fit in 63 bits.", FetchAgain);
    public static readonly ErrorCode TensorType = Refusal(
        1018, "R-TTYPE", "A tensor has a type that does not exist or was removed from the format.",
        "Convert the original model again with a current program.");
    public static readonly ErrorCode Block = Refusal(
        1019, "R-BLOCK", "The rows of a tensor are not a multiple of the block length of its type.", FetchAgain);
    public static readonly ErrorCode Offset = Refusal(1020, "R-OFFSET", "A tensor offset is not a multiple of the alignment.", FetchAgain);
    public static readonly ErrorCode Overlap = Refusal(1021, "R-OVERLAP", "Two payloads share bytes.", FetchAgain);
    public static readonly ErrorCode Gap = Refusal(
        1022, "R-GAP", "The payloads do not follow one another in the order of the records.", FetchAgain);
    public static readonly ErrorCode HeaderLimit = Refusal(
        1023, "", "The header is too large to be held in memory.", "Headers of 2 GiB and more are not supported.");

    public static readonly ErrorCode KeyLimit = Refusal(
        1024, "", "The file has more than 131,072 metadata keys, or keys of more than 8 MiB together.",
        "Check that the file is a model; put lists of values into arrays, each under one key.");

    public static readonly ErrorCode UnwritableHeader = Refusal(
        1051, "", "The version or alignment cannot be written.", "Write version 2 or 3, and let general.alignment state the alignment.");
    public static readonly ErrorCode UnwritableKey = Refusal(
        1052, "", "A metadata key cannot be stored in GGUF.", "Keys are unique and have 1 to 65,535 printable ASCII characters.");
    public static readonly ErrorCode UnwritableName = Refusal(
        1053, "", "A tensor name cannot be stored in GGUF.",
        "Rename the tensor: names are unique and have at most 63 bytes of UTF-8 without zero bytes.");
    public static readonly ErrorCode UnwritableType = Refusal(
        1054, "", "A tensor type does not exist in GGUF.", "Choose another type, or let the blocks be carried as bytes.");
    public static readonly ErrorCode UnwritableShape = Refusal(
        1055, "", "A tensor shape cannot be stored in GGUF.", "GGUF holds up to 4 dimensions, and rows of whole blocks.");

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        Magic, Version, Endian, EndOfFile, Count, StringLength, ArrayLength, ValueType, Nesting, Key, DuplicateKey, Alignment,
        TensorName, DuplicateTensor, DimensionCount, Dimension, DimensionOverflow, TensorType, Block, Offset, Overlap, Gap, HeaderLimit,
        KeyLimit,
        UnwritableHeader, UnwritableKey, UnwritableName, UnwritableType, UnwritableShape,
    ];

    private static ErrorCode Refusal(int number, string rule, string summary, string remedy) =>
        new($"MP{number}", rule, ErrorKind.InvalidFile, summary, remedy);
}
