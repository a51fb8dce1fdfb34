using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Output;

namespace ModelPack.Codec.Tests.IO.Output;

/// <summary>A folder in which one output is replaced by another, and what may be seen there.</summary>
internal sealed class OutputScene
{
    private readonly string target;
    private readonly ModelFormat format;
    private readonly byte[]? earlier;
    private readonly byte[] later;

    private OutputScene(string target, ModelFormat format, byte[]? earlier, byte[] later)
    {
        (this.target, this.format, this.earlier, this.later) = (target, format, earlier, later);
        Old = earlier is null ? [] : Outcome(earlier);
        New = Outcome(later);
    }

    /// <summary>The files of the earlier output.</summary>
    public Dictionary<string, string> Old { get; }

    /// <summary>The files of the new output.</summary>
    public Dictionary<string, string> New { get; }

    public string Name => target;

    public static OutputScene Of(string name) => name switch
    {
        "a file where nothing was" => new("out.apr", ModelFormat.Apr, null, Plain(2)),
        "a file for a file" => new("out.apr", ModelFormat.Apr, Plain(1), Plain(2)),
        "a file with a side file where nothing was" => new("out.apr", ModelFormat.Apr, null, SmallModels.Gguf(2)),
        "a file with a side file for another" => new("out.apr", ModelFormat.Apr, SmallModels.Gguf(1), SmallModels.Gguf(2)),
        "a file for one with a side file" => new("out.apr", ModelFormat.Apr, SmallModels.Gguf(1), Plain(2)),
        "a file with a side file for one without" => new("out.apr", ModelFormat.Apr, Plain(1), SmallModels.Gguf(2)),
        "a folder where nothing was" => new("set/", ModelFormat.SafeTensors, null, SmallModels.Gguf(2)),
        "a folder for a folder" => new("set/", ModelFormat.SafeTensors, SmallModels.Gguf(1), SmallModels.Gguf(2)),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    /// <summary>A model of one F32 tensor: its output has no side file.</summary>
    public static byte[] Plain(float first) => new GgufBytes().Header(1, 1)
        .Key("general.architecture", GgufValueType.String).Text("test")
        .Record("plain", GgufBytes.F32, 0, 3).Pad()
        .Raw(BitConverter.GetBytes(first)).Data(8).Pad()
        .ToArray();

    /// <summary>A folder with the earlier output and the source of the new one.</summary>
    public TempFolder Begin()
    {
        TempFolder folder = new();
        if (earlier is not null)
        {
            folder.Write("source.gguf", earlier);
            Convert(folder, new StoppingChanges());
        }

        folder.Write("source.gguf", later);
        return folder;
    }

    public void Convert(TempFolder folder, NameChanges changes) => ModelConverter.Convert(
        folder.At("source.gguf"), folder.At(target), format,
        new() { Existing = earlier is null ? ExistingTarget.Refuse : ExistingTarget.Replace }, changes);

    /// <summary>What the next run does before anything else.</summary>
    public void Recover(TempFolder folder, NameChanges changes) => OutputLock.Take(folder.At(target), changes).Dispose();

    /// <summary>The conversion again, with leave to replace: its outcome is the new output, and nothing else is there.</summary>
    public void AssertTheNextRunSucceeds(TempFolder folder, string when)
    {
        ModelConverter.Convert(
            folder.At("source.gguf"), folder.At(target), format, new() { Existing = ExistingTarget.Replace }, new StoppingChanges());
        AssertSame(New, Seen(folder), when);
        AssertNothingIsLeft(folder, when);
    }

    public void AssertOldOrNew(TempFolder folder, string when)
    {
        Dictionary<string, string> seen = Seen(folder);
        Assert.IsTrue(AreSame(seen, Old) || AreSame(seen, New), $"{when}: {string.Join(", ", seen.Keys)}");
    }

    /// <summary>No certificate but beside its output, and no model but with all that belongs to it.</summary>
    public void AssertNotMixed(TempFolder folder, string when)
    {
        Dictionary<string, string> seen = Seen(folder);
        bool hasCertificate = seen.Keys.Any(IsCertificate);
        bool hasModel = seen.Keys.Any(name => name == target || name.StartsWith("set/", StringComparison.Ordinal));
        bool isFine = new[] { Old, New }.Any(whole =>
            hasCertificate ? AreSame(seen, whole)
            : hasModel ? AreSame(seen, whole.Where(file => !IsCertificate(file.Key)).ToDictionary())
            : seen.All(file => whole.TryGetValue(file.Key, out string? content) && content == file.Value));
        Assert.IsTrue(isFine, $"{when}: {string.Join(", ", seen.Keys)}");
    }

    public static void AssertNothingIsLeft(TempFolder folder, string when) =>
        Assert.IsFalse(folder.Names().Any(OutputTarget.IsTemporaryName), $"{when}: {string.Join(", ", folder.Names())}");

    private static bool IsCertificate(string name) => name.EndsWith(".modelpack.json", StringComparison.Ordinal);

    private static void AssertSame(Dictionary<string, string> expected, Dictionary<string, string> seen, string when) =>
        Assert.IsTrue(AreSame(expected, seen), $"{when}: {string.Join(", ", seen.Keys)}");

    private static bool AreSame(Dictionary<string, string> first, Dictionary<string, string> second) =>
        first.Count == second.Count && first.All(file => second.TryGetValue(file.Key, out string? content) && content == file.Value);

    private Dictionary<string, string> Outcome(byte[] source)
    {
        using TempFolder folder = new();
        folder.Write("source.gguf", source);
        ModelConverter.Convert(folder.At("source.gguf"), folder.At(target), format, new(), new StoppingChanges());
        return Seen(folder);
    }

    // What lies in the stages is nobody's output.
    private static Dictionary<string, string> Seen(TempFolder folder) => Directory
        .EnumerateFiles(folder.Root, "*", new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = true })
        .Select(path => Path.GetRelativePath(folder.Root, path))
        .Where(name => name != "source.gguf" && !name.Split('/').Any(OutputTarget.IsTemporaryName))
        .ToDictionary(name => name, name => TempFolder.Sha256(folder.At(name)));
}
