using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelPack.Tool.Tests;

/// <summary>inspect --stats and --html, hash and diff.</summary>
[TestClass]
public sealed partial class InspectHashDiffTests
{
    private static readonly string Gguf = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");

    [TestMethod]
    public void Statistics_are_printed_alike_in_all_three_formats()
    {
        using TestFolder folder = new();
        List<string[]> reports = [];
        foreach (string path in new[] { Gguf, folder.File("m.apr"), folder.File("m.safetensors") })
        {
            if (path != Gguf)
            {
                InProcess.Run("convert", Gguf, path, "--quantized", "blocks").ShouldExitWith(0);
            }

            ToolResult result = ToolProcess.Run("inspect", path, "--stats", "--tensors");
            result.ShouldExitWith(0);
            string[] lines = [.. result.Output[result.Output.IndexOf("\ntypes\n", StringComparison.Ordinal)..].Split('\n')];
            string[] rows = [
                .. lines.SkipWhile(line => line != "tensors").Skip(2).TakeWhile(line => line.Length > 0)
                    .Select(line => Spaces().Replace(line.Trim(), " "))];
            string[] withoutNames = [.. rows.Select(row => row[(row.IndexOf(' ') + 1)..]).Order(StringComparer.Ordinal)];
            reports.Add([Digest().Match(result.Output).Value, .. lines.TakeWhile(line => line != "tensors"), .. withoutNames]);
        }

        Assert.HasCount(58, reports[0]);
        Assert.Contains("▁▁▁▁▁▁▁▁▁▁▂▃▅█▇▂▁", reports[0][^1] + reports[0][^2] + string.Concat(reports[0]));
        CollectionAssert.AreEqual(reports[0], reports[1]);
        CollectionAssert.AreEqual(reports[0], reports[2]);
        string widened = folder.File("widened.safetensors");
        InProcess.Run("convert", Gguf, widened).ShouldExitWith(0);
        Assert.AreEqual(
            reports[0][0], Digest().Match(ToolProcess.Run("inspect", widened, "--stats").Output).Value, "widening changes no statistic");
    }

    [TestMethod]
    [DataRow]
    [DataRow("--tensors")]
    [DataRow("--stats")]
    public void The_report_of_a_file_that_came_back_from_a_round_trip_is_the_same_text(params string[] options)
    {
        using TestFolder folder = new();
        InProcess.Run("convert", Gguf, folder.File("there.apr")).ShouldExitWith(0);
        InProcess.Run("convert", folder.File("there.apr"), folder.File("back.gguf")).ShouldExitWith(0);
        string expected = InProcess.Run(["inspect", Gguf, .. options]).Output;
        Assert.IsGreaterThan(1000, expected.Length);
        Assert.AreEqual(expected, InProcess.Run(["inspect", folder.File("back.gguf"), .. options]).Output);
    }

    [TestMethod]
    public void Statistics_as_json_have_every_digit_and_what_has_none_says_why()
    {
        using TestFolder folder = new();
        string path = folder.Write("m.safetensors", ModelBytes.SafeTensors(0.1f, -2, float.NaN, 0));
        JsonElement statistics = Json(0, "inspect", path, "--stats").GetProperty("statistics");
        JsonElement tensor = statistics.GetProperty("tensors")[0];
        Assert.AreEqual(0.1f, tensor.GetProperty("max").GetSingle());
        Assert.AreEqual(((double)0.1f - 2) / 3, tensor.GetProperty("mean").GetDouble(), 1e-15);
        Assert.AreEqual(
            (4, 1, 1),
            (tensor.GetProperty("count").GetInt32(), tensor.GetProperty("nan").GetInt32(), tensor.GetProperty("zeros").GetInt32()));
        Assert.AreEqual(64, tensor.GetProperty("magnitudes").GetArrayLength());
        Assert.AreEqual(1, tensor.GetProperty("magnitudes")[49].GetInt32());
        Assert.AreEqual(32, statistics.GetProperty("digest").GetString()!.Length);
        Assert.AreEqual("F32", statistics.GetProperty("types")[0].GetProperty("type").GetString());

        Assert.AreEqual(JsonValueKind.Null, Json(0, "inspect", path).GetProperty("statistics").ValueKind);
        string pairs = folder.Write(
            "c64.safetensors", ModelBytes.SafeTensorsWithHeader("""{"w":{"dtype":"C64","shape":[2],"data_offsets":[0,16]}}""", 16));
        JsonElement complex = Json(0, "inspect", pairs, "--stats").GetProperty("statistics").GetProperty("tensors")[0];
        Assert.AreEqual("C64 has no float32 reading", complex.GetProperty("notDecoded").GetString());
        Assert.AreEqual(JsonValueKind.Null, complex.GetProperty("mean").ValueKind);
        Assert.Contains("  1 tensor, the first is 'w': C64 has no float32 reading\n", InProcess.Run("inspect", pairs, "--stats").Output);
    }

    [TestMethod]
    public void Whole_numbers_and_F64_have_statistics_in_table_document_and_page()
    {
        using TestFolder folder = new();
        byte[] file = ModelBytes.SafeTensorsWithHeader(
            """{"d":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"u":{"dtype":"U64","shape":[2],"data_offsets":[16,32]}}""", 32);
        BitConverter.TryWriteBytes(file.AsSpan(file.Length - 32), 0.1);
        BitConverter.TryWriteBytes(file.AsSpan(file.Length - 24), 0.3);
        BitConverter.TryWriteBytes(file.AsSpan(file.Length - 16), ulong.MaxValue);
        string path = folder.Write("m.safetensors", file);
        JsonElement tensors = Json(0, "inspect", path, "--stats").GetProperty("statistics").GetProperty("tensors");
        Assert.AreEqual(
            (0.1, 0.3, 0.2),
            (tensors[0].GetProperty("min").GetDouble(), tensors[0].GetProperty("max").GetDouble(), tensors[0].GetProperty("mean")
                .GetDouble()));
        Assert.AreEqual("18446744073709551615", tensors[1].GetProperty("max").GetRawText());
        Assert.AreEqual(1, tensors[1].GetProperty("zeros").GetInt32());
        Assert.MatchesRegex(
            @"\n  u +U64 +\[2\] +0 +18446744073709551615 +9\.22337E\+18 +9\.22337E\+18 +0 +0 +1 +0 ",
            InProcess.Run("inspect", path, "--stats").Output);
        InProcess.Run("inspect", path, "--html", folder.File("m.html")).ShouldExitWith(0);
        Assert.Contains("<td class=\"n\" title=\"18446744073709551615\">1.84467E+19</td>", File.ReadAllText(folder.File("m.html")));
    }

    [TestMethod]
    public void Values_within_a_limit_exit_with_0_and_others_with_1()
    {
        using TestFolder folder = new();
        string first = folder.Write("a.safetensors", ModelBytes.SafeTensors(1, 2, 3));
        string second = folder.Write("b.safetensors", ModelBytes.SafeTensors(1, 2.5f, float.NaN));
        string third = folder.Write("c.safetensors", ModelBytes.SafeTensors(1, 2.5f, 3));
        ToolResult within = InProcess.Run("verify", first, third, "--epsilon", "0.5");
        within.ShouldExitWith(0);
        Assert.StartsWith($"within 0.5: {first} and {third}\n", within.Output);
        Assert.MatchesRegex(@"\n  w +F32 +1 +0 +0\.5 +1 +0\.2 +1 +2,097,152 +1\n", within.Output);
        Assert.AreEqual("", within.Error);
        ToolResult beyond = InProcess.Run("verify", first, second, "--epsilon", "0.2rel");
        beyond.ShouldExitWith(1);
        Assert.StartsWith($"NOT within 0.2rel: {first} and {second}\n", beyond.Output);
        Assert.StartsWith(
            $"{second}: error MP5011: not within 0.2rel: 1 difference; the first: value: w: tensor 'w' (F32): 1 of 3 values are further "
                + $"apart than 0.2rel, 1 of them because", beyond.Error);
        Assert.DoesNotContain("bytes differ", beyond.Output);

        JsonElement json = Json(1, "verify", first, second, "--epsilon", "2097151ulp");
        Assert.AreEqual(("2097151ulp", false), (json.GetProperty("epsilon").GetString(), json.GetProperty("passed").GetBoolean()));
        Assert.AreEqual(JsonValueKind.Null, json.GetProperty("proved").ValueKind);
        JsonElement distance = json.GetProperty("distances")[0];
        Assert.AreEqual(
            (2, 2, 1),
            (distance.GetProperty("different").GetInt32(), distance.GetProperty("beyond").GetInt32(), distance.GetProperty("nonFinite")
                .GetInt32()));
        Assert.AreEqual(2097152, distance.GetProperty("largestUlps").GetProperty("ulps").GetInt32());
        Assert.AreEqual(
            (1, 0.5),
            (distance.GetProperty("firstBeyond").GetProperty("element").GetInt32(), distance.GetProperty("largestAbsolute")
                .GetProperty("absolute").GetDouble()));
        JsonElement difference = json.GetProperty("differences")[0];
        Assert.AreEqual(
            ("value", "second", 1),
            (difference.GetProperty("kind").GetString(), difference.GetProperty("byteOffsetIn").GetString(),
                difference.GetProperty("elementIndex").GetInt32()));
        Assert.AreEqual(JsonValueKind.Null, Json(0, "verify", first, first).GetProperty("epsilon").ValueKind);
    }

    [TestMethod]
    [DataRow("--epsilon takes a limit like 1e-3, 1e-3rel or 4ulp, not '1.5ulp'.", "--epsilon", "1.5ulp")]
    [DataRow("Only one of --level and --epsilon can be given: a level speaks of bits.", "--epsilon", "1", "--level", "L1")]
    public void A_limit_that_means_nothing_is_a_wrong_command_line(string message, params string[] options)
    {
        ToolResult result = InProcess.Run(["verify", Gguf, Gguf, .. options]);
        result.ShouldExitWith(2);
        Assert.Contains($"MP5001: {message}", result.Error);
    }

    [TestMethod]
    public void An_offset_says_which_file_it_counts_in()
    {
        using TestFolder folder = new();
        string source = folder.Write("s.safetensors", ModelBytes.SafeTensors(1, 2, 3, 4));
        InProcess.Run("convert", source, folder.File("m.gguf")).ShouldExitWith(0);
        byte[] bytes = File.ReadAllBytes(folder.File("m.gguf"));
        int place = bytes.AsSpan().LastIndexOf(new byte[] { 0, 0, 0x80, 0x40 }) + 3;
        bytes[place] ^= 1;
        File.WriteAllBytes(folder.File("m.gguf"), bytes);
        foreach ((string side, string[] files) in new[] { ("second", new[] { source, folder.File("m.gguf") }),
            ("first", [folder.File("m.gguf"), source]) })
        {
            Assert.Contains($"at byte {place} of the {side} file", InProcess.Run(["verify", .. files]).Output);
            JsonElement difference = Json(1, ["verify", .. files]).GetProperty("differences")[0];
            Assert.AreEqual(
                (place, side), (difference.GetProperty("byteOffset").GetInt32(), difference.GetProperty("byteOffsetIn").GetString()));
        }
    }

    [TestMethod]
    public void The_page_has_every_tensor_and_loads_nothing()
    {
        using TestFolder folder = new();
        InProcess.Run("inspect", Gguf, "--html", folder.File("m.html")).ShouldExitWith(0);
        string page = File.ReadAllText(folder.File("m.html"));
        Assert.StartsWith("<!DOCTYPE html>", page);
        Assert.HasCount(50, Small().Matches(page));
        Assert.Contains("prefers-color-scheme:dark", page);
        Assert.Contains("blk.3.ffn_up.weight", page);
        Assert.IsEmpty(Loading().Matches(page));
        CollectionAssert.AreEqual((string[])["m.html"], folder.Names);
    }

    [TestMethod]
    [DataRow("dtype_c64")]
    [DataRow("empty_header")]
    public void A_plot_without_values_says_so(string file)
    {
        using TestFolder folder = new();
        InProcess.Run("inspect", RepositoryData.Corpus($"safetensors/valid/{file}.safetensors"), "--html", folder.File("m.html"))
            .ShouldExitWith(0);
        Assert.AreEqual(2, Regex.Count(File.ReadAllText(folder.File("m.html")), "no values to show"));
    }

    [TestMethod]
    public void Names_from_a_file_stay_text_in_the_page()
    {
        using TestFolder folder = new();
        const string Hostile = "<script>alert(1)</script>\"'&\u202e\n<img src=x onerror=y>";
        string header =
            $$$"""{"__metadata__":{{{{JsonSerializer.Serialize(Hostile)}}}:{{{JsonSerializer.Serialize(Hostile)}}}},{{{JsonSerializer.Serialize(Hostile + "2")}}}:{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";
        string path = folder.Write("<b>.safetensors", ModelBytes.SafeTensorsWithHeader(header, 4));
        InProcess.Run("inspect", path, "--html", folder.File("m.html")).ShouldExitWith(0);
        string page = File.ReadAllText(folder.File("m.html"));
        Assert.IsEmpty(Loading().Matches(page));
        Assert.DoesNotContain("<img", page);
        Assert.DoesNotContain("<b>.safetensors", page);
        Assert.DoesNotContain("\u202e", page);
        Assert.IsGreaterThanOrEqualTo(
            3, Regex.Count(page, "&lt;script&gt;alert\\(1\\)&lt;/script&gt;&quot;&#39;&amp;\\\\u202E\\\\u000A&lt;img src=x onerror=y&gt;"));
    }

    [TestMethod]
    public void A_page_of_a_thousand_tensors_stays_small()
    {
        using TestFolder folder = new();
        InProcess.Run("inspect", RepositoryData.Corpus("safetensors/valid/thousand_tensors.safetensors"), "--html", folder.File("m.html"))
            .ShouldExitWith(0);
        Assert.IsLessThan(1_500_000, new FileInfo(folder.File("m.html")).Length);
    }

    [TestMethod]
    [DataRow("inspect", "--html")]
    [DataRow("hash", "--write")]
    public void An_existing_file_is_replaced_only_when_forced_and_the_model_never(string verb, string option)
    {
        using TestFolder folder = new();
        string model = folder.Write("m.safetensors", ModelBytes.SafeTensors(1, 2));
        string target = folder.Write("old.txt", "old"u8);
        ToolResult refused = InProcess.Run(verb, model, option, target);
        refused.ShouldExitWith(4);
        Assert.Contains("old.txt: error MP5022: ", refused.Error);
        Assert.AreEqual("old", File.ReadAllText(target));
        InProcess.Run(verb, model, option, target, "--force").ShouldExitWith(0);
        Assert.AreNotEqual("old", File.ReadAllText(target));

        ToolResult own = InProcess.Run(verb, model, option, model, "--force");
        own.ShouldExitWith(2);
        Assert.Contains("MP5003", own.Error);
        InProcess.Run(verb, model, option, folder.File("no/such/folder.txt")).ShouldExitWith(4);
        CollectionAssert.AreEqual((string[])["m.safetensors", "old.txt"], folder.Names);
    }

    [TestMethod]
    public void A_manifest_of_a_model_holds_for_its_conversions_and_not_for_an_edited_one()
    {
        using TestFolder folder = new();
        string manifest = folder.File("m.manifest");
        InProcess.Run("hash", Gguf, "--write", manifest).ShouldExitWith(0);
        Assert.AreEqual(File.ReadAllText(manifest), InProcess.Run("hash", Gguf).Output);
        InProcess.Run("convert", Gguf, folder.File("m.apr")).ShouldExitWith(0);
        ToolResult equal = InProcess.Run("hash", folder.File("m.apr"), "--check", manifest);
        equal.ShouldExitWith(0);
        Assert.StartsWith($"{folder.File("m.apr")}: as {manifest} says\n", equal.Output);

        byte[] bytes = File.ReadAllBytes(Gguf);
        bytes[^100] ^= 1;
        string edited = folder.Write("edited.gguf", bytes);
        ToolResult different = InProcess.Run("hash", edited, "--check", manifest);
        different.ShouldExitWith(1);
        Assert.Contains("NOT as", different.Output);
        Assert.StartsWith(
            $"{edited}: error MP5032: not as the manifest says: 1 difference; the first: tensor 'blk.3.ffn_up.weight' holds other bytes",
            different.Error);
        JsonElement json = Json(1, "hash", edited, "--check", manifest);
        Assert.IsFalse(json.GetProperty("asManifest").GetBoolean());
        Assert.AreEqual("blk.3.ffn_up.weight", json.GetProperty("mismatches")[0].GetProperty("tensor").GetString());

        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("Q6_K", "Q4_K", StringComparison.Ordinal));
        ToolResult bad = InProcess.Run("hash", Gguf, "--check", manifest);
        bad.ShouldExitWith(3);
        Assert.Contains("m.manifest: error MP2141: line ", bad.Error);
        InProcess.Run("hash", Gguf, "--check", folder.File("none")).ShouldExitWith(4);
    }

    [TestMethod]
    public void Hashes_do_not_vouch_for_an_apr_file_whose_footer_is_wrong()
    {
        using TestFolder folder = new();
        string manifest = folder.File("m.manifest");
        InProcess.Run("convert", Gguf, folder.File("m.apr")).ShouldExitWith(0);
        InProcess.Run("hash", folder.File("m.apr"), "--write", manifest).ShouldExitWith(0);
        byte[] bytes = File.ReadAllBytes(folder.File("m.apr"));
        bytes[^1] ^= 1;
        string damaged = folder.Write("damaged.apr", bytes);
        foreach (string[] options in (string[][])[
            [], ["--format", "gguf-hash"], ["--check", manifest], ["--write", folder.File("other.manifest")]])
        {
            ToolResult refused = InProcess.Run(["hash", damaged, .. options]);
            refused.ShouldExitWith(3);
            Assert.Contains("[R-FOOTER]", refused.Error);
            Assert.AreEqual("", refused.Output);
        }

        Assert.IsFalse(File.Exists(folder.File("other.manifest")));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(damaged, bytes);
        ToolResult different = InProcess.Run("hash", damaged, "--check", manifest);
        different.ShouldExitWith(1);
        Assert.Contains("holds other bytes", different.Error);
    }

    [TestMethod]
    public void Hashes_as_json_are_those_of_the_manifest()
    {
        JsonElement json = Json(0, "hash", Gguf);
        string[] lines = InProcess.Run("hash", Gguf).Output.Split('\n');
        Assert.AreEqual(lines[1], $"model {json.GetProperty("model").GetString()}");
        Assert.AreEqual(lines[2], $"values {json.GetProperty("values").GetString()}");
        JsonElement[] tensors = [.. json.GetProperty("tensors").EnumerateArray()];
        Assert.HasCount(50, tensors);
        string first = string.Join(
            ' ', new[] { "hash", "payload", "values", "type" }.Select(field => tensors[0].GetProperty(field).GetString()));
        Assert.StartsWith(first, lines[3]);
    }

    [TestMethod]
    public void Lines_of_llama_gguf_hash_are_printed_with_the_path_as_given()
    {
        ToolResult result = InProcess.Run("hash", Gguf, "--format", "gguf-hash");
        result.ShouldExitWith(0);
        string[] lines = result.Output.TrimEnd('\n').Split('\n');
        Assert.HasCount(102, lines);
        Assert.IsTrue(lines.Where((_, i) => i % 2 == 0).All(line => Regex.IsMatch(line, "^xxh64     [0-9a-f]{16}  ")));
        Assert.IsTrue(lines.Where((_, i) => i % 2 == 1).All(line => Regex.IsMatch(line, "^sha256    [0-9a-f]{64}  ")));
        Assert.EndsWith($"  {Gguf}:output_norm.weight", lines[0]);
        Assert.EndsWith($"  {Gguf}", lines[^1]);
        CollectionAssert.AreEqual(
            lines, Json(0, "hash", Gguf, "--format", "gguf-hash").GetProperty("ggufHash").EnumerateArray().Select(line => line.GetString())
                .ToArray());
    }

    [TestMethod]
    [DataRow("--check", "a", "--write", "b")]
    [DataRow("--check", "a", "--format", "gguf-hash")]
    [DataRow("--write", "a", "--format", "gguf-hash")]
    public void Ways_to_use_hashes_exclude_each_other(params string[] options)
    {
        ToolResult result = InProcess.Run(["hash", Gguf, .. options]);
        result.ShouldExitWith(2);
        Assert.Contains("MP5001: Only one of --check, --write and --format gguf-hash can be given.", result.Error);
    }

    [TestMethod]
    public void A_diff_names_what_changed_and_exits_with_1()
    {
        using TestFolder folder = new();
        string first = folder.Write("a.safetensors", ModelBytes.SafeTensors(1, 2, 3));
        string second = folder.Write("b.safetensors", ModelBytes.SafeTensors(1, 5, 3));
        ToolResult result = InProcess.Run("diff", first, second);
        result.ShouldExitWith(1);
        Assert.StartsWith($"1 difference: {first} and {second}\n", result.Output);
        Assert.Contains("1 of 3 decoded values differ, first element 1: 2 against 5", result.Output);
        Assert.StartsWith($"{second}: error MP5031: 1 difference; the first: payload: w: ", result.Error);

        JsonElement json = Json(1, "diff", first, second);
        Assert.IsFalse(json.GetProperty("equal").GetBoolean());
        JsonElement payload = json.GetProperty("differences")[0].GetProperty("payload");
        Assert.AreEqual(
            (1, 1, 3),
            (payload.GetProperty("bytes").GetInt32(), payload.GetProperty("blocks").GetInt32(), payload.GetProperty("allBlocks")
                .GetInt32()));
        Assert.AreEqual(3, payload.GetProperty("largest").GetProperty("distance").GetDouble());

        string nan = folder.Write("c.safetensors", ModelBytes.SafeTensors(1, float.NaN, 3));
        JsonElement element = Json(1, "diff", first, nan).GetProperty("differences")[0].GetProperty("payload");
        Assert.AreEqual("NaN", element.GetProperty("first").GetProperty("second").GetString());
        Assert.AreEqual(JsonValueKind.Null, element.GetProperty("largest").ValueKind);
    }

    [TestMethod]
    public void A_companion_in_a_sub_folder_is_part_of_a_diff_and_of_no_hash()
    {
        const string Pooling = "1_Pooling/config.json";
        using TestFolder folder = new();
        foreach ((string name, string text) in new[] { ("model", "{\"mean\": 1}"), ("edited", "{\"mean\": 0}") })
        {
            Directory.CreateDirectory(folder.File($"{name}/1_Pooling"));
            folder.Write($"{name}/model.safetensors", ModelBytes.SafeTensors(1, 2, 3));
            folder.Write($"{name}/{Pooling}", Encoding.UTF8.GetBytes(text));
        }

        string model = folder.File("model");
        InProcess.Run("convert", model, folder.File("m.gguf")).ShouldExitWith(0);
        InProcess.Run("diff", model, folder.File("m.gguf")).ShouldExitWith(0);
        foreach ((string first, string second) in new[] { (model, folder.File("edited")), (folder.File("edited"), folder.File("m.gguf")) })
        {
            JsonElement difference = Json(1, "diff", first, second).GetProperty("differences").EnumerateArray().Single();
            Assert.AreEqual(
                ("metadata", Pooling), (difference.GetProperty("kind").GetString(), difference.GetProperty("place").GetString()));
        }

        string manifest = folder.File("m.manifest");
        InProcess.Run("hash", model, "--write", manifest).ShouldExitWith(0);
        foreach (string other in new[] { "edited", "m.gguf" })
        {
            InProcess.Run("hash", folder.File(other), "--check", manifest).ShouldExitWith(0);
        }

        // The bytes of a companion belong to no tensor, whatever lies before them.
        string[] lines = InProcess.Run("hash", model).Output.TrimEnd('\n').Split('\n');
        Assert.HasCount(4, lines);
        Assert.EndsWith("F32 [3] \"w\"", lines[^1]);

        Directory.Delete(folder.File("edited/1_Pooling"), recursive: true);
        JsonElement missing = Json(1, "diff", model, folder.File("edited")).GetProperty("differences").EnumerateArray().Single();
        Assert.AreEqual(Pooling, missing.GetProperty("place").GetString());
    }

    [TestMethod]
    public void Equal_models_have_no_diff_across_formats()
    {
        using TestFolder folder = new();
        InProcess.Run("convert", Gguf, folder.File("m.apr")).ShouldExitWith(0);
        ToolResult result = InProcess.Run("diff", Gguf, folder.File("m.apr"));
        result.ShouldExitWith(0);
        Assert.StartsWith("no difference: ", result.Output);
        Assert.AreEqual("", result.Error);
        Assert.IsTrue(Json(0, "diff", folder.File("m.apr"), Gguf).GetProperty("equal").GetBoolean());
    }

    private static JsonElement Json(int exitCode, params string[] args)
    {
        ToolResult result = InProcess.Run([.. args, "--json"]);
        result.ShouldExitWith(exitCode);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.AreEqual(args[0], document.RootElement.GetProperty("kind").GetString());
        return document.RootElement.Clone();
    }

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();

    [GeneratedRegex("statistics   XXH128 [0-9a-f]{32}")]
    private static partial Regex Digest();

    [GeneratedRegex("<svg class=\"m\"")]
    private static partial Regex Small();

    [GeneratedRegex(
        "<script|<link|<iframe|<img|<object|<embed|@import|url\\(|https?:|<[^>]* on[a-z]+=|<[^>]* (src|href)=", RegexOptions.IgnoreCase)]
    private static partial Regex Loading();
}
