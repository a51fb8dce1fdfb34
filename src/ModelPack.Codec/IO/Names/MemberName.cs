using System.Buffers;

namespace ModelPack.IO.Names;

/// <summary>
/// Names of the files of a model: bare ones, and for companions in sub-folders paths relative to the model's folder. They stand in origin
/// records and certificates, so they mean the same on every system and never lead out of the folder.
/// </summary>
internal static class MemberName
{
    /// <summary>Sub-folders in one another that a companion may lie in.</summary>
    public const int MaximumDepth = 8;

    /// <summary>What a certificate's name ends in.</summary>
    public const string CertificateEnding = ".modelpack.json";

    /// <summary>The file with the weights of a module.</summary>
    public const string ModuleWeights = "model.safetensors";

    /// <summary>The older one that is read where there is no other.</summary>
    public const string ModulePickle = "pytorch_model.bin";

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private static readonly string[] CompanionEndings = [
        ".json", ".txt", ".md", ".jinja", ".model", ".jsonl", ".tiktoken", ".vocab", ".py"];
    private static readonly string[] CompanionFiles = ["LICENSE", "NOTICE", "README", ".gitattributes"];

    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\:\0");
    private static readonly SearchValues<char> RefusedByWindows = SearchValues.Create("<>\"|?*");

    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    private static readonly string[] NumberedDevices = ["COM", "LPT"];

    private static readonly string[] WeightEndings =
    [
        ".safetensors", ".gguf", ".apr", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".ot", ".npz", ".onnx", ".onnx_data", ".pb",
        ".tflite", ".mlmodel", ".engine",
        ".index.json",
    ];

    /// <summary>Whether a name can stand for a file of a model.</summary>
    public static bool IsLegal(string name) => IsNested(name) ? IsLegalPath(name) : IsBare(name);

    /// <summary>Whether a name is that of a file in a sub-folder.</summary>
    public static bool IsNested(string name) => name.Contains('/');

    /// <summary>Whether a file of that name holds weights, or says where they are: it belongs to a model, and is no companion of
    /// another.</summary>
    public static bool IsWeights(string name) => WeightEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>True for the name of a file that holds the weights of a module (hf-companions.md §5.1).</summary>
    /// <param name="name">A bare name, or a path with '/'.</param>
    public static bool IsModuleWeights(string name) => name[(name.LastIndexOf('/') + 1)..] is ModuleWeights or ModulePickle;

    /// <summary>Whether a file of that name is a companion: of a kind that a model has beside its weights.</summary>
    public static bool IsCompanion(string name)
    {
        string bare = name[(name.LastIndexOf('/') + 1)..];
        bool known = CompanionEndings.Any(ending => bare.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            || CompanionFiles.Contains(bare, StringComparer.Ordinal);
        return known && !bare.EndsWith(CertificateEnding, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The name as a record holds it: what another system would take for a path is replaced.</summary>
    public static string From(string name)
    {
        if (IsLegal(name))
        {
            return name;
        }

        string bare = string.Create(name.Length, name, static (characters, original) =>
        {
            for (int i = 0; i < characters.Length; i++)
            {
                characters[i] = Separators.Contains(original[i]) ? '_' : original[i];
            }
        });
        return IsBare(bare) ? bare : "model";
    }

    /// <summary>The name of a file that lies in a folder or in a sub-folder of it.</summary>
    public static string Within(string folder, string path) =>
        Path.GetRelativePath(folder.Length == 0 ? "." : folder, path).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The names of all that lies in a folder and in its sub-folders. A link to a folder is a name of its own; what it leads to is
    /// not looked at.</summary>
    public static IEnumerable<string> Below(string folder) => Below(folder, folder);

    private static IEnumerable<string> Below(string root, string folder)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", Everything))
        {
            IEnumerable<string> names = entry is DirectoryInfo { LinkTarget: null }
                ? Below(root, entry.FullName)
                : [Within(root, entry.FullName)];
            foreach (string name in names)
            {
                yield return name;
            }
        }
    }

    private static bool IsBare(string name) => name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny(Separators) < 0;

    // Hidden folders are not the model's, and some make programs run what lies in them (.git).
    private static bool IsLegalPath(string path)
    {
        string[] parts = path.Split('/');
        return parts.Length <= MaximumDepth + 1 && parts.All(IsPortable) && !parts[..^1].Any(part => part.StartsWith('.'))
            && (!IsWeights(path) || IsModuleWeights(path));
    }

    /// <summary>Whether a name of a file or folder is one on every system.</summary>
    public static bool IsPortable(string part) =>
        IsBare(part) && part[^1] is not ('.' or ' ') && !part.Any(char.IsControl) && part.AsSpan().IndexOfAny(RefusedByWindows) < 0
        && !IsDevice(part);

    // Windows takes these for devices in every folder, whatever ending follows.
    private static bool IsDevice(string part)
    {
        string stem = part.Split('.')[0].TrimEnd(' ');
        return Devices.Contains(stem, StringComparer.OrdinalIgnoreCase)
            || (stem.Length == 4 && NumberedDevices.Contains(stem[..3], StringComparer.OrdinalIgnoreCase)
                && stem[3] is (>= '0' and <= '9') or '\u00B9' or '\u00B2' or '\u00B3');
    }
}
