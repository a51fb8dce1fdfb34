using ModelPack.IO.Names;

namespace ModelPack.IO.Output;

/// <summary>What an output consists of: a file or a folder, the side file beside a file, and the certificate.</summary>
internal enum OutputPart
{
    SideFile,
    Model,
    Certificate,
}

/// <summary>
/// The names of an output: the final ones, and those in the stage, a folder of a random name beside them in which the parts wait and
/// earlier ones are kept until all is done. Each is made from the target alone, so nothing that a lock file says can name another place.
/// </summary>
internal sealed class OutputTarget
{
    /// <summary>The longest name of a file, in bytes on Unix and in characters on Windows.</summary>
    public const int LongestName = 255;

    private const string StageEnding = ".modelpack-tmp";
    private const string LockEnding = ".modelpack-lock";

    private readonly Dictionary<OutputPart, string> finals = [];

    /// <param name="path">The target as it was given; a link is followed.</param>
    public OutputTarget(string path)
    {
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(RegularFile.Follow(path)));
        Folder = System.IO.Path.GetDirectoryName(Path) ?? Path;
        Name = System.IO.Path.GetFileName(Path);
        finals[OutputPart.Model] = Path;
        finals[OutputPart.SideFile] = RegularFile.Follow(System.IO.Path.Combine(Folder, SideFile.NameFor(Name)));
        finals[OutputPart.Certificate] = RegularFile.Follow(Path + MemberName.CertificateEnding);
    }

    /// <summary>The full path of the file or the folder, without a separator at its end.</summary>
    public string Path { get; }

    public string Folder { get; }

    public string Name { get; }

    /// <summary>The lock of the target. Other targets have other ones.</summary>
    public string LockPath =>
        System.IO.Path.Combine(Folder, $".{FileHash.Format(Hash128.Of(System.Text.Encoding.UTF8.GetBytes(Key)))}{LockEnding}");

    /// <summary>The name, as the file system compares it.</summary>
    public string Key => OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? Name.ToUpperInvariant() : Name;

    /// <summary>Whether a name is one that outputs have while they are written.</summary>
    public static bool IsTemporaryName(string name) =>
        name.StartsWith('.')
        && (name.EndsWith(StageEnding, StringComparison.Ordinal) || name.EndsWith(LockEnding, StringComparison.Ordinal));

    /// <summary>The final name of a part.</summary>
    public string Final(OutputPart part) => finals[part];

    /// <summary>Where a new part waits.</summary>
    public string New(OutputPart part, string stage) => System.IO.Path.Combine(Stage(part, stage), NameIn(part));

    /// <summary>Where an earlier part is kept until the new ones have their names.</summary>
    public string Old(OutputPart part, string stage) => System.IO.Path.Combine(Stage(part, stage), "old-" + NameIn(part));

    /// <summary>The stages: one, unless a link leads a part into another folder. A file can be renamed only within its file
    /// system.</summary>
    public IEnumerable<string> Stages(string stage) => Enum.GetValues<OutputPart>().Select(part => Stage(part, stage)).Distinct();

    /// <summary>The folders that final names lie in.</summary>
    public IEnumerable<string> Folders => finals.Values.Select(path => System.IO.Path.GetDirectoryName(path)!).Distinct();

    /// <exception cref="ModelPackException">A part is a pipe, a socket or a device.</exception>
    public void EnsureReplaceable()
    {
        foreach (string path in finals.Values)
        {
            RegularFile.EnsureReplaceable(path);
        }
    }

    private string Stage(OutputPart part, string stage) =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(finals[part])!, $".{stage}{StageEnding}");

    private static string NameIn(OutputPart part) => part switch
    {
        OutputPart.Model => "model",
        OutputPart.SideFile => "side",
        _ => "certificate",
    };
}
