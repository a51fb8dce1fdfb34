using System.Text.Json;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Reading;

namespace ModelPack.Tool.Tests;

/// <summary>docs/json.md names every field that a document has.</summary>
[TestClass]
public sealed class JsonDocumentationTests
{
    private static readonly string Gguf = RepositoryData.Corpus("gguf/valid/padding-not-zero.gguf");
    private static readonly string Model = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");
    private static readonly string Safe = RepositoryData.Corpus("safetensors/valid/nan_inf_signed_zero_subnormal.safetensors");

    [TestMethod]
    [DataRow("inspect", "GGUF")]
    [DataRow("validate", "SAFE")]
    [DataRow("verify", "GGUF", "SAFE")]
    [DataRow("verify", "NEAR", "OTHER", "--epsilon", "1e-3")]
    [DataRow("inspect", "GGUF", "--stats")]
    [DataRow("roundtrip", "GGUF", "--via", "apr", "--origin", "none")]
    [DataRow("convert", "GGUF", "TARGET")]
    [DataRow("split", "MODEL", "FOLDER", "--max-shard-size", "500KB")]
    [DataRow("edit", "GGUF", "EDITED", "--set", "new:u32=5")]
    [DataRow("pack", "GGUF", "--id", "A", "--version", "1.0.0", "--authors", "A", "--dry-run")]
    [DataRow("store", "list", "--folder", "STORE")]
    [DataRow("unpack", "PACKAGE", "FOLDER")]
    [DataRow("plan", "GGUF", "TARGET", "--dry-run")]
    [DataRow("error", "SAFE", "none.onnx")]
    public void Every_field_of_a_document_is_described(string kind, params string[] rest)
    {
        using TestFolder folder = new();
        string[] args = [kind is "error" or "plan" ? "convert" : kind, .. rest.Select(word => word switch
        {
            "GGUF" => Gguf,
            "SAFE" => Safe,
            "OTHER" => folder.Write("other.safetensors", ModelBytes.SafeTensors(1, 2, 3)),
            "NEAR" => folder.Write("near.safetensors", ModelBytes.SafeTensors(1, 2.5f, 3)),
            "MODEL" => Model,
            "FOLDER" => folder.File("parts"),
            "TARGET" => folder.File("m.apr"),
            "EDITED" => folder.File("m.gguf"),
            "PACKAGE" => Packed(folder),
            "STORE" => Joined(folder),
            _ => word,
        })];
        ToolResult result = InProcess.Run([.. args, "--json"]);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        string[] fields = [.. Fields(document.RootElement).Distinct()];
        Assert.IsGreaterThan(4, fields.Length, result.Error);
        string text = Chapters(
            "", kind is "split" ? "convert" : kind) + (kind is "roundtrip" ? Chapters("verify") : "")
                + (kind is "validate" ? Chapters("inspect") : "");
        foreach (string field in fields)
        {
            Assert.IsTrue(
                text.Contains($"`{field}`") || text.Contains($"`error.{field}`")
                    || text.Contains($"`tensors[].{field}`"), $"{kind}: {field}");
        }
    }

    [TestMethod]
    public void Every_field_of_a_certificate_is_described()
    {
        using TestFolder folder = new();
        InProcess.Run("split", Model, folder.File("parts"), "--max-shard-size", "500KB").ShouldExitWith(0);
        InProcess.Run("merge", folder.File("parts"), folder.File("m.gguf")).ShouldExitWith(0);
        InProcess.Run("convert", Gguf, folder.File("m.apr"), "--sha256").ShouldExitWith(0);
        InProcess.Run("convert", Model, folder.File("half.safetensors"), "--dtype", "f16", "--allow-lossy", "--epsilon", "1")
            .ShouldExitWith(0);
        string text = Chapters("certificate");
        string[] names = ["half.safetensors.modelpack.json", "parts.modelpack.json", "m.gguf.modelpack.json", "m.apr.modelpack.json"];
        HashSet<string> fields = [];
        foreach (string name in names)
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(folder.File(name)));
            fields.UnionWith(Fields(document.RootElement));
        }

        Assert.Contains("parts", fields);
        Assert.Contains("sha256", fields);
        Assert.Contains("epsilon", fields);
        Assert.Contains("relative_element", fields);
        Assert.IsTrue(Enum.GetNames<TensorAction>().All(action => text.Contains($"| `{action}` |")));
        foreach (string field in fields)
        {
            Assert.Contains($"`{field}`", text);
        }
    }

    private static string Packed(TestFolder folder)
    {
        string[] args = ["pack", Gguf, "--id", "A", "--version", "1.0.0", "--authors", "A", "--output", folder.File("feed")];
        InProcess.Run(args).ShouldExitWith(0);
        return folder.File("feed/A.1.0.0.nupkg");
    }

    private static string Joined(TestFolder folder)
    {
        using PackageSet set = new(Packed(folder), folder.File("packages"));
        new ModelStore(folder.File("store"))
            .Get(set.Manifest, set.Find, StoreCheck.Strict, new(_ => { }, _ => { }), CancellationToken.None);
        return folder.File("store");
    }

    private static string Chapters(params string[] kinds)
    {
        string[] chapters = File.ReadAllText(Path.Combine(RepositoryData.Repository, "docs", "json.md")).Split("\n## ");
        return string.Concat(
            kinds.Select(kind => kind.Length == 0 ? chapters[0] : chapters[1..].Single(chapter => chapter.StartsWith($"{kind}\n"))));
    }

    // Certificates have a description of their own, and a metadata value is the model's.
    private static IEnumerable<string> Fields(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => property.Name is "certificate" or "steps" or "value"
            ? [property.Name]
            : Fields(property.Value).Prepend(property.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Fields),
        _ => [],
    };
}
