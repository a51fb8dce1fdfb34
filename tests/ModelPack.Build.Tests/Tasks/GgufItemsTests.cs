using Microsoft.Build.Utilities;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>Which GGUF items are parts of one model is said by the keys of the files, not by their names (gguf.md §5).</summary>
[TestClass]
public sealed class GgufItemsTests
{
    private static readonly string[] Renamed = [
        "third.gguf", "a first.GGUF", "z.gguf", "b.gguf", "c.gguf", "d.gguf", "e.gguf"];

    [TestMethod]
    public void Renamed_parts_that_a_pattern_matches_are_one_model()
    {
        using SetFolder folder = new();
        string[] parts = Rename(folder, "split");
        string misleading = folder.In("models", "split", "x-00002-of-00009.gguf");
        File.Move(parts[^1], misleading);
        parts[^1] = misleading;
        TaskItem[] glob = Items([.. parts.Order(StringComparer.Ordinal)]);
        SetBuild built = folder.Build(glob);
        Assert.AreEqual("converted", built.Outcome, Texts(built));
        CollectionAssert.AreEqual(new[] { "models/split/third.apr" }, built.Links, "the first part by its number stands for all");
        Assert.AreEqual("up to date", folder.Build(Items(parts[0])).Outcome, "the part that stands for the set is the same model");
        File.SetLastWriteTimeUtc(parts[^1], DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build(glob).Outcome, "every part is looked at");

        using ModelFile apr = ModelFiles.Open(built.Files.Single().ItemSpec);
        using ModelFile whole = ModelFiles.Open(folder.In("models", "small.gguf"));
        Assert.HasCount(whole.Tensors.Count, apr.Tensors);
    }

    [TestMethod]
    public void Renamed_parts_are_verified_once()
    {
        using SetFolder folder = new();
        string[] parts = Rename(folder, "split");
        RecordingEngine engine = new();
        using VerifyModelItems task = new()
        {
            BuildEngine = engine,
            Models = [.. parts.Select(part => TaskFolder.Item(part))],
            ProjectDirectory = folder.Path,
            OutputDirectory = folder.In("obj") + Path.DirectorySeparatorChar,
        };
        Assert.IsTrue(task.Execute());
        CollectionAssert.AreEqual(new[] { "third.gguf verified" }, engine.Messages);
    }

    [TestMethod]
    public void One_renamed_part_belongs_to_those_that_kept_their_names()
    {
        using SetFolder folder = new();
        string first = folder.WithSplit("split");
        string[] parts = [.. Directory.GetFiles(Path.GetDirectoryName(first)!).Order(StringComparer.Ordinal)];
        string last = Path.Combine(Path.GetDirectoryName(first)!, "a last.gguf");
        File.Move(parts[^1], last);
        CollectionAssert.AreEqual(new[] { "models/split/small.apr" }, folder.Build(Items([.. parts[..^1], last])).Links);
        CollectionAssert.AreEqual(
            new[] { "models/split/a last.apr" }, folder.Build(Items(last)).Links, "named alone it means its set");
    }

    [TestMethod]
    public void Parts_of_two_models_stay_two()
    {
        using SetFolder folder = new();
        string[] parts = Rename(folder, "split");
        string named = Path.GetDirectoryName(folder.WithSplit("named"))!;
        foreach (string part in Directory.GetFiles(named))
        {
            File.Move(part, folder.In("models", "split", Path.GetFileName(part)));
        }

        SetBuild built = folder.Build(Items([.. Directory.GetFiles(folder.In("models", "split")).Order(StringComparer.Ordinal)]));
        CollectionAssert.AreEqual(new[] { "models/split/small.apr", "models/split/third.apr" }, built.Links, Texts(built));
        CollectionAssert.AreEqual(new[] { "models/split/third.apr" }, folder.Build(Items(parts)).Links);
    }

    [TestMethod]
    public void The_first_of_the_renamed_parts_that_are_named_stands_for_all()
    {
        using SetFolder folder = new();
        string[] parts = Rename(folder, "split");
        SetBuild built = folder.Build(Items(parts[2], parts[1]));
        CollectionAssert.AreEqual(new[] { $"models/split/{Path.GetFileNameWithoutExtension(parts[1])}.apr" }, built.Links, Texts(built));
        using ModelFile apr = ModelFiles.Open(built.Files.Single().ItemSpec);
        using ModelFile whole = ModelFiles.Open(folder.In("models", "small.gguf"));
        Assert.HasCount(whole.Tensors.Count, apr.Tensors);
    }

    [TestMethod]
    public void A_link_to_a_part_is_an_item_of_its_own()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using SetFolder folder = new();
        string first = SetFolder.SplitWithSideFile(folder.In("models", "small.gguf"), folder.In("models", "split", "back"));
        string link = folder.In("models", "link.gguf");
        File.CreateSymbolicLink(link, first);
        SetBuild built = folder.Build(
            [.. new[] { link, folder.In("models", "small.gguf"), first }.Select(
                path => TaskFolder.Item(path, ("To", "safetensors"), ("Quantized", "blocks")))]);
        Assert.AreEqual("converted, converted, converted", built.Outcome, Texts(built));
    }

    [TestMethod]
    public void A_folder_stands_for_its_renamed_parts()
    {
        using SetFolder folder = new();
        string[] parts = Rename(folder, "split");
        SetBuild built = folder.Build(Items([folder.In("models", "split"), .. parts]));
        CollectionAssert.AreEqual(new[] { "models/split.apr" }, built.Links, Texts(built));
    }

    [TestMethod]
    public void A_renamed_part_that_is_not_there_is_an_error()
    {
        using SetFolder folder = new();
        string[] parts = Rename(folder, "split");
        File.Delete(parts[1]);
        SetBuild built = folder.Build(Items([parts[0], .. parts[2..]]));
        Assert.StartsWith("MP1303", built.Outcome);
        Assert.Contains($"part 2 of {parts.Length} is not there", built.Errors[0].Message!);

        string first = folder.WithSplit("named");
        string[] later = [.. Directory.GetFiles(Path.GetDirectoryName(first)!).Order(StringComparer.Ordinal).Skip(1)];
        File.Delete(first);
        SetBuild headless = folder.Build(Items(later));
        Assert.AreEqual("MP1303", headless.Outcome, "once for all of them");
        Assert.Contains($"'{Path.GetFileName(first)}' is not there", headless.Errors[0].Message!);
    }

    [TestMethod]
    public void Files_that_are_a_set_by_their_names_only_are_all_converted()
    {
        using SetFolder folder = new();
        string[] files = [folder.In("models", "m-00001-of-00002.gguf"), folder.In("models", "m-00002-of-00002.gguf")];
        foreach (string file in files)
        {
            File.Copy(folder.In("models", "small.gguf"), file);
        }

        SetBuild built = folder.Build(
            [.. files.Select(file => TaskFolder.Item(file, ("To", "apr"), ("Link", Path.GetFileNameWithoutExtension(file) + ".apr")))]);
        CollectionAssert.AreEqual(new[] { "m-00001-of-00002.apr", "m-00002-of-00002.apr" }, built.Links, Texts(built));
        Assert.AreEqual(
            BuildErrors.OutputClash.Id, folder.Build(Items(files)).Outcome, "both would be called like their model");
    }

    [TestMethod]
    public void Names_in_capitals_are_names_of_parts()
    {
        using SetFolder folder = new();
        string first = folder.WithSplit("split");
        foreach (string part in Directory.GetFiles(Path.GetDirectoryName(first)!))
        {
            File.Move(part, part.ToUpperInvariant().Replace(folder.Path.ToUpperInvariant(), folder.Path, StringComparison.Ordinal)
                .Replace("/MODELS/SPLIT/", "/models/split/", StringComparison.Ordinal));
        }

        string[] parts = [.. Directory.GetFiles(Path.GetDirectoryName(first)!).Order(StringComparer.Ordinal)];
        Assert.EndsWith("SMALL-00001-OF-0000" + parts.Length + ".GGUF", parts[0]);
        SetBuild built = folder.Build(Items(parts));
        CollectionAssert.AreEqual(new[] { "models/split/SMALL.apr" }, built.Links, Texts(built));
        Assert.AreEqual(BuildErrors.LaterPart.Id, folder.Build(Items(parts[1])).Outcome);
    }

    // In the order of their numbers.
    private static string[] Rename(SetFolder folder, string name)
    {
        string directory = Path.GetDirectoryName(folder.WithSplit(name))!;
        string[] parts = [.. Directory.GetFiles(directory).Order(StringComparer.Ordinal)];
        Assert.IsGreaterThan(2, parts.Length);
        Assert.IsLessThanOrEqualTo(Renamed.Length, parts.Length);
        string[] renamed = [.. Renamed.Take(parts.Length).Select(part => Path.Combine(directory, part))];
        foreach ((string from, string to) in parts.Zip(renamed))
        {
            File.Move(from, to);
        }

        return renamed;
    }

    private static TaskItem[] Items(params string[] paths) => [.. paths.Select(path => TaskFolder.Item(path, ("To", "apr")))];

    private static string Texts(SetBuild build) => string.Join('\n', build.Errors.Select(error => $"{error.Code}: {error.Message}"));
}
