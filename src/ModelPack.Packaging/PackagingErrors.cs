namespace ModelPack.Packaging;

/// <summary>The error catalogue of model packages: of those that are made, those that are read, and the store.</summary>
internal static class PackagingErrors
{
    private const string Restore =
        "Delete what the message says, and run `dotnet restore --force`. Of packages in a folder, fetch that one again.";
    private const string Author = 
        "Delete the folder of the package, and run `dotnet restore --force`. If that does not mend it, ask its author for a sound one.";

    public static readonly ErrorCode NotAPackage = new(
        "MP6001", "", ErrorKind.InvalidFile, "The file is no model package.",
        "Name the meta package, <id>.<version>.nupkg, not one of its parts, and fetch it again if it is damaged.");

    public static readonly ErrorCode BadManifest = new(
        "MP6002", "", ErrorKind.InvalidFile, "The manifest of a model package is damaged or contradicts itself.", Author);

    public static readonly ErrorCode PathOutside = new(
        "MP6003", "", ErrorKind.InvalidFile, "A path in a manifest leads outside of its folder, or is none on every system.", Author);

    public static readonly ErrorCode PartMissing = new(
        "MP6004", "", ErrorKind.InputOutput, "A part of a model is missing.", Restore);

    public static readonly ErrorCode PartLength = new(
        "MP6005", "", ErrorKind.NotProved, "A part of a model is cut off, or longer than its manifest says.", Restore);

    public static readonly ErrorCode PartChanged = new(
        "MP6006", "", ErrorKind.NotProved, "A part of a model does not hold the bytes that its manifest says.", Restore);

    public static readonly ErrorCode PartVersion = new(
        "MP6007", "", ErrorKind.NotProved, "A part of a model was restored in another version than its manifest says.",
        "Remove what forces another version of the part, such as a PackageReference or a lock file, and run `dotnet restore --force`.");

    public static readonly ErrorCode FileChanged = new(
        "MP6008", "", ErrorKind.NotProved, "All parts are as their manifest says, and the joined file is not: the manifest was changed.",
        Restore);

    public static readonly ErrorCode StoreReadOnly = new(
        "MP6009", "", ErrorKind.InputOutput, "The store cannot be written, so that the model is joined for this project alone.",
        "Make the folder writable, or set the property ModelPackStore to one that is.");

    public static readonly ErrorCode StoreFailed = new(
        "MP6010", "", ErrorKind.InputOutput, "A model cannot be joined, because its folder cannot be written or the disk is full.",
        "Check the rights on the folder and the free disk space, or set ModelPackStore to a folder elsewhere.");

    public static readonly ErrorCode TwoModels = new(
        "MP6011", "", ErrorKind.Usage, "Two packages bring models of one id.", "Remove one of the PackageReferences.");

    public static readonly ErrorCode TwoLinks = new(
        "MP6012", "", ErrorKind.Usage, "Two models have the same place in the output.",
        "Give one of them another: <ModelReference Update=\"the id\" Link=\"second/\" /> in an ItemGroup.");

    public static readonly ErrorCode StoreChanged = new(
        "MP6013", "", ErrorKind.NotProved, "A model in the store was changed since it was joined.",
        "Nothing: it was joined again. Find out what writes into the store.");

    public static readonly ErrorCode NewerManifest = new(
        "MP6014", "", ErrorKind.Usage, "The package was made by a newer ModelPack.", "Update ModelPack.");

    public static readonly ErrorCode NoTargets = new(
        "MP6016", "", ErrorKind.Usage,
        "A model package is referenced, and ModelPack.Build, which joins its parts, takes no part in the build.",
        "Remove ExcludeAssets or PrivateAssets from the reference that keeps ModelPack.Build out, which may be that of a library that this "
            + "project references, or add a PackageReference to ModelPack.Build.");

    public static readonly ErrorCode BadId = new(
        "MP6020", "", ErrorKind.Usage, "The id or the version cannot be those of a NuGet package.",
        "Use letters, digits, '.', '_' and '-' for the id, at most 90 of them, and a version like 1.0.0.");

    public static readonly ErrorCode NoAuthors = new(
        "MP6021", "", ErrorKind.Usage, "The package has no authors, and the model does not name any.",
        "Add --authors; in a project, set Authors on the item or in the project.");

    public static readonly ErrorCode BadLimit = new(
        "MP6022", "", ErrorKind.Usage, "The largest size of a package is too small, or beyond what a package can be signed with.",
        "Give a size between 1KB and 4GB, or gallery, or azure.");

    public static readonly ErrorCode NoLicense = new(
        "MP6023", "", ErrorKind.Usage, "The package says nothing of a licence.",
        "Add --license with an SPDX id, or --license-file; in a project, License or LicenseFile.");

    public static readonly ErrorCode LicenseNeedsFile = new(
        "MP6024", "", ErrorKind.Usage, "Galleries accept only licences that OSI or FSF approved by their SPDX id.",
        "Add --license-file with the text of the licence; in a project, LicenseFile.");

    public static readonly ErrorCode SideFilePacked = new(
        "MP6025", "", ErrorKind.Usage, "The package holds a side file, which only the way back to the source format needs.",
        "If users only run the model, pack it without the side file that the message names.");

    public static readonly ErrorCode Carried = new(
        "MP6026", "", ErrorKind.NotProved, "The packed model is carried or partial: the programs that it is made for will not load it.",
        "Pack the model in a format that its programs load, or correct what the certificate names.");

    public static readonly ErrorCode PackageExists = new(
        "MP6027", "", ErrorKind.InputOutput, "A package of that id and version exists already, with other bytes.",
        "Give the new one another version. To replace a package that nobody has restored yet, add --force; in a project, delete it.");

    public static readonly ErrorCode ShardTooLarge = new(
        "MP6028", "", ErrorKind.Usage, "The layout shards puts each file into one package, and a file is too large for that.",
        "Split the model first: dotnet modelpack split SOURCE FOLDER --max-shard-size 200MB. Or use the layout parts.");

    public static readonly ErrorCode NothingToPack = new(
        "MP6029", "", ErrorKind.Usage, "There is nothing to pack.", "Name a model file or a folder that holds one.");

    public static readonly ErrorCode NotPortable = new(
        "MP6030", "", ErrorKind.Usage, "A name of a file is none on every system, or two differ only in capitals.", "Rename the file.");

    public static readonly ErrorCode TooLarge = new(
        "MP6031", "", ErrorKind.Usage, "A package would be larger than 4 GB, or have more than 65,534 files.",
        "Give a smaller --max-package-size, or put many small files into one.");

    public static readonly ErrorCode SameVersion = new(
        "MP6032", "", ErrorKind.Usage, "The previous package is of another id, or of the version that is being packed.",
        "Name the meta package of an earlier version of the same id with --previous.");

    public static readonly ErrorCode SourceChanged = new(
        "MP6033", "", ErrorKind.InputOutput, "A file changed while it was packed.", "Pack again when nothing writes to it.");

    public static readonly ErrorCode StoreDamaged = new(
        "MP6034", "", ErrorKind.NotProved, "A model in the store does not have the bytes that it was joined with.",
        "Run `dotnet modelpack store clear`; the next build joins it again.");

    public static readonly ErrorCode TargetExists = new(
        "MP6035", "", ErrorKind.InputOutput, "The target of unpack exists already, with other content.",
        "Name a folder that does not exist, or remove what is there.");

    public static readonly ErrorCode OwnPackage = new(
        "MP6036", "", ErrorKind.Usage, "The model package would have the id of the project's own package.",
        "Set IsPackable to false in the project if it is there for the model alone, or PackageId on the item.");

    public static readonly ErrorCode UnknownVariant = new(
        "MP6037", "", ErrorKind.Usage, "The package has no variant of that name.",
        "Name one that the message lists, as Variant=\"…\" on the PackageReference or with --variant, or none for the first.");

    public static readonly ErrorCode VariantNames = new(
        "MP6038", "", ErrorKind.Usage, "Several models go into one package, and one of them is no variant with a name of its own.",
        "Give each a name: --variant Q4_K_M --variant Q8_0 in the order of the models; in a project, Variant=\"Q4_K_M\" on each item. "
            + "Models that are no variants of one another get an id each.");

    public static readonly ErrorCode UnknownReference = new(
        "MP6039", "", ErrorKind.Usage, "An item ModelReference names a model that no package brings.",
        "Correct the id, or add a PackageReference to the package.");

    public static readonly ErrorCode StoreInUse = new(
        "MP6040", "", ErrorKind.InputOutput, "A model of the store cannot be deleted.",
        "End the program that uses it, or delete what the message names as its owner; then run `dotnet modelpack store clear` again.");

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        NotAPackage, BadManifest, PathOutside, PartMissing, PartLength, PartChanged, PartVersion, FileChanged, StoreReadOnly, StoreFailed,
        TwoModels, TwoLinks, StoreChanged, NewerManifest, NoTargets, BadId, NoAuthors, BadLimit, NoLicense, LicenseNeedsFile,
        SideFilePacked, Carried, PackageExists, ShardTooLarge, NothingToPack, NotPortable, TooLarge, SameVersion, SourceChanged,
        StoreDamaged, TargetExists, OwnPackage, UnknownVariant, VariantNames, UnknownReference, StoreInUse,
    ];
}
