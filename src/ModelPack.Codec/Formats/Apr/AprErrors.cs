namespace ModelPack.Formats.Apr;

/// <summary>What a strict reader refuses (apr-v2.md §15.4), MP1101–MP1199.</summary>
internal static class AprErrors
{
    private const string FetchAgain = "The file is damaged or incomplete; fetch or export it again";
    private const string WrongWriter = "The program that wrote the file is at fault; export the model again with a current one";

    public static readonly ErrorCode EndOfFile = Refuse("MP1101", "R-EOF", "The file ends inside its header sections.", FetchAgain);
    public static readonly ErrorCode Magic = Refuse(
        "MP1102", "R-MAGIC", "The file does not begin with APR and a zero byte.",
        "Give an APR v2 file, or convert from the model's original format");
    public static readonly ErrorCode HeaderChecksum = Refuse("MP1103", "R-CRC", "The header checksum is wrong.", FetchAgain);
    public static readonly ErrorCode Version = Refuse(
        "MP1104", "R-VERSION", "The major version is not 2.", "Convert from the model's original format");
    public static readonly ErrorCode Flags = Refuse(
        "MP1105", "R-FLAGS", "A flag announces compression, encryption or column-major data.",
        "Export the model again without that feature");
    public static readonly ErrorCode SectionOrder = Refuse(
        "MP1106", "R-ORDER", "Header, metadata, index and data do not follow one another.", FetchAgain);
    public static readonly ErrorCode TensorCount = Refuse(
        "MP1107", "R-COUNT", "More tensors are announced than the index can hold.", FetchAgain);
    public static readonly ErrorCode IndexEnd = Refuse("MP1108", "R-INDEX", "An index entry runs into the data section.", FetchAgain);
    public static readonly ErrorCode Json = Refuse("MP1109", "R-JSON", "The metadata is not one JSON text in UTF-8.", WrongWriter);
    public static readonly ErrorCode NotAnObject = Refuse("MP1110", "R-METAOBJ", "The metadata is not a JSON object.", WrongWriter);
    public static readonly ErrorCode FieldType = Refuse("MP1111", "R-METATYPE", "A known metadata field has the wrong type.", WrongWriter);
    public static readonly ErrorCode Nesting = Refuse("MP1112", "R-NEST", "The metadata is nested deeper than 127 levels.", WrongWriter);
    public static readonly ErrorCode Name = Refuse(
        "MP1113", "R-NAME", "A tensor name is empty, longer than 256 bytes or not UTF-8.", WrongWriter);
    public static readonly ErrorCode Unsorted = Refuse("MP1114", "R-SORT", "The index is not sorted by name.", WrongWriter);
    public static readonly ErrorCode Duplicate = Refuse("MP1115", "R-DUP", "Two tensors have one name.", WrongWriter);
    public static readonly ErrorCode DimensionCount = Refuse("MP1116", "R-NDIMS", "A tensor has more than 8 dimensions.", WrongWriter);
    public static readonly ErrorCode DimensionOverflow = Refuse(
        "MP1117", "R-DIMOVF", "The number of elements of a tensor does not fit in 63 bits.", FetchAgain);
    public static readonly ErrorCode TypeByte = Refuse(
        "MP1118", "R-DTYPE", "A tensor has an unknown type byte.", "Export the model with a type that APR v2 defines");
    public static readonly ErrorCode Size = Refuse(
        "MP1119", "R-SIZE", "The stored size of a tensor does not follow from its type and shape.", WrongWriter);
    public static readonly ErrorCode Extent = Refuse("MP1120", "R-EXTENT", "A payload ends behind the end of the file.", FetchAgain);
    public static readonly ErrorCode Overlap = Refuse("MP1121", "R-OVERLAP", "Two payloads overlap.", WrongWriter);
    public static readonly ErrorCode Footer = Refuse("MP1122", "R-FOOTER", "The footer is not the checksum of the file.", FetchAgain);
    public static readonly ErrorCode Tail = Refuse("MP1123", "R-TAIL", "What follows the last payload is not a footer.", FetchAgain);
    public static readonly ErrorCode MetadataSize = Refuse("MP1124", "", "The metadata is larger than 1 GiB.", WrongWriter);

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        EndOfFile, Magic, HeaderChecksum, Version, Flags, SectionOrder, TensorCount, IndexEnd, Json, NotAnObject, FieldType, Nesting,
        Name, Unsorted, Duplicate, DimensionCount, DimensionOverflow, TypeByte, Size, Extent, Overlap, Footer, Tail, MetadataSize,
    ];

    /// <summary>Creates the error of a broken rule.</summary>
    public static ModelFormatException Broken(this ErrorCode code, string file, string detail, long byteOffset, string? tensor = null) =>
        new(code, detail, byteOffset) { FilePath = file, TensorName = tensor };

    private static ErrorCode Refuse(string id, string rule, string summary, string remedy) =>
        new(id, rule, ErrorKind.InvalidFile, summary, remedy + ".");
}
