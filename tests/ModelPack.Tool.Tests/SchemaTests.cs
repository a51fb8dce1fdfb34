using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelPack.Tool.Tests;

/// <summary>What is written keeps to docs/schemas, and each schema refuses what is something else.</summary>
[TestClass]
public sealed class SchemaTests
{
    private static readonly string Gguf = RepositoryData.Corpus("gguf/valid/padding-not-zero.gguf");
    private static readonly string Model = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");
    private static readonly string Safe = RepositoryData.Corpus("safetensors/valid/nan_inf_signed_zero_subnormal.safetensors");

    private static readonly string[] Files = ["common", "certificate", "baseline", "companion-report", "package-manifest", "evidence"];

    public static IEnumerable<object[]> Runs =>
    [
        ["inspect", "inspect GGUF"],
        ["inspect", "inspect SAFE --stats"],
        ["validate", "validate SAFE"],
        ["validate", "validate NAN --baseline BASELINE"],
        ["validate", "validate GGUF"],
        ["verify", "verify GGUF SAFE"],
        ["verify", "verify NEAR OTHER"],
        ["verify", "verify NEAR OTHER --epsilon 1e-3"],
        ["verify", "verify NEAR NAN --epsilon 1e-3"],
        ["diff", "diff NEAR OTHER"],
        ["diff", "diff GGUF MODEL"],
        ["roundtrip", "roundtrip GGUF --via apr"],
        ["roundtrip", "roundtrip MODEL --via apr --origin none"],
        ["convert", "convert GGUF TARGET"],
        ["convert", "split MODEL FOLDER --max-shard-size 500KB"],
        ["convert", "convert MODEL half.safetensors --dtype f16 --allow-lossy"],
        ["plan", "convert MODEL TARGET --dry-run"],
        ["edit", "edit GGUF EDITED --set new:u32=5"],
        ["hash", "hash MODEL --sha256"],
        ["hash", "hash MODEL --format gguf-hash"],
        ["hash", "hash NEAR --check MANIFEST"],
        ["explain", "explain MP2307"],
        ["explain", "explain MP4010"],
        ["pack", "pack GGUF --id A --version 1.0.0 --authors A --dry-run"],
        ["unpack", "unpack PACKAGE FOLDER"],
        ["store", "store list --folder FOLDER"],
        ["qa", "qa run PLAYBOOK --model-path MODEL --output FOLDER"],
        ["qa", "qa card CERTIFICATE"],
        ["qa", "qa manifest CERTIFICATE"],
        ["error", "convert SAFE none.onnx"],
        ["error", "validate CUT"],
    ];

    [TestMethod]
    [DynamicData(nameof(Runs))]
    public void A_document_keeps_to_its_schema_and_anything_else_does_not(string schema, string command)
    {
        using TestFolder folder = new();
        ToolResult result = InProcess.Run(
            [.. command.Split(' ').Select(word => Word(folder, word)), "--json"]);
        JsonNode document = JsonNode.Parse(result.Output)!;
        Assert.AreEqual(schema, Kind(document), result.Error);
        ShouldKeepTo(schema, document);
    }

    [TestMethod]
    public void A_certificate_keeps_to_its_schema_those_of_earlier_versions_too()
    {
        using TestFolder folder = new();
        InProcess.Run("split", Model, folder.File("parts"), "--max-shard-size", "500KB").ShouldExitWith(0);
        InProcess.Run("convert", Gguf, folder.File("m.apr"), "--sha256").ShouldExitWith(0);
        InProcess.Run("convert", Model, folder.File("half.safetensors"), "--dtype", "f16", "--allow-lossy", "--epsilon", "1")
            .ShouldExitWith(0);
        string[] earlier = Directory.GetFiles(
            Path.Combine(RepositoryData.Repository, "tests", "data", "written-by"), "*.modelpack.json", SearchOption.AllDirectories);
        Assert.IsNotEmpty(earlier);
        foreach (string path in Directory.GetFiles(folder.File(""), "*.modelpack.json").Concat(earlier))
        {
            ShouldKeepTo("certificate", JsonNode.Parse(File.ReadAllText(path))!);
        }
    }

    [TestMethod]
    public void Files_that_lie_beside_models_and_in_packages_keep_to_their_schemas()
    {
        using TestFolder folder = new();
        InProcess.Run("convert", Model, folder.File("out") + "/", "--to", "safetensors").ShouldExitWith(0);
        ShouldKeepTo("companion-report", JsonNode.Parse(File.ReadAllText(folder.File("out/modelpack-report.json")))!);
        using ZipArchive package = ZipFile.OpenRead(Package(folder));
        using Stream manifest = package.GetEntry("modelpack/manifest.json")!.Open();
        ShouldKeepTo("package-manifest", JsonNode.Parse(manifest)!);
        ShouldKeepTo("baseline", JsonNode.Parse(File.ReadAllText(Baseline(folder)))!);
    }

    [TestMethod]
    public void Each_schema_is_held_against_something() => CollectionAssert.AreEquivalent(
        Schemas.Names.ToArray(), Runs.Select(run => (string)run[0]).Distinct().Concat(Files).ToArray());

    /// <summary>It is valid, and not without a field, with another field, or with an object where there is none.</summary>
    private static void ShouldKeepTo(string schema, JsonNode document)
    {
        string[] problems = Problems(schema, document);
        Assert.IsEmpty(problems, string.Join('\n', problems));
        foreach ((string name, JsonNode? value) in document.AsObject().ToArray())
        {
            JsonObject changed = document.DeepClone().AsObject();
            changed[name] = new JsonObject { ["unknown"] = new JsonArray() };
            Assert.IsNotEmpty(Problems(schema, changed), name);
        }

        JsonObject more = document.DeepClone().AsObject();
        more["unknown"] = 1;
        Assert.IsNotEmpty(Problems(schema, more));
        Assert.IsNotEmpty(Problems(schema, new JsonObject()));
    }

    private static string[] Problems(string schema, JsonNode document)
    {
        using JsonDocument read = JsonDocument.Parse(document.ToJsonString());
        return Schemas.Problems(schema, read.RootElement);
    }

    private static string Kind(JsonNode document) => document["kind"]?.GetValue<string>() switch
    {
        null => "error",
        "split" or "merge" => "convert",
        string kind => kind,
    };

    private static string Word(TestFolder folder, string word) => word switch
    {
        "GGUF" => Gguf,
        "SAFE" => Safe,
        "MODEL" => Model,
        "NAN" => folder.Write("nan.safetensors", ModelBytes.SafeTensors(1, float.NaN, 3)),
        "OTHER" => folder.Write("other.safetensors", ModelBytes.SafeTensors(1, 2, 3)),
        "NEAR" => folder.Write("near.safetensors", ModelBytes.SafeTensors(1, 2.5f, 3)),
        "CUT" => folder.Write("cut.gguf", "GGUF\u0003\0\0\0"u8),
        "BASELINE" => Baseline(folder),
        "TARGET" => folder.File("m.apr"),
        "EDITED" => folder.File("edited.gguf"),
        "half.safetensors" => folder.File(word),
        "FOLDER" => folder.File("folder"),
        "PACKAGE" => Package(folder),
        "PLAYBOOK" => Path.Combine(RepositoryData.Repository, "tests", "data", "playbooks", "small-qwen2-quick.playbook.yaml"),
        "CERTIFICATE" => Certificate(folder),
        "MANIFEST" => Manifest(folder),
        _ => word,
    };

    private static string Baseline(TestFolder folder)
    {
        string path = folder.File("baseline.json");
        File.WriteAllText(
            path, """{"schema":1,"accepted":[{"code":"MP2102","place":"w","reason":"by design","expires":"2999-12-31"}]}""");
        return path;
    }

    private static string Package(TestFolder folder)
    {
        InProcess.Run("pack", Gguf, "--id", "A", "--version", "1.0.0", "--authors", "A", "--output", folder.File("feed"))
            .ShouldExitWith(0);
        return folder.File("feed/A.1.0.0.nupkg");
    }

    private static string Certificate(TestFolder folder)
    {
        InProcess.Run("convert", Gguf, folder.File("c.apr"), "--sha256").ShouldExitWith(0);
        return folder.File("c.apr.modelpack.json");
    }

    private static string Manifest(TestFolder folder)
    {
        string path = folder.File("manifest.txt");
        File.WriteAllText(path, InProcess.Run("hash", Word(folder, "OTHER")).Output);
        return path;
    }
}
